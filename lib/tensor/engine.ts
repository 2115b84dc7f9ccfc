/** The parts of tfjs's engine that autodiff of our own needs; its types keep them private. */
import * as tf from "@tensorflow/tfjs";

/** One recorded operation. */
export interface TapeNode {
  readonly kernelName: string;
  /** By name; optional inputs may be undefined. */
  readonly inputs: Readonly<Record<string, tf.Tensor | undefined>>;
  readonly outputs: readonly tf.Tensor[];
  /** Given the gradients of the outputs (null: zero), one function for the gradient of each input. */
  readonly gradient?: (dys: (tf.Tensor | null)[]) => Readonly<Record<string, () => tf.Tensor>>;
  /** Tensors kept for `gradient`. */
  readonly saved?: readonly tf.Tensor[];
}

/** What the tape of tfjs looks like inside. Checked against 4.22.0, which deno.json pins. */
export interface TapeEngine {
  readonly state: { activeTape: TapeNode[] | null; readonly gradientDepth: number; kernelDepth: number };
  startTape(): void;
  endTape(): void;
  runKernelFunc(operation: {
    inputs: Record<string, tf.Tensor>;
    forwardFunc: (backend: tf.KernelBackend, save: (tensors: tf.Tensor[]) => void) => tf.Tensor | tf.Tensor[];
    backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>;
  }): tf.Tensor | tf.Tensor[];
}

/** tfjs's engine, with what its types hide. */
export function tapeEngine(): TapeEngine {
  return tf.engine() as unknown as TapeEngine;
}

/**
 * An operation with a gradient of its own, like `tf.customGrad`, but with the gradient of each input computed only
 * where it is needed, and its temporaries freed at once.
 *
 * @param forward computes the output from the inputs; nothing in it is recorded. `save` keeps tensors for `backward`.
 * @param backward one function for each input, from the output's gradient and the saved tensors
 */
export function differentiable<Inputs extends Record<string, tf.Tensor>>(
  inputs: Inputs,
  forward: (save: (...tensors: tf.Tensor[]) => void) => tf.Tensor,
  backward: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<keyof Inputs & string, () => tf.Tensor>,
): tf.Tensor {
  return tapeEngine().runKernelFunc({
    inputs,
    forwardFunc: (_, save) => forward((...tensors) => save(tensors)),
    backwardsFunc: backward,
  }) as tf.Tensor;
}

/** Runs `fn` without recording it: what it returns is constant to autodiff. */
export function untaped(input: tf.Tensor, fn: () => tf.Tensor[]): tf.Tensor[] {
  return tapeEngine().runKernelFunc({
    inputs: { input },
    forwardFunc: fn,
    backwardsFunc: () => ({ input: () => tf.zerosLike(input) }),
  }) as tf.Tensor[];
}
