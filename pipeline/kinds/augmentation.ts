/** Plugin kind `augmentation`: a random change of the training pictures, on the device. */
import type * as tf from "@tensorflow/tfjs";
import type { Random } from "../../lib/tensor/random.ts";
import type { ImageShape } from "./common.ts";

/** A random change of pictures that leaves what they show alone. */
export interface Augmentation {
  /** Shape of what `apply` returns for pictures of shape `input`. Refuses (`refuse`) a shape it cannot take. */
  shape(input: ImageShape): ImageShape;
  /**
   * Changes float32 pictures in `[0, 1]`, `[batch, height, width, channels]`. With `training: false` the change is
   * deterministic (no flip, the centre crop), and `random` is not used.
   */
  apply(images: tf.Tensor4D, tools: { random: Random; training: boolean }): tf.Tensor4D;
  /**
   * What the network is told of the change, where it is one that generated pictures are not to show: all zero for a
   * picture that is left as it is, so that zeros, in sampling, ask for a picture without it.
   */
  readonly tells?: {
    /** How many numbers, 1 or more. */
    readonly numbers: number;
    /** The numbers, float32 `[batch, numbers]`, for the draws that `apply` makes in training of the same `random`. */
    of(random: Random): tf.Tensor2D;
  } | undefined;
}
