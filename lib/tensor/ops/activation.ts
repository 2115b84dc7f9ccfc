/** Activations. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../engine.ts";
import { runFused } from "../fused.ts";

/**
 * `x * sigmoid(x)`, also known as SiLU (Ramachandran et al. 2017, arXiv:1710.05941). Saves its input alone.
 */
export function swish<T extends tf.Tensor>(x: T): T {
  return differentiable({ x }, (save) => {
    save(x);
    return runFused("swish", { x })?.[0] ?? tf.mul(x, tf.sigmoid(x));
  }, (dy, [x]) => ({
    x: () => {
      const fused = runFused("swishGradient", { dy, x: x! });
      if (fused !== undefined) return fused[0]!;
      const sigmoid = tf.sigmoid(x!);
      const slope = tf.mul(sigmoid, tf.add(tf.mul(x!, tf.sub(1, sigmoid)), 1));
      return tf.mul(dy, slope);
    },
  })) as T;
}
