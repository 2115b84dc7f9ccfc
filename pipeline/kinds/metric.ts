/** Plugin kind `metric`: a number that says how good a model is. */
import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Backend } from "./backend.ts";
import type { Components } from "./common.ts";

/** `2 epochs` or `500 steps`. */
export const interval = z.string().regex(
  /^[1-9][0-9]* (epochs?|steps?)$/,
  { error: 'expected an interval such as "1 epoch" or "500 steps"' },
);

/** Options that every metric takes besides its own. */
export const metricOptions = {
  every: interval.default("1 epoch").describe(
    'how often it is measured while training, such as "1 epoch" or "500 steps"',
  ),
};

/** A validation batch as the model sees it, with average weights in inference mode. */
export interface ValidationBatch {
  /** Pictures of the batch; the last one may be smaller than the others. */
  readonly size: number;
  /** Real pictures in `[0, 1]`, `[size, height, width, channels]`. */
  readonly real: tf.Tensor4D;
  readonly predicted: Components;
  readonly target: Components;
}

/** What a metric may look at. */
export interface MetricView {
  readonly backend: Backend;
  /** Goes through the validation pictures once. The draws are the same every time. Tensors of a batch are freed after its turn. */
  batches(): AsyncIterable<ValidationBatch>;
  /** Generates `count` pictures in `[0, 1]` with the metric's sampler, in batches. Needs the option `sampler`. */
  generate(count: number): AsyncIterable<tf.Tensor4D>;
}

/** A measurement. */
export interface Metric {
  /** Which way is better, for each number it returns: `train.keep.best` needs to know. */
  readonly better: Readonly<Record<string, "lower" | "higher">>;
  /** Measures. The names returned are those of `better`. */
  measure(view: MetricView): Promise<Record<string, number>>;
}
