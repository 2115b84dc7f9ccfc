/** Plugin kind `network`: a function of noisy images with trainable weights. */
import type * as tf from "@tensorflow/tfjs";
import type { Random } from "../../tensor/random.ts";
import type { State, TensorRecord } from "../../tensor/tree.ts";
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

/** A pure function of state and input. */
export interface Network {
  /** Weights at the start. Draw each tensor from a fork named after it, so that adding one leaves the others alone. */
  init(random: Random, image: ImageShape): State;
  /**
   * The raw output `[batch, height, width, channels]`, and the buffers after this call: the updated running statistics
   * when training, the same tensors otherwise.
   */
  apply(state: State, input: NetworkInput, mode: { training: boolean }): { output: tf.Tensor4D; buffers: TensorRecord };
}
