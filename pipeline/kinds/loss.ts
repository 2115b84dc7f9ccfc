/** Plugin kind `loss`: which noise levels are trained on, and what is asked of the prediction there. */
import type * as tf from "@tensorflow/tfjs";
import type { Random } from "../../lib/tensor/random.ts";
import type { Components, Rates } from "./common.ts";

/** A training objective. It owns the distribution of noise levels, which is independent of the sampling schedule. */
export interface Loss {
  /** Noise levels for a batch: rates `[batch, 1, 1, 1]`. */
  levels(random: Random, batch: number): Rates;
  /**
   * `objective` is the scalar to differentiate. `errors` are scalars to show and log; `errors.loss` is the one trained
   * on, on a scale that does not depend on batch or image size.
   */
  measure(
    predicted: Components,
    target: Components,
  ): { objective: tf.Scalar; errors: { loss: tf.Scalar } & Record<string, tf.Scalar> };
}
