/** Plugin kind `parametrization`: what the network predicts, and the view that losses and samplers have of it. */
import type * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import type { Components, ImageShape, Rates } from "./common.ts";

/** Scales what enters the network and reads what leaves it. */
export interface Parametrization {
  /**
   * Where there is no noise, the signal is the noisy image itself, whatever the network answers, and at no level is it
   * more than a few times the answer: a network can learn to jump to the image from any noise. Default false.
   */
  readonly jumpsToImage?: boolean;
  /**
   * What it measures of the training pictures, once before training; it travels with the checkpoint. `pictures` may be
   * read several times, each time yielding all of them, normalised, in chunks `[n, height, width, channels]`. Accumulate in
   * float64.
   */
  fit?(pictures: () => AsyncIterable<Float32Array>, shape: ImageShape): Promise<TensorRecord>;
  /** The record `fit` returns, with zeros. Needed where there is a `fit`. */
  blank?(): TensorRecord;
  /**
   * What the network is fed for noisy images at these rates.
   *
   * @param measured what `fit` returned; an empty record where there is none
   */
  input(noisy: tf.Tensor4D, rates: Rates, measured?: TensorRecord): { image: tf.Tensor4D; level: tf.Tensor4D };
  /** Signal, noise and velocity from the raw network output, all `[batch, height, width, channels]`. */
  components(output: tf.Tensor4D, noisy: tf.Tensor4D, rates: Rates, measured?: TensorRecord): Components;
}
