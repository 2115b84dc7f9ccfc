/** Plugin kind `ema`: the average of the weights over training, which samples and metrics use. */
import type * as tf from "@tensorflow/tfjs";
import type { State } from "../../lib/tensor/tree.ts";

/** An average over network states. */
export interface Ema {
  /** The average at the start. Copies: it never shares a tensor with the network. */
  init(network: State): State;
  /** The average after an update of the network. `step`: int32 scalar, 1 after the first update. */
  update(average: State, network: State, step: tf.Scalar): State;
  /** What tells it from `others`, such as `0.1`: letters, digits, `.`, `_` and `-`. Default: the name of the plugin. */
  readonly name?: string;
  /**
   * The γ ≥ 0 of an average whose profile is a power function: after step n, what the network was after step k has the weight
   * `(k/n)^(γ+1) − ((k−1)/n)^(γ+1)`. Averages of other profiles can be computed from its snapshots.
   */
  readonly exponent?: number;
  /** Further averages that are kept beside it, by their names. They have no `others`, and are for `sample --ema` alone. */
  readonly others?: Readonly<Record<string, Ema>>;
}
