/** Values as they are rounded on their own, whatever takes them. */
import * as tf from "@tensorflow/tfjs";

/** `x` → `x`, through which a compiler takes no arithmetic together. */
const settling = "DenoiseRounded";

/**
 * The same tensor. A compiler that computes several ops at once may round them otherwise, by what takes their result: of
 * this one the bits do not depend on it.
 */
export function rounded<T extends tf.Tensor>(x: T): T {
  return tf.getKernel(settling, tf.getBackend()) == null ? x : tf.engine().runKernel(settling, { x }) as tf.Tensor as T;
}
