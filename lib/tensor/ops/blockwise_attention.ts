/** Attention that never holds all shares at once: flash attention (Dao et al. 2022, arXiv:2205.14135), by blocks of queries. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../engine.ts";

/** Numbers that the shares of a block may have. */
const mostShares = 2 ** 25;
/** Blocks of a program: each is a part of it of its own. */
const mostBlocks = 16;

/**
 * Queries of a block for attention of this shape; undefined where all shares at once are few enough.
 *
 * @param shape of the queries, `[batch, queries, heads, width]`
 * @param keys how many keys there are
 */
export function blockOf([batch, queries, heads]: readonly number[], keys: number): number | undefined {
  const blocks = Math.min(mostBlocks, Math.ceil(batch! * heads! * queries! * keys / mostShares));
  return blocks < 2 ? undefined : Math.ceil(queries! / blocks);
}

/**
 * `attention` in blocks of queries. The gradient computes the shares of each block again from what is kept of their sums.
 *
 * @param q `[batch, queries, heads, width]`
 * @param k `[batch, keys, heads, width]`
 * @param v `[batch, keys, heads, width]`
 * @param block queries of a block
 * @returns the shape of `q`
 */
export function blockwiseAttention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, block: number): tf.Tensor {
  const scale = 1 / Math.sqrt(q.shape.at(-1)!);
  return differentiable({ q, k, v }, (save) => {
    const [keys, values] = [byHead(k), byHead(v)];
    let last: tf.Tensor | undefined;
    const parts = blocksOf(tf.mul(byHead(q), scale), block).map((queries) => {
      const met = tf.matMul(after(queries, last), keys, false, true);
      const largest = tf.max(met, -1, true);
      const shares = tf.exp(tf.sub(met, largest)), sums = tf.sum(shares, -1, true);
      last = tf.div(tf.matMul(shares, values), sums);
      return [last, tf.add(largest, tf.log(sums))] as const;
    });
    const output = byHead(tf.concat(parts.map(([gathered]) => gathered), 2));
    save(q, k, v, output, tf.concat(parts.map(([, logSums]) => logSums), 2));
    return output;
  }, (dy, [q, k, v, output, logSums]) => {
    const [keys, values] = [byHead(k!), byHead(v!)];
    // The gradient of a softmax takes from each share's the mean of all, weighted by the shares.
    const means = byHead(tf.sum(tf.mul(dy, output!), -1, true));
    const [queries, dys, sums, mean] = [tf.mul(byHead(q!), scale), byHead(dy), logSums!, means]
      .map((x) => blocksOf(x, block)) as [tf.Tensor[], tf.Tensor[], tf.Tensor[], tf.Tensor[]];
    let ofKeys: tf.Tensor = tf.zerosLike(keys), ofValues: tf.Tensor = tf.zerosLike(values);
    let last: tf.Tensor | undefined;
    const ofQueries = queries.map((block, i) => {
      const queries = after(block, last);
      const shares = tf.exp(tf.sub(tf.matMul(queries, keys, false, true), sums[i]!));
      const ofMet = tf.mul(shares, tf.sub(tf.matMul(dys[i]!, values, false, true), mean[i]!));
      ofValues = tf.add(ofValues, tf.matMul(shares, dys[i]!, true, false));
      ofKeys = tf.add(ofKeys, tf.matMul(ofMet, queries, true, false));
      return last = tf.add(tf.matMul(ofMet, keys), nothingOf(ofKeys, ofValues));
    });
    return {
      q: () => byHead(tf.mul(tf.concat(ofQueries, 2), scale)),
      k: () => byHead(ofKeys),
      v: () => byHead(ofValues),
    };
  });
}

/**
 * The same numbers, which wait for what is before them: blocks that a compiler finds independent, it may compute side by
 * side, with the memory of all.
 */
function after(x: tf.Tensor, before: tf.Tensor | undefined): tf.Tensor {
  return before === undefined ? x : tf.add(x, nothingOf(before));
}

/** Zero; NaN where a tensor begins with NaN or an infinity. */
function nothingOf(...tensors: tf.Tensor[]): tf.Tensor {
  return tf.mul(0, tf.addN(tensors.map((x) => tf.reshape(tf.slice(x, [0, 0, 0, 0], [1, 1, 1, 1]), []))));
}

/** Between `[batch, pixels, heads, width]` and `[batch, heads, pixels, width]`. */
const byHead = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 1, 3]);

/** `[batch, heads, queries, width]` in blocks of queries; the last may be smaller. */
function blocksOf(x: tf.Tensor, block: number): tf.Tensor[] {
  const queries = x.shape[2]!;
  const sizes = Array.from(
    { length: Math.ceil(queries / block) },
    (_, i) => Math.min(block, queries - i * block),
  );
  return tf.split(x, sizes, 2);
}
