/** Warm-ups of an average: how much of it a step replaces while training is young. */
import { tf } from "denoise/plugin";

/** What is replaced where (1 + e) / (10 + e) is kept, `e` steps after the start: TensorFlow's and diffusers' own. */
export function replacedByTens(e: tf.Tensor): tf.Tensor {
  return tf.div(9, tf.add(tf.cast(e, "float32"), 10));
}

/** What is replaced where 1 − (1 + e / inv_gamma)^−power is kept: Crowson's warm-up, in ema-pytorch, diffusers, k-diffusion. */
export function replacedByPower(
  e: tf.Tensor,
  { inv_gamma, power }: { readonly inv_gamma: number; readonly power: number },
): tf.Tensor {
  return tf.exp(tf.mul(-power, tf.log1p(tf.div(tf.maximum(tf.cast(e, "float32"), 0), inv_gamma))));
}
