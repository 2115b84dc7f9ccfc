/** The levels that consistency tuning compares, by the symbols of Geng et al. 2024, arXiv:2406.14548: t, r and their stage. */
import { type Rates, tf } from "denoise/plugin";

/** How far r is below t. */
export interface Mapping {
  /** Steps of the training after which the distance is divided by q again. */
  readonly stage_steps: number;
  /** Stages, counted from 0, after which it stays as it is. */
  readonly last_stage: number;
  readonly q: number;
  readonly k: number;
  readonly b: number;
}

/** EDM's σ, noise rate / signal rate, finite where there is nothing but noise. */
export function sigmasOf({ signal, noise }: Rates): tf.Tensor {
  return tf.div(noise, tf.maximum(signal, 1e-8));
}

/**
 * `(t - r) / t`, above 0 and at most 1: `n(t) / q^(stage + 1)` with `n(t) = 1 + k sigmoid(-b t)`, eq. 12 and appendix; 1,
 * where r is the image, for as long as that is more than 1. Of the shape of t.
 *
 * @param t EDM's σ
 * @param step updates of the weights so far, int32
 */
export function gapOf(t: tf.Tensor, step: tf.Scalar, { stage_steps, last_stage, q, k, b }: Mapping): tf.Tensor {
  const stage = tf.minimum(tf.floor(tf.div(tf.cast(step, "float32"), stage_steps)), last_stage);
  const n = tf.add(1, tf.mul(k, tf.sigmoid(tf.mul(-b, t))));
  return tf.minimum(tf.mul(n, tf.exp(tf.mul(tf.add(stage, 1), -Math.log(q)))), 1);
}

/** Rates at `r = t (1 - gap)`. Where t is nothing but noise, so is r. */
export function ratesBelow({ signal, noise }: Rates, gap: tf.Tensor): Rates {
  const less = tf.mul(noise, tf.sub(1, gap));
  const length = tf.sqrt(tf.add(tf.square(signal), tf.square(less)));
  return { signal: tf.div(signal, length), noise: tf.div(less, length) };
}

/**
 * Pseudo-Huber distance `√(x + c²) - c` of a mean square x, without the difference, whose digits are lost where x is
 * small. Song and Dhariwal 2023, arXiv:2310.14189, eq. 7, divided by the root of how many numbers an image has.
 */
export function rounded(square: tf.Tensor, c: number): tf.Tensor {
  return tf.div(square, tf.add(tf.sqrt(tf.add(square, c ** 2)), c));
}
