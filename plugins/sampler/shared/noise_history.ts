/**
 * The step of samplers that combine predicted noises: the signal and the noise of the next image are those of a weighted
 * sum of the noises that this step and earlier ones predicted.
 */
import { type Point, type Sampler, splitRow, tensorOf, tf } from "denoise/plugin";

/** One step. Host, float64. */
export interface NoiseStep {
  /** The level that the image enters with, and the one that it leaves with. */
  readonly from: Point;
  readonly to: Point;
  /** Weights of the noises: of this step, of the one before, and so on. They sum to one. */
  readonly weights: readonly number[];
  /** Takes all of the image for noise, and the signal for nothing. */
  readonly blind?: boolean;
}

/** A sampler of such steps. */
export function noiseHistory(steps: readonly NoiseStep[], order: number): Omit<Sampler, "steps"> {
  const depth = Math.max(...steps.map(({ weights }) => weights.length));
  const past = Array.from({ length: depth - 1 }, (_, i) => `noise${i + 1}`); // newest first
  const rows = steps.map(({ from, to, weights, blind }) => [
    ...[from.signal, from.noise, to.signal, to.noise],
    // Where only this step's noise counts, the signal is the network's own: sigma may be infinite there.
    weights.every((weight, i) => i === 0 || weight === 0) ? 0 : from.sigma,
    blind ? 0 : 1,
    ...Array.from({ length: depth }, (_, i) => weights[i] ?? 0),
  ]);
  return {
    order,
    stochastic: false,
    evaluationsPerStep: 1,
    plan: () => rows,
    init: (noise) => ({ image: noise, ...Object.fromEntries(past.map((name) => [name, tf.zerosLike(noise)])) }),
    step(state, row, { denoise, clip }) {
      const [rateOfSignal, rateOfNoise, nextSignal, nextNoise, sigma, sees, ...weights] = splitRow(row, 6);
      const own = denoise(state.image, { signal: rateOfSignal, noise: rateOfNoise });
      const noises = [own.noise, ...past.map((name) => tensorOf<tf.Tensor4D>(state, name))];
      const estimate = tf.addN(noises.map((noise, i) => tf.mul<tf.Tensor4D>(weights[i]!, noise)));
      // As much as the estimate differs from the step's own noise, the signal does, the other way.
      const signal = clip(tf.add(tf.mul(sees, own.signal), tf.mul(sigma, tf.sub(own.noise, estimate))));
      const image = tf.add<tf.Tensor4D>(tf.mul(nextSignal, signal), tf.mul(nextNoise, estimate));
      return { state: { image, ...Object.fromEntries(past.map((name, i) => [name, noises[i]!])) }, signal };
    },
  };
}
