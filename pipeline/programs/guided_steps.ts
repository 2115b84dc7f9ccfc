/** Which steps of a sampler guidance has a part in: outside of its interval there is nothing to compute twice. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, disposeTree, seedTensor, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import type { Rates } from "../kinds/common.ts";
import { velocityOf } from "../kinds/diffusion.ts";
import { isGuided } from "../kinds/guidance.ts";
import type { SamplerState, Seen } from "../kinds/sampler.ts";
import { within } from "./guidance.ts";

/**
 * For each step, whether guidance has a part in it. The sampler itself tells: it goes through its plan with one image and no
 * network, and the levels that it asks about are looked at.
 *
 * @returns true everywhere where there is no interval, and for a sampler that chooses its levels by the image
 */
export async function guidedSteps(
  backend: Backend,
  graph: Graph,
  { stage: sampler, options: { guidance }, id }: Stage<"sampler">,
): Promise<readonly boolean[]> {
  const plan = sampler.plan();
  const interval = isGuided(guidance) ? guidance.interval : undefined;
  if (interval === undefined || sampler.finished !== undefined) return plan.map(() => true);
  const jumps = graph.one("network").stage.offers?.jump === true;
  const look = backend.compile((state: SamplerState, row: tf.Tensor, step: tf.Tensor) => {
    const asked: tf.Tensor[] = [];
    const seen = (image: tf.Tensor4D, rates: Rates): Seen => {
      asked.push(tf.max(within(interval, rates)));
      const parts = { signal: tf.zerosLike(image), noise: image };
      return { ...parts, velocity: velocityOf(parts, rates) };
    };
    const after = sampler.step(state, row as tf.Tensor1D, {
      denoise: seen,
      ...(jumps ? { jump: (image: tf.Tensor4D, from: Rates) => ({ ...seen(image, from), image }) } : {}),
      clip: (signal) => signal,
      random: createRandom({ seed: seedTensor(0), stream: "sampler", step, items: tf.zeros([1], "int32") }),
    });
    return { state: after.state as TensorRecord, guided: asked.length === 0 ? tf.scalar(1) : tf.max(tf.stack(asked)) };
  }, { name: `${id} levels` });
  const { height, width, channels } = graph.image;
  let state = tf.tidy(() => sampler.init(tf.zeros([1, height, width, channels]))) as TensorRecord;
  const guided: tf.Tensor[] = [];
  try {
    for (const [number, row] of plan.entries()) {
      const inputs = [tf.tensor1d([...row], "float32"), tf.scalar(number, "int32")] as const;
      const after = await look(state as SamplerState, ...inputs);
      disposeTree([state, ...inputs]);
      state = after.state;
      guided.push(after.guided);
    }
    // Read at the end: no step waits for the device.
    const flags = await Promise.all(guided.map((flag) => flag.data()));
    return flags.map(([flag]) => flag === 1);
  } finally {
    disposeTree([state, guided]);
  }
}
