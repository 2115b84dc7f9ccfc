/** Attention (Vaswani et al. 2017, arXiv:1706.03762, section 3.2). */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../engine.ts";
import { runFused } from "../fused.ts";
import { blockOf, blockwiseAttention } from "./blockwise_attention.ts";

/**
 * Each query gathers values by how well it meets their keys: `softmax(queries keysᵀ / √width) values`, head by head. One
 * kernel where the backend has it for the shape and its precision; in blocks where the shares are too many to hold at once.
 *
 * @param q `[batch, queries, heads, width]`
 * @param k `[batch, keys, heads, width]`
 * @param v `[batch, keys, heads, width]`
 * @returns the shape of `q`
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const fused = fusedAttention(q, k, v);
  if (fused !== undefined) return fused;
  const block = blockOf(q.shape, k.shape[1]!);
  return block === undefined ? plainAttention(q, k, v) : blockwiseAttention(q, k, v, block);
}

function plainAttention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor {
  const byHead = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1, 3]);
  // Scaled before the product, which has more numbers than the queries.
  const queries = tf.mul(byHead(q), 1 / Math.sqrt(q.shape.at(-1)!));
  const share = tf.softmax(tf.matMul(queries, byHead(k), false, true));
  return tf.transpose(tf.matMul(share, byHead(v)), [0, 2, 1, 3]);
}

function fusedAttention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor | undefined {
  const backend = tf.backend() as { readonly fusesAttention?: (shape: readonly number[]) => boolean };
  if (backend.fusesAttention?.(q.shape) !== true) return undefined;
  return differentiable({ q, k, v }, (save) => {
    const [output, statistics] = runFused("attention", { q, k, v }) as [tf.Tensor, tf.Tensor];
    save(q, k, v, statistics, output);
    return output;
  }, (dy, [q, k, v, statistics, output]) => {
    const inputs = { q: q!, k: k!, v: v!, statistics: statistics!, output: output!, dy };
    const [ofQ, ofK, ofV] = runFused("attentionGradient", inputs) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { q: () => ofQ, k: () => ofK, v: () => ofV };
  });
}
