/** Plugin kind `sampler`: noise to images, by repeated denoising. */
import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Random } from "../../lib/tensor/random.ts";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import type { Components, Rates } from "./common.ts";

/** Options that every sampler takes besides its own: clipping is done by `denoise`, so that a sampler need not. */
export const samplerOptions = {
  clip: z.boolean().default(false).describe(
    "clip predicted signals to the range of real pixels; the noise is not recomputed after it",
  ),
};

/** What a step may call. */
export interface SamplerTools {
  /**
   * The network's view of noisy images `[batch, height, width, channels]` at these rates: average weights, labels,
   * guidance and clipping are in it already.
   */
  denoise(image: tf.Tensor4D, rates: Rates): Components;
  /** Clips a signal that the sampler has recomputed, where the option `clip` asks for it. */
  clip(signal: tf.Tensor4D): tf.Tensor4D;
  /** Draws for this step, per image; unused by a deterministic sampler. */
  readonly random: Random;
}

/** A solver of the diffusion process. `step` is traced once and serves every row of the plan. */
export interface Sampler {
  /** Diffusion steps: rows of the plan. */
  readonly steps: number;
  /** Order of convergence as the steps shrink (of the deterministic case). */
  readonly order: number;
  /** Whether it draws noise between the steps. */
  readonly stochastic: boolean;
  /** Network evaluations in one step. */
  readonly evaluationsPerStep: number;
  /** The numbers each step needs, one row a step, all rows of equal length. Host float64, handed to `step` as float32. */
  plan(): readonly (readonly number[])[];
  /** The state before the first step; `image` is the noisy image. Shapes stay fixed from step to step. */
  init(noise: tf.Tensor4D): { image: tf.Tensor } & TensorRecord;
  /** One step. Pure. `signal` is the step's prediction of the clean image; that of the last step is the result. */
  step(
    state: { image: tf.Tensor } & TensorRecord,
    row: tf.Tensor1D,
    tools: SamplerTools,
  ): { state: { image: tf.Tensor } & TensorRecord; signal: tf.Tensor };
}
