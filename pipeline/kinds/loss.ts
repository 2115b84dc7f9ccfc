/** Plugin kind `loss`: which noise levels are trained on, and what is asked of the prediction there. */
import type * as tf from "@tensorflow/tfjs";
import type { Random } from "../../lib/tensor/random.ts";
import type { State, TensorRecord } from "../../lib/tensor/tree.ts";
import type { Components, Rates } from "./common.ts";

/** What a loss asks of the network. The graph refuses a network that does not offer it. */
export interface LossAsks {
  /** It tells the network the level that it jumps to. */
  readonly jump?: boolean;
  /** It gives the network pictures to go by. */
  readonly condition?: boolean;
  /** Layers whose values it looks at. */
  readonly features?: readonly string[];
}

/** How a loss calls the network. */
export interface DenoiseOptions {
  /** By the average of the weights, without training: no dropout, running statistics, no gradient. Default false. */
  readonly average?: boolean;
  /** Layers whose values are wanted, of those in `asks.features`. */
  readonly features?: readonly string[];
  /** Rates of the level that is jumped to, where `asks.jump` says so. */
  readonly to?: Rates;
  /** Pictures to go by, `[batch, height, width, channels]`, where `asks.condition` says so. */
  readonly condition?: tf.Tensor4D;
}

/** The network's view of noisy images, and the values of the layers that were asked for, `[batch, ...]` each. */
export type Denoised = Components & { features: TensorRecord };

/** What a loss is given of its own, in training. */
export interface LossContext {
  /** What `init` gave, as training has left it: tensors that are trained with the network, and buffers. */
  readonly state: State;
  /** What the parametrization has measured of the training pictures. */
  readonly measured?: TensorRecord;
}

/** What a loss of its own making gets. `state` is empty where it has no `init`. */
export interface LossTools extends LossContext {
  /** Training images, normalised, `[batch, height, width, channels]`. */
  readonly images: tf.Tensor4D;
  /** Class of each image, int32 `[batch]`, where the dataset has classes. The network is told them in any case. */
  readonly labels?: tf.Tensor1D;
  /**
   * Calls the network on noisy images at these rates. May be called several times: dropout is the same in all calls of a
   * step. A gradient passes through it; `ops.withoutGradient(() => denoise(…))` is one that none passes through.
   */
  denoise(noisy: tf.Tensor4D, rates: Rates, options?: DenoiseOptions): Denoised;
  /** Noise levels, as `levels` of the loss draws them: of a part of a batch, those that all of it would have. */
  levels(): Rates;
  /** Updates of the weights before this one, int32: for what changes while it trains. */
  readonly step: tf.Scalar;
  /** Draws for this step, per image. */
  readonly random: Random;
}

/**
 * What a loss gives. `objective` is the scalar to differentiate. `errors` are scalars to show and log; `errors.loss` is
 * the one trained on, on a scale that does not depend on batch or image size, and without what the loss's own tensors
 * make of it: it is compared from step to step. `buffers` are those of the loss from the next step on, by the names that
 * it was given; where there are none, they stay.
 */
// A type, so that it is a tree of tensors.
export type Measured = {
  objective: tf.Scalar;
  errors: { loss: tf.Scalar } & Record<string, tf.Scalar>;
  buffers?: TensorRecord;
};

/** A training objective. It owns the distribution of noise levels, which is independent of the sampling schedule. */
export interface Loss {
  /** What it asks of the network, in `train`. */
  readonly asks?: LossAsks;
  /**
   * How the objective of a batch follows from those of its equal parts: it is their mean, or their sum. Where it is
   * neither, or is not told, gradients cannot be accumulated.
   */
  readonly ofParts?: "mean" | "sum" | undefined;
  /**
   * What it keeps from step to step, at the start. `trainable` tensors are differentiated and given to the optimizer
   * together with those of the network, by the names `loss/…`; `buffers` are replaced by those that `measure` or `train`
   * returns. Neither is averaged. Draw each tensor from a fork named after it.
   */
  init?(random: Random): Partial<State>;
  /**
   * Noise levels for a batch: rates `[batch, 1, 1, 1]`.
   *
   * @param context in training; without it, as for validation pictures, the levels are those of before the first step
   */
  levels(random: Random, batch: number, context?: LossContext): Rates;
  /**
   * Noise for training images `[batch, height, width, channels]`, of their shape. Default: one standard normal draw each,
   * `random.normal`. Validation always takes that.
   */
  noise?(random: Random, images: tf.Tensor4D): tf.Tensor4D;
  /**
   * Compares a prediction with what it should be.
   *
   * @param rates those at which it was predicted, `[batch, 1, 1, 1]`; always there but in a metric that leaves them out
   * @param context in training; without it, the error alone is measured
   */
  measure(predicted: Components, target: Components, rates?: Rates, context?: LossContext): Measured;
  /**
   * Trains in another way than by one prediction at levels that it draws: calls the network itself, as often as it likes.
   * `levels` and `measure` then say how validation pictures are measured. Pure.
   */
  train?(tools: LossTools): Measured;
}
