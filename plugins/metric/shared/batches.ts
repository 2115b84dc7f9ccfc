/** What metrics that compare features share: parts of a fixed size, and the mean over batches. */
import { tf } from "denoise/plugin";

/** Pictures `from` to `from + size`, with zeros where there are no more: another size would be another program. */
export function cut(pictures: tf.Tensor4D, from: number, size: number): tf.Tensor4D {
  return tf.tidy(() => {
    const left = Math.min(size, pictures.shape[0] - from);
    const part = tf.slice(pictures, from, left);
    return left === size ? part : tf.pad(part, [[0, size - left], [0, 0], [0, 0], [0, 0]]);
  });
}

/** The mean over batches, each with the same weight, and their standard deviation: undefined for one batch. */
export function overBatches(values: readonly number[]): { value: number; spread?: number } {
  const value = values.reduce((sum, one) => sum + one, 0) / values.length;
  if (values.length < 2) return { value };
  const squares = values.reduce((sum, one) => sum + (one - value) ** 2, 0);
  return { value, spread: Math.sqrt(squares / (values.length - 1)) };
}
