/** Attention among the pixels of an image (Vaswani et al. 2017, arXiv:1706.03762, section 3.2). */
import { ops, type TensorRecord, tf } from "denoise/plugin";
import type { Layer, Weight } from "./layers.ts";

/** Weights of attention: `width` channels for each head, as `MultiHeadAttention(key_dim=width)` of Keras has them. */
export function attention(name: string, width: number, heads: number): Layer {
  const weights: Record<string, Weight> = {};
  const add = (part: string, kernel: number[], bias: number[]) => {
    weights[`${part}/kernel`] = { shape: kernel, start: "glorot" };
    weights[`${part}/bias`] = { shape: bias, start: "zeros" };
  };
  for (const part of ["query", "key", "value"]) add(part, [width, heads, width], [heads, width]);
  add("attention_output", [heads, width, width], [width]);
  return { name, kind: "multi_head_attention", weights };
}

/**
 * Each pixel gathers what it asks for from all pixels of its image: `softmax(queries keysᵀ / √width) values`, in several
 * heads, whose answers a last matrix joins.
 *
 * @param x `[batch, height, width, channels]`
 * @param heads how many
 */
export function attend(weights: Readonly<TensorRecord>, name: string, x: tf.Tensor4D, heads: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const pixels = height * width;
  const project = (part: string, values: tf.Tensor, inner: number, outer: number) => {
    const kernel = tf.reshape(weights[`${name}.${part}.kernel`]!, [inner, outer]);
    return tf.add(tf.matMul(values, kernel), tf.reshape(weights[`${name}.${part}.bias`]!, [outer]));
  };
  const flat = tf.reshape(x, [batch * pixels, channels]);
  const byHead = (part: string): tf.Tensor => {
    const all = project(part, flat, channels, heads * channels);
    return tf.reshape(all, [batch, pixels, heads, channels]);
  };
  const gathered = ops.attention(byHead("query"), byHead("key"), byHead("value"));
  const joined = tf.reshape(gathered, [batch * pixels, heads * channels]);
  return tf.reshape(project("output", joined, heads * channels, channels), x.shape);
}
