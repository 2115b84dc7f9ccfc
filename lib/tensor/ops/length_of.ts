/** The length of many tensors together, as one vector. */
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../tree.ts";

/** Numbers that are added up one after the other; float32 loses digits in longer sums. */
const column = 1024;

/**
 * The root of the sum of squares of all numbers in a record. In one row, that it may be a kernel or two: a sum of each
 * tensor by itself was 116 more kernels on a GPU in the training step of the Keras example.
 */
export function lengthOf(record: TensorRecord): tf.Scalar {
  const all = Object.values(record).map((tensor) => tf.reshape(tensor, [tensor.size]));
  if (all.length === 0) return tf.scalar(0);
  const size = all.reduce((sum, tensor) => sum + tensor.size, 0);
  const rows = Math.ceil(size / column);
  const rest = rows * column - size;
  const table = tf.reshape(tf.concat(rest === 0 ? all : [...all, tf.zeros([rest])]), [rows, column]);
  return tf.sqrt(tf.sum<tf.Scalar>(tf.sum(tf.square(table), 1)));
}
