/** Runs a sampler on a stand-in for network and pipeline, and keeps what golden trajectories show. */
import * as tf from "@tensorflow/tfjs";
import type { Components, Rates } from "../../pipeline/kinds/common.ts";
import type { Sampler } from "../../pipeline/kinds/sampler.ts";
import type { Random } from "../../lib/tensor/random.ts";

/** What enters each step, and the signal that the sampler returns. */
export interface RecordedTrajectory {
  readonly entering: readonly tf.Tensor[];
  readonly result: tf.Tensor4D;
}

/** A stand-in for the pipeline. */
export interface SampleTools {
  denoise(image: tf.Tensor4D, rates: Rates): Components;
  /** Clips a signal; leaves it alone where it is missing. */
  clip?: ((signal: tf.Tensor4D) => tf.Tensor4D) | undefined;
  /** The noise that is drawn in a step. */
  drawn?(step: number): tf.Tensor;
}

/** Runs every step of the plan. */
export async function runSampler(
  sampler: Sampler,
  noise: tf.Tensor4D,
  { denoise, clip, drawn }: SampleTools,
): Promise<RecordedTrajectory> {
  const clipped = (signal: tf.Tensor4D) => (clip === undefined ? signal : clip(signal));
  let state = sampler.init(noise);
  let result: tf.Tensor = noise;
  const entering: tf.Tensor[] = [];
  for (const [step, row] of sampler.plan().entries()) {
    entering.push(state.image);
    const next = sampler.step(state, tf.tensor1d([...row], "float32"), {
      denoise: (image, rates) => {
        const components = denoise(image, rates);
        return { ...components, signal: clipped(components.signal) };
      },
      clip: clipped,
      random: recordedDraws(() => {
        if (drawn === undefined) throw new Error("Cannot draw: the sampler says that it is deterministic");
        return drawn(step);
      }),
    });
    [state, result] = await held(next);
  }
  return { entering, result: result as tf.Tensor4D };
}

/**
 * The same values, held by the host. A lazy backend then compiles a step, once for all that are like it, and not each
 * trajectory as a whole.
 */
async function held({ state, signal }: ReturnType<Sampler["step"]>): Promise<[typeof state, tf.Tensor]> {
  if (tf.getBackend() !== "xla") return [state, signal];
  const [size, shape] = [signal.size, signal.shape];
  const values = await tf.stack([signal, ...Object.values(state)]).data();
  const at = (i: number) => tf.tensor(values.slice(i * size, (i + 1) * size), shape);
  const names = Object.keys(state);
  return [Object.fromEntries(names.map((name, i) => [name, at(i + 1)])) as typeof state, at(0)];
}

/** A source whose normal draws are given. */
export function recordedDraws(normal: () => tf.Tensor): Random {
  const unused = () => {
    throw new Error("Cannot draw bits or uniform numbers: the fixtures hold normal ones only");
  };
  const random: Random = { fork: () => random, bits: unused, uniform: unused, normal };
  return random;
}
