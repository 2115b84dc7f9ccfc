/** Levels drawn by how large their losses have been: the same loss in the mean, with less noise in its gradient. */
import { type TensorRecord, tf } from "denoise/plugin";
import { rangeOfEach } from "./ranges.ts";

/** Losses that are remembered of each range of levels. */
const remembered = 10;
/** Share of draws that are even, whatever the losses. */
const even = 0.001;
const [losses, seen] = ["importance.losses", "importance.seen"];

/** Nothing remembered. `ranges` have equal shares of the levels as they would be drawn otherwise. */
export function initialImportance(ranges: number): TensorRecord {
  return { [losses]: tf.zeros([ranges, remembered]), [seen]: tf.zeros([ranges, 1]) };
}

/**
 * How often each range is drawn, `[ranges]`: by the root of the mean square of its last losses; evenly until all ranges
 * have as many as are remembered.
 *
 * Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 18, with the even share of their code.
 */
export function sharesOf(buffers: TensorRecord): tf.Tensor1D {
  const ranges = buffers[losses]!.shape[0]!;
  const root = tf.sqrt(tf.mean(tf.square(buffers[losses]!), 1));
  const total = tf.sum(root);
  const known = tf.logicalAnd(tf.greaterEqual(tf.min(buffers[seen]!), remembered), tf.greater(total, 0));
  const byLoss = tf.add(tf.mul(tf.div(root, tf.maximum(total, 1e-30)), 1 - even), even / ranges);
  return tf.where(known, byLoss, tf.fill([ranges], 1 / ranges)) as tf.Tensor1D;
}

/** Uniform numbers in 0 to 1, so that each range comes as often as its share: the numbers to take levels at, of their shape. */
export function drawnByShares(uniform: tf.Tensor, shares: tf.Tensor1D): tf.Tensor {
  const ranges = shares.shape[0];
  const v = tf.reshape(uniform, [-1, 1]);
  const ends = tf.cumsum(shares);
  const { range, mine } = rangeOfEach(v, tf.slice(ends, 0, ranges - 1), true);
  const of = (values: tf.Tensor) => tf.sum(tf.mul(mine, values), 1, true);
  const within = tf.div(tf.sub(v, of(tf.sub(ends, shares))), of(shares));
  const place = tf.div(tf.add(range, tf.clipByValue(within, 0, 1 - 2 ** -20)), ranges);
  return tf.reshape(place, uniform.shape);
}

/** What pictures in these ranges count, `[batch, 1, 1, 1]`: the less, the more often they are drawn. */
export function countsOf(mine: tf.Tensor2D, shares: tf.Tensor1D): tf.Tensor4D {
  return tf.reshape(tf.div(1, tf.mul(shares.shape[0], tf.sum(tf.mul(mine, shares), 1))), [-1, 1, 1, 1]);
}

/** What is remembered after a batch: the newest losses of each range take the place of the oldest. */
export function afterBatch(buffers: TensorRecord, mine: tf.Tensor2D, loss: tf.Tensor): TensorRecord {
  const batch = mine.shape[0];
  const before = tf.sub(tf.cumsum(mine, 0), mine); // pictures of the same range earlier in the batch
  const rank = tf.sum(tf.mul(mine, before), 1, true);
  const count = tf.sum(mine, 0, true);
  const later = tf.sub(tf.sum(tf.mul(mine, count), 1, true), rank);
  const start = tf.sum(tf.mul(mine, tf.transpose(buffers[seen]!)), 1, true);
  const slot = tf.mod(tf.add(start, rank), remembered);
  const stays = tf.cast(tf.lessEqual(later, remembered), "float32"); // of more than are remembered, the last
  const slots = tf.mul(tf.cast(tf.equal(tf.range(0, remembered), slot), "float32"), stays);
  const put = (values: tf.Tensor) => tf.sum(tf.mul(tf.expandDims(mine, 2), tf.expandDims(tf.mul(slots, values), 1)), 0);
  const written = put(tf.ones([batch, 1]));
  const values = put(tf.reshape(loss, [batch, 1]));
  const total = tf.add(buffers[seen]!, tf.transpose(count));
  return {
    [losses]: tf.where(tf.greater(written, 0), values, buffers[losses]!),
    // Small numbers, exact in float32: what counts is the next place, and whether all are filled.
    [seen]: tf.where(tf.less(total, remembered), total, tf.add(remembered, tf.mod(total, remembered))),
  };
}
