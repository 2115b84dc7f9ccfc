/** Random draws as a pure function of (seed, stream, step, item): the interface that plugins see. */
import type * as tf from "@tensorflow/tfjs";

/**
 * Draws for the items of one batch. What an item gets depends on (seed, stream, step, item) alone: not on the batch
 * it is in, its place there, the backend, or what was drawn before.
 *
 * Asking twice for the same shape gives the same numbers: fork a stream for each independent use.
 */
export interface Random {
  /** An independent stream. The same name gives the same stream. */
  fork(name: string): Random;
  /** Integers of 32 random bits, int32 `[items, ...]`. */
  bits(shape: readonly number[]): tf.Tensor;
  /** Uniform in `[0, 1)` with 24 random bits, float32 `[items, ...]`. */
  uniform(shape: readonly number[]): tf.Tensor;
  /** Standard normal, float32 `[items, ...]`. */
  normal(shape: readonly number[]): tf.Tensor;
}
