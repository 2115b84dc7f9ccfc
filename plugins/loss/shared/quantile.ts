/** The standard normal number at a uniform one: draws that can be stratified. */
import { tf } from "denoise/plugin";

/** Coefficients of Giles 2010, "Approximating the erfinv function", table 5: for w below 5, and beyond. */
const central = [2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3].concat(
  [-4.17768164e-3, 2.46640727e-1, 1.50140941],
);
const tails = [-2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3].concat(
  [9.43887047e-3, 1.00167406, 2.83297682],
);

/**
 * Quantiles of the standard normal distribution, float32.
 *
 * @param u above 0 and below 1
 */
export function normalAt(u: tf.Tensor): tf.Tensor {
  const x = tf.sub(tf.mul(u, 2), 1);
  const w = tf.neg(tf.log(tf.mul(4, tf.mul(u, tf.sub(1, u))))); // of u itself: near 0 it keeps its digits
  const polynomial = (at: tf.Tensor, coefficients: readonly number[]) =>
    coefficients.slice(1).reduce<tf.Tensor>(
      (sum, next) => tf.add(tf.mul(sum, at), next),
      tf.fill(at.shape, coefficients[0]!),
    );
  const near = polynomial(tf.sub(w, 2.5), central);
  const far = polynomial(tf.sub(tf.sqrt(tf.maximum(w, 5)), 3), tails);
  return tf.mul(Math.SQRT2, tf.mul(x, tf.where(tf.less(w, 5), near, far)));
}
