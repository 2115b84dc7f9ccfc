/** What the network is fed where the noisy image needs no scaling: variance-preserving schedules keep its power at one. */
import { type Rates, tf } from "denoise/plugin";

/** The noisy images as they are, and their noise power, `[batch, 1, 1, 1]`. */
export function unscaled(noisy: tf.Tensor4D, rates: Rates): { image: tf.Tensor4D; level: tf.Tensor4D } {
  const level = tf.broadcastTo(tf.square(rates.noise), [noisy.shape[0], 1, 1, 1]) as tf.Tensor4D;
  return { image: noisy, level };
}
