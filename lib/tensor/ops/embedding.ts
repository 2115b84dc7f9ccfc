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
 * Angular speeds in radians per unit of `level`, spaced evenly by logarithm: `dims / 2` of them.
 *
 * In float32, rounded after each operation as TensorFlow rounds: the highest angles of the Keras example, 6,283 radians,
 * differ by 1.4e-3 from those of exact frequencies, and images of weights that were trained on them by more than 1e-4.
 */
export function angularSpeeds({ dims, minFrequency = 1, maxFrequency }: EmbeddingOptions): number[] {
  const { fround, log, exp, PI } = Math;
  const [start, stop] = [fround(log(minFrequency)), fround(log(maxFrequency))];
  const last = dims / 2 - 1;
  const step = fround(fround(stop - start) / Math.max(last, 1));
  return Array.from({ length: dims / 2 }, (_, i) => {
    const logarithm = i > 0 && i === last ? stop : fround(start + fround(step * i));
    return fround(fround(2 * PI) * fround(exp(logarithm)));
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
