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
  /** Class of each image, int32 `[batch]`: -1 where it is not told. Absent where no class is told at all. */
  label?: tf.Tensor1D;
  /**
   * What augmentations did to each picture, float32 `[batch, numbers]`: see `Augmentation.tells`. Only where the network
   * offers `augment`, and in training; absent: nothing, as all zeros.
   */
  augment?: tf.Tensor2D;
  /** The level that the answer leads to, on the scale of `level`. Only where the network offers `jump`; absent: the same. */
  to?: tf.Tensor4D;
  /** Pictures to go by, `[batch, height, width, channels]`. Only where the network offers `condition`; absent: none. */
  condition?: tf.Tensor4D;
};

/** How a network is called. */
export interface NetworkMode {
  /** Whether it is trained: batch statistics, dropout. */
  readonly training: boolean;
  /** Draws for dropout and the like, in training only. The same for all calls of a step: they drop the same. */
  readonly random?: Random;
  /** Layers whose values are asked for, of those that the network offers. */
  readonly features?: readonly string[];
}

/** What a network can do besides answering to an image and its noise level. What is not listed is not asked of it. */
export interface NetworkOffers {
  /** How many classes it tells apart, where it looks at labels. */
  readonly classes?: number;
  /** How many numbers it takes on what augmentations did to a picture: those of the slot `augment`. */
  readonly augment?: number;
  /** It takes a second level, `NetworkInput.to`: samplers can then jump. */
  readonly jump?: boolean;
  /** It takes pictures to go by, of this shape; it also answers without. */
  readonly condition?: ImageShape;
  /** Names of layers whose values it gives. */
  readonly features?: readonly string[];
}

/** What a network answers. A type, so that it is a tree of tensors. */
export type NetworkOutput = {
  /** The raw output `[batch, height, width, channels]`. */
  output: tf.Tensor4D;
  /** The buffers after this call: the updated running statistics when training, the same tensors otherwise. */
  buffers: TensorRecord;
  /** Values of the layers that were asked for, `[batch, ...]` each. */
  features?: TensorRecord;
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
  /** What else it can do. Losses and samplers that ask for more are refused. */
  readonly offers?: NetworkOffers;
  /** Weights at the start. Draw each tensor from a fork named after it, so that adding one leaves the others alone. */
  init(random: Random, image: ImageShape): State;
  /** The answer to noisy images. Pure. */
  apply(state: State, input: NetworkInput, mode: NetworkMode): NetworkOutput;
}
