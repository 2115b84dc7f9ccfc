/** Results that are constant to gradients. */
import * as tf from "@tensorflow/tfjs";
import { tapeEngine } from "../engine.ts";
import { mapTree, type Tree } from "../tree.ts";

/**
 * Runs `fn`, through which no gradient passes: what it returns is constant. Nothing in it is kept for a backward pass, so
 * it costs what it costs without training.
 *
 * ```ts
 * import { ops, tf } from "denoise/plugin";
 *
 * const slope = tf.grad((x) => tf.mul(x, ops.withoutGradient(() => tf.square(x))));
 * console.log(slope(tf.scalar(3)).dataSync()[0]); // 9, not 27
 * ```
 */
export function withoutGradient<T extends Tree>(fn: () => T): T {
  const { state } = tapeEngine();
  state.kernelDepth++; // within a kernel, tfjs records nothing
  try {
    return mapTree(fn(), (tensor) => tf.clone(tensor)); // a tensor that was there before is recorded
  } finally {
    state.kernelDepth--;
  }
}
