/** Classes in a network: an embedding of each, one for no class, and hiding them in training. */
import { type NetworkInput, type NetworkMode, tf, z } from "denoise/plugin";
import type { Layer } from "./layers.ts";

/** Options of every network. */
export const classOptions = {
  classes: z.int().positive().max(100_000).optional().describe(
    "how many classes the network tells apart: as many as the dataset has; default: it looks at no labels",
  ),
  label_dropout: z.number().min(0).max(1).default(0.1).describe(
    "part of the labels that is hidden in training, where there are classes: guidance takes a network that can do without",
  ),
};

/** The same, checked. */
export interface ClassOptions {
  readonly classes?: number | undefined;
  readonly label_dropout: number;
}

/** The layer of the embeddings, the last that of no class; none where there are no classes. */
export function classLayers({ classes }: ClassOptions, dims: number): Layer[] {
  if (classes === undefined) return [];
  return [{
    name: "class_embedding",
    kind: "embedding",
    weights: { embeddings: { shape: [classes + 1, dims], start: "glorot" } },
  }];
}

/**
 * The embedding of the noise level with that of each image's class added, as Nichol and Dhariwal 2021, arXiv:2102.09672,
 * section 6. In training a part of the labels is hidden: Ho and Salimans 2022, arXiv:2207.12598, algorithm 1.
 *
 * @param embedding of the noise level, `[batch, 1, 1, dims]`
 * @param table embeddings, `[classes + 1, dims]`; undefined where there are no classes
 */
export function withClass(
  embedding: tf.Tensor4D,
  table: tf.Tensor | undefined,
  { label }: Pick<NetworkInput, "label">,
  { label_dropout: hidden }: ClassOptions,
  { training, random }: NetworkMode,
): tf.Tensor4D {
  if (table === undefined) return embedding;
  const [batch, , , dims] = embedding.shape;
  const rows = table.shape[0]!;
  const none = tf.fill<tf.Rank.R1>([batch], rows - 1, "int32");
  let row = label === undefined ? none : tf.where(tf.less(label, 0), none, label);
  if (training && random !== undefined && label !== undefined && hidden > 0) {
    row = tf.where(tf.less(random.fork("label").uniform([]), hidden), none, row);
  }
  // A product, as its gradient is one: that of a gather is slow on many backends.
  const picked = tf.cast(tf.equal(tf.reshape(row, [batch, 1]), tf.range(0, rows, 1, "int32")), "float32");
  return tf.add(embedding, tf.reshape(tf.matMul(picked, table as tf.Tensor2D), [batch, 1, 1, dims]));
}
