/** Plugin kind `network`: a function of noisy images with trainable weights. */
import type * as tf from "@tensorflow/tfjs";
import type { Random } from "../../lib/tensor/random.ts";
import type { State, TensorRecord } from "../../lib/tensor/tree.ts";
import type { ImageShape } from "./common.ts";

/** What a network sees. A type, so that it is a tree of tensors. */
export type NetworkInput = {
  /** Noisy images, float32 `[batch, height, width, channels]`, scaled by the parametrization. */
  image: tf.Tensor4D;
  /** Noise level, float32 `[batch, 1, 1, 1]`: the noise power in `[0, 1]`, unless the parametrization feeds another. */
  level: tf.Tensor4D;
  /** Class of each image, int32 `[batch]`, where the dataset has labels. */
  label?: tf.Tensor1D;
};

/** A layer of the Keras model that a network restates. */
export interface KerasPart {
  /** Class of the layer in snake case, such as `conv2d`. */
  readonly kind: string;
  /** Our name of each of its weights by that of Keras (`kernel`, `query/bias`), in the order in which Keras keeps them. */
  readonly weights: Readonly<Record<string, string>>;
}

/** A pure function of state and input. */
export interface Network {
  /**
   * Where the network restates a Keras model: its layers that have weights, in the order in which Keras constructs them.
   * With it, `import` reads weights of that model.
   */
  readonly keras?: readonly KerasPart[];
  /** Weights at the start. Draw each tensor from a fork named after it, so that adding one leaves the others alone. */
  init(random: Random, image: ImageShape): State;
  /**
   * The raw output `[batch, height, width, channels]`, and the buffers after this call: the updated running statistics
   * when training, the same tensors otherwise.
   */
  apply(state: State, input: NetworkInput, mode: { training: boolean }): { output: tf.Tensor4D; buffers: TensorRecord };
}
