/** Plugin kind `optimizer`: gradients to new weights. */
import type * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/tree.ts";

/** A pure update rule over flat records of tensors. */
export interface Optimizer {
  /** Moments and the like at the start. */
  init(trainable: TensorRecord): TensorRecord;
  /**
   * One update. Returned records hold the same names and shapes as those given.
   *
   * @param update.step int32 scalar, 1 for the first update
   */
  update(update: { trainable: TensorRecord; gradients: TensorRecord; state: TensorRecord; step: tf.Scalar }): {
    trainable: TensorRecord;
    state: TensorRecord;
  };
}
