/** What augmentations did to a picture, told to a network: Karras et al. 2022, arXiv:2206.00364, appendix F.2. */
import { type NetworkInput, tf } from "denoise/plugin";
import type { Layer } from "./layers.ts";

/** What a network is made with besides its options. */
export interface Told {
  /** Numbers that augmentations tell of each picture: those of the slot `augment`. Default 0: nothing is told. */
  readonly augment?: number | undefined;
}

/** What the network offers. */
export const augmentOffer = ({ augment = 0 }: Told): { augment?: number } => augment === 0 ? {} : { augment };

/**
 * The layer that reads the numbers, without a bias, so that zeros say nothing; none where nothing is told. It starts at
 * zero: a network whose weights come from one that was told nothing starts as that one.
 */
export function augmentLayers({ augment = 0 }: Told, dims: number): Layer[] {
  if (augment === 0) return [];
  return [{ name: "augment_dense", kind: "dense", weights: { kernel: { shape: [augment, dims], start: "zeros" } } }];
}

/**
 * The embedding of the noise level with what was done to each picture added.
 *
 * @param embedding `[batch, 1, 1, dims]`
 * @param kernel `[numbers, dims]`; undefined where nothing is told
 */
export function withAugment(
  embedding: tf.Tensor4D,
  kernel: tf.Tensor | undefined,
  { augment }: Pick<NetworkInput, "augment">,
): tf.Tensor4D {
  if (kernel === undefined || augment === undefined) return embedding;
  const [batch, , , dims] = embedding.shape;
  return tf.add(embedding, tf.reshape(tf.matMul(augment, kernel as tf.Tensor2D), [batch, 1, 1, dims]));
}
