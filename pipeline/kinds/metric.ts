/** Plugin kind `metric`: a number that says how good a model is. */
import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Backend } from "./backend.ts";
import type { Components, Rates } from "./common.ts";
import type { OpenTools } from "./dataset.ts";
import { interval } from "./interval.ts";

/** Options that every metric takes besides its own. */
export const metricOptions: { every: z.ZodDefault<z.ZodString>; by_class: z.ZodOptional<z.ZodBoolean> } = {
  every: interval.default("1 epoch").describe(
    'how often it is measured while training, such as "1 epoch" or "500 steps"',
  ),
  by_class: z.boolean().optional().describe(
    "measured of each class by itself as well, for a network with classes: as much work again for each; default: false",
  ),
};

/** A validation batch as the model sees it, with average weights in inference mode. */
export interface ValidationBatch {
  /** Pictures of the batch; the last one may be smaller than the others. */
  readonly size: number;
  /** Real pictures in `[0, 1]`, `[size, height, width, channels]`. */
  readonly real: tf.Tensor4D;
  /** What the network predicts from their noisy versions. */
  readonly predicted: Components;
  /** What it should predict. */
  readonly target: Components;
  /** How much signal and noise there is in each of them, `[size, 1, 1, 1]`. */
  readonly rates: Rates;
}

/** What a metric may look at. */
export interface MetricView {
  /** What compiles the metric's own functions. */
  readonly backend: Backend;
  /** Goes through the validation pictures once. The draws are the same every time. Tensors of a batch are freed after its turn. */
  batches(): AsyncIterable<ValidationBatch>;
  /** Log-SNRs between even ranges of the levels that are trained on, rising: about ten, the same every time. */
  levels(): Promise<readonly number[]>;
  /** Validation pictures. */
  readonly pictures: number;
  /** Pictures in a batch of training. */
  readonly batchSize: number;
  /**
   * `count` validation pictures in `[0, 1]` in whole batches of `batch`, shuffled, and again from the first where there are
   * fewer: the same every time. No network sees them. Tensors are freed after their turn.
   */
  real(count: number, batch: number): AsyncIterable<tf.Tensor4D>;
  /**
   * Generates `count` pictures in `[0, 1]` with the metric's sampler, in batches of at most `batch` (default: that of
   * training), the same every time for the same weights. Needs the option `sampler`. Tensors are freed after their turn.
   */
  generate(count: number, batch?: number): AsyncIterable<tf.Tensor4D>;
}

/** A number with the standard deviation of what it is the mean of, where there is one. */
export interface Spread {
  /** The mean, in the unit of the metric. */
  readonly value: number;
  /** Standard deviation, in the same unit. */
  readonly spread?: number;
  /** The same by noise level, of the ranges that pictures fell into: from the noisiest on. */
  readonly byLevel?: readonly LevelNumber[];
}

/** A number of the pictures in a range of noise levels. */
export interface LevelNumber {
  /** Log-SNR where the range begins. In the first and the last one are those beyond, too. */
  readonly from: number;
  /** Log-SNR where it ends. */
  readonly to: number;
  /** The mean, in the unit of the metric. */
  readonly value: number;
  /** How many it is the mean of. */
  readonly pictures: number;
}

/** A measurement. */
export interface Metric {
  /** Which way is better, for each number it returns: `train.keep.best` needs to know. */
  readonly better: Readonly<Record<string, "lower" | "higher">>;
  /**
   * Whether the same numbers of training pictures show what was learned by heart: while training, it then measures a fixed
   * sample of them, too, as it measures the validation pictures. For metrics that look at `batches` alone. Default false.
   */
  readonly comparesTraining?: boolean | undefined;
  /**
   * Gets what it measures with, once before it measures, such as weights that have to be downloaded.
   *
   * @throws {files.DownloadError} when it is unavailable: the user is told once, and everything else continues without the metric
   */
  prepare?(tools: OpenTools): Promise<void>;
  /**
   * Digest of what it measures with besides its options, such as weights: numbers do not compare where it has changed,
   * and the user is told. Known once it is prepared.
   */
  readonly measuresWith?: string | undefined;
  /** Measures. The names returned are those of `better`. */
  measure(view: MetricView): Promise<Record<string, number | Spread>>;
}

/** Whether `wanted` means this number: its name, or the part before its brackets, such as `kid` for `kid(a)`. */
export function isCalled(name: string, wanted: string): boolean {
  return name === wanted || name.startsWith(`${wanted}(`);
}
