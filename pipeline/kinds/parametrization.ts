/** Plugin kind `parametrization`: what the network predicts, and the view that losses and samplers have of it. */
import type * as tf from "@tensorflow/tfjs";
import type { Components, Rates } from "./common.ts";

/** Scales what enters the network and reads what leaves it. */
export interface Parametrization {
  /** What the network is fed for noisy images at these rates. */
  input(noisy: tf.Tensor4D, rates: Rates): { image: tf.Tensor4D; level: tf.Tensor4D };
  /** Signal, noise and velocity from the raw network output, all `[batch, height, width, channels]`. */
  components(output: tf.Tensor4D, noisy: tf.Tensor4D, rates: Rates): Components;
}
