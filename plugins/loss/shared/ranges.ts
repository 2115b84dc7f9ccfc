/** Which range each number falls into, where ranges follow one another. */
import { tf } from "denoise/plugin";

/**
 * The range of each number.
 *
 * @param ends between ranges, `[ranges - 1]`, in the order of ranges
 * @param rises whether numbers grow from range to range; an end belongs to that of larger numbers
 * @returns `range` counts from 0, `[numbers, 1]`; `mine` is a row of zeros and a one, `[numbers, ranges]`
 */
export function rangeOfEach(
  numbers: tf.Tensor,
  ends: tf.Tensor,
  rises: boolean,
): { range: tf.Tensor; mine: tf.Tensor2D } {
  const each = tf.reshape(numbers, [-1, 1]), inner = tf.reshape(ends, [1, -1]);
  const passed = tf.cast(rises ? tf.greaterEqual(each, inner) : tf.less(each, inner), "float32");
  const range = tf.sum(passed, 1, true);
  const mine = tf.cast<tf.Tensor2D>(tf.equal(tf.range(0, inner.shape[1]! + 1), range), "float32");
  return { range, mine };
}
