/** Plugin kind `optimizer`: gradients to new weights. */
import type * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/tree.ts";

/** How long training is, for learning rates that follow it. A type, so that it is a tree of tensors. */
export type Course = {
  /** int32 scalar: updates after which it ends. A run that is trained longer has more from then on. */
  steps: tf.Tensor;
  /** int32 scalar: updates in an epoch. */
  epochSteps: tf.Tensor;
};

/** What an update gets. */
export interface UpdateInput {
  /** Weights by name. */
  readonly trainable: TensorRecord;
  /** Their gradients, by the same names. */
  readonly gradients: TensorRecord;
  /** What `init` or the update before gave. */
  readonly state: TensorRecord;
  /** int32 scalar, 1 for the first update. */
  readonly step: tf.Scalar;
  /** Length of all gradients together. Absent where nobody knew it. */
  readonly norm?: tf.Scalar;
  /** How long training is. Absent where it has no end. */
  readonly course?: Course;
}

/** A pure update rule over flat records of tensors. */
export interface Optimizer {
  /** Whether its learning rates follow the length of training: a run that is made longer is told of it. */
  readonly followsLength?: boolean;
  /** Moments and the like at the start. */
  init(trainable: TensorRecord): TensorRecord;
  /** One update. Returned records hold the same names and shapes as those given. `learningRate` is shown and logged. */
  update(input: UpdateInput): { trainable: TensorRecord; state: TensorRecord; learningRate?: tf.Scalar };
}
