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

/** Angular speeds in radians per unit of `level`, spaced evenly by logarithm: `dims / 2` of them. */
export function angularSpeeds({ dims, minFrequency = 1, maxFrequency }: EmbeddingOptions): number[] {
  const last = dims / 2 - 1;
  return Array.from({ length: dims / 2 }, (_, i) => {
    return 2 * Math.PI * minFrequency * (maxFrequency / minFrequency) ** (last === 0 ? 0 : i / last);
  });
}

/**
 * All sines, then all cosines, of frequencies spaced evenly by logarithm (Vaswani et al. 2017, arXiv:1706.03762, §3.5,
 * with the frequencies of the Keras DDIM example).
 *
 * @param level numbers in `[0, 1]`, `[batch, 1, 1, 1]`
 * @returns `[batch, 1, 1, dims]`
 */
export function sinusoidalEmbedding(level: tf.Tensor4D, options: EmbeddingOptions): tf.Tensor4D {
  return tf.tidy(() => {
    const angles = tf.mul(level, tf.tensor4d(angularSpeeds(options), [1, 1, 1, options.dims / 2]));
    return tf.concat([tf.sin(angles), tf.cos(angles)], 3) as tf.Tensor4D;
  });
}
