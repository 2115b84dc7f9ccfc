/** Bytes as tensors: tfjs has no type for them, and four bytes for each would go to the device. */
import * as tf from "@tensorflow/tfjs";

/** `words` int32 `[rows, words]` → its bytes, int32 `[rows, 4 words]`, each 0 to 255, the lowest of a word first. */
const unpacking = "DenoiseUnpackBytes";

/**
 * Rows of bytes as a tensor: four to a number where the backend can take them apart and rows are made of whole fours,
 * int32 `[rows, bytes / 4]`; elsewhere a number for each, int32 `[rows, ...shape]`.
 *
 * @param shape of a row
 */
export function packBytes(bytes: Uint8Array, rows: number, shape: readonly number[]): tf.Tensor {
  const isWhole = rows > 0 && bytes.length / rows % 4 === 0;
  if (!isWhole || tf.getKernel(unpacking, tf.getBackend()) == null) return tf.tensor(bytes, [rows, ...shape], "int32");
  // A copy where it has to be, as words begin at every fourth byte.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, bytes.length / 4);
  return tf.tensor2d(words, [rows, words.length / rows], "int32");
}

/** What `packBytes` made, with a number for each byte: int32 `[rows, ...shape]`. */
export function unpackBytes(packed: tf.Tensor, shape: readonly number[]): tf.Tensor {
  if (packed.rank === shape.length + 1) return packed;
  return tf.tidy(() => tf.reshape(tf.engine().runKernel(unpacking, { words: packed }), [packed.shape[0]!, ...shape]));
}
