/** Plugin kind `sampler`: noise to images, by repeated denoising. */
import type * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Random } from "../../lib/tensor/random.ts";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import type { Components, Rates } from "./common.ts";
import { type GuidanceInput, type GuidanceOptions, guidanceOptions } from "./guidance.ts";

/** Options that every sampler takes besides its own: `denoise` sees to them, so that a sampler need not. */
export const samplerOptions: {
  guidance: z.ZodOptional<z.ZodType<GuidanceOptions, GuidanceInput>>;
  clip: z.ZodDefault<z.ZodBoolean>;
} = {
  guidance: guidanceOptions.optional().describe(
    "pushes each prediction away from a worse one, for no class or by a weaker model: twice the work; default: none",
  ),
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
  denoise(image: tf.Tensor4D, rates: Rates): Seen;
  /**
   * Takes noisy images from one level to another by one evaluation, however far apart they are. There where the network
   * offers `jump`; a sampler that cannot do without says so in `asks`.
   */
  jump?(image: tf.Tensor4D, from: Rates, to: Rates): Jump;
  /** Clips a signal that the sampler has recomputed, where the option `clip` asks for it. */
  clip(signal: tf.Tensor4D): tf.Tensor4D;
  /** Draws for this step, per image; unused by a deterministic sampler. */
  readonly random: Random;
}

/** What `denoise` says of noisy images. */
export interface Seen extends Components {
  /**
   * The noisy images that `signal` and `noise` make up, where guidance says that other noise is kept than was given
   * (`renoise`). Else absent: the given ones.
   */
  readonly image?: tf.Tensor4D;
}

/** Where a jump has led: the noisy image at the other level, and the components that it was put together from. */
export type Jump = Components & { image: tf.Tensor4D };

/** What a sampler asks of the network. The graph refuses a network that does not offer it. */
export interface SamplerAsks {
  /** It calls `jump`. */
  readonly jump?: boolean;
}

/** What a sampler carries from step to step: the noisy image, and what else it keeps. Shapes stay fixed. */
// A type, not an interface: only type aliases are trees of tensors.
export type SamplerState = { image: tf.Tensor4D } & TensorRecord;

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
  /**
   * Whether each step starts from `signal` and `noise` of one `denoise`, or from the `image` that comes with them, and not
   * from the image that it was given: guidance may then change the noise, as CFG++ does. Others are refused for that.
   */
  readonly renoises?: boolean;
  /** What it asks of the network. */
  readonly asks?: SamplerAsks;
  /**
   * The numbers that each step needs, one row a step, all rows of equal length: what depends on time alone, computed on
   * the host in float64. `step` gets its row as float32.
   */
  plan(): readonly (readonly number[])[];
  /**
   * Log-SNR of the image that enters each step, then of the one that leaves the last: `steps + 1` numbers that fall in
   * noise, -Infinity to Infinity. With `skip`, what is needed to start from a picture or to keep parts of one.
   */
  readonly levels?: readonly number[] | undefined;
  /**
   * Whether every image has arrived, as a tensor of 1 or 0: for samplers that choose their steps as they go. The rows of
   * the plan are then the most steps that it may take, and steps end where this is 1.
   */
  finished?(state: SamplerState): tf.Scalar;
  /** The same sampler without its first `count` steps: it starts at `levels[count]`, and remembers nothing of them. */
  skip?(count: number): Sampler;
  /** The state before the first step, from noise `[batch, height, width, channels]`. */
  init(noise: tf.Tensor4D): SamplerState;
  /**
   * One step. Pure. `row` is this step's row of the plan; `splitRow` takes it apart. `signal` is the step's prediction of
   * the clean image; that of the last step is the result.
   */
  step(state: SamplerState, row: tf.Tensor1D, tools: SamplerTools): { state: SamplerState; signal: tf.Tensor4D };
}
