/** Numbers as vectors of sines and cosines. */
import * as tf from "@tensorflow/tfjs";

/** How many frequencies, and which. */
export interface EmbeddingOptions {
  /** Length of the embedding: half of it sines, half cosines. */
  readonly dims: number;
  /** Lowest frequency, in turns per unit of `level`. Default 1. */
  readonly minFrequency?: number;
  /** Highest frequency, in turns per unit of `level`. */
  readonly maxFrequency: number;
}

/**
 * All sines, then all cosines, of frequencies spaced evenly by logarithm (Vaswani et al. 2017, arXiv:1706.03762, §3.5,
 * with the frequencies of the Keras DDIM example).
 *
 * @param level numbers in `[0, 1]`, `[batch, 1, 1, 1]`
 * @returns `[batch, 1, 1, dims]`
 */
export function sinusoidalEmbedding(level: tf.Tensor4D, options: EmbeddingOptions): tf.Tensor4D {
  const { dims, minFrequency = 1, maxFrequency } = options;
  const half = dims / 2;
  const speeds = Array.from({ length: half }, (_, i) => {
    const share = half === 1 ? 0 : i / (half - 1);
    return 2 * Math.PI * minFrequency * (maxFrequency / minFrequency) ** share;
  });
  return tf.tidy(() => {
    const angles = tf.mul(level, tf.tensor4d(speeds, [1, 1, 1, half]));
    return tf.concat([tf.sin(angles), tf.cos(angles)], 3) as tf.Tensor4D;
  });
}
