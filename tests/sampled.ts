/** What samplers make of noise with a model that is known. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, seedTensor } from "../lib/tensor/random_create.ts";
import { type Denoise, jumper } from "../pipeline/contract/sampler.ts";
import type { Sampler } from "../pipeline/kinds/sampler.ts";

/**
 * The pictures of a sampler, `[batch, height, width, channels]`. What is made on the way is for the caller to free.
 *
 * @param items whose draws each picture gets, `[batch]`
 */
export function sampled(sampler: Sampler, noise: tf.Tensor4D, denoise: Denoise, items: readonly number[]): tf.Tensor {
  let state = sampler.init(noise), signal: tf.Tensor = state.image;
  const tools = { denoise, jump: jumper(denoise), clip: (signal: tf.Tensor4D) => signal };
  for (const [step, row] of sampler.plan().entries()) {
    const random = createRandom({
      ...{ seed: seedTensor(3), stream: "cross" },
      step: tf.scalar(step, "int32"),
      items: tf.tensor1d([...items], "int32"),
    });
    ({ state, signal } = sampler.step(state, tf.tensor1d([...row]), { ...tools, random }));
    if (sampler.finished?.(state).dataSync()[0] === 1) break;
  }
  return signal;
}
