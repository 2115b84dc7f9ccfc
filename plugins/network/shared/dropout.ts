/** Dropout: Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting". */
import { type NetworkMode, tf, z } from "denoise/plugin";

/** The option of every network. */
export const dropoutOptions = {
  dropout: z.number().min(0).max(0.9).default(0).describe(
    "part of the values that is dropped in training, before the second convolution of each residual block",
  ),
};

/**
 * Drops a part of the values in training, and scales the others so that their mean stays.
 *
 * @param name of the place: each draws for itself
 */
export function drop(name: string, x: tf.Tensor4D, part: number, { training, random }: NetworkMode): tf.Tensor4D {
  if (!training || random === undefined || part === 0) return x;
  const draw = random.fork(`dropout.${name}`).uniform(x.shape.slice(1));
  return tf.mul(x, tf.mul(tf.cast(tf.greaterEqual(draw, part), "float32"), 1 / (1 - part)));
}
