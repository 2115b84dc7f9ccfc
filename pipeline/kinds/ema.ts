/** Plugin kind `ema`: the average of the weights over training, which samples and metrics use. */
import type * as tf from "@tensorflow/tfjs";
import type { State } from "../../lib/tensor/tree.ts";

/** An average over network states. */
export interface Ema {
  /** The average at the start. Copies: it never shares a tensor with the network. */
  init(network: State): State;
  /** The average after an update of the network. `step`: int32 scalar, 1 after the first update. */
  update(average: State, network: State, step: tf.Scalar): State;
}
