/**
 * What a plugin imports: `import { plugin, z, tf } from "denoise/plugin"`.
 *
 * A leaf: it loads tfjs, zod and helpers for files, pictures and the formulas of diffusion, and nothing else of the
 * pipeline, so that a plugin can be imported first and alone.
 *
 * @module
 */
import type { z as zod } from "zod";
import type { Kind, Slot } from "./pipeline/kinds/mod.ts";
import type { Plugin } from "./pipeline/kinds/plugin.ts";

/** zod: schemas of options. */
export { z } from "zod";
/** TensorFlow.js: tensors and their ops. */
export * as tf from "@tensorflow/tfjs";
export type { Explained } from "./lib/files/explained.ts";
/** Files that appear whole or not at all, downloads that resume and are checked. */
export * as files from "./lib/files/mod.ts";
/** Pictures on the host: decoding, cropping, resizing as TensorFlow does, PNG. */
export * as image from "./lib/image/mod.ts";
export {
  type AtLeast,
  flowTimeOf,
  logSnrOfFlowTime,
  logSnrOfSigma,
  logSnrOfSignalPower,
  noiseOf,
  powersOf,
  ratesOf,
  sigmaOf,
  signalOf,
  splitRow,
  velocityOf,
} from "./pipeline/kinds/diffusion.ts";
export { Refusal, refuse, refuseUnused } from "./pipeline/kinds/refuse.ts";
export { exponentOfStd, stdOfExponent, widestStd } from "./pipeline/kinds/power_function.ts";
export type * from "./pipeline/kinds/types.ts";
/** Grids: which noise levels a sampler steps through. */
export {
  type Choice,
  endOptions,
  gridOptions,
  type GridSchedule,
  isZero,
  noiseGrid,
  overGrid,
  type Point,
  pointOf,
  pointOfSigma,
  pointsAt,
  type SchedulerName,
  schedulers,
  type Spacing,
  type SpacingName,
  type SpacingOptions,
  spacingOptions,
  spacings,
  startsBelowAllNoise,
  type TableName,
} from "./pipeline/grid/mod.ts";
export { opByOp, tfjsBackend } from "./lib/tensor/backend.ts";
export { findGpu, type Gpu, type Power } from "./lib/tensor/webgpu/adapter.ts";
export { type GpuBackend, gpuBackend } from "./lib/tensor/webgpu/mod.ts";
export { threadedWasm } from "./lib/tensor/wasm/threads.ts";
/** First values of weights, drawn from a `Random`. */
export * as initializers from "./lib/tensor/initializers.ts";
export * as ops from "./lib/tensor/ops/mod.ts";
export type { Random } from "./lib/tensor/random.ts";
/** Draws of a plugin's own, such as fixed filters: a function of their key alone. */
export { createRandom, type RandomKey, seedTensor } from "./lib/tensor/random_create.ts";
export type { State, TensorRecord, Tree } from "./lib/tensor/tree.ts";
export { tensorOf, tidyTree } from "./lib/tensor/tree.ts";

/**
 * Defines a plugin; the types of `create` follow from `kind`, `options` and `needs`.
 *
 * ```ts
 * import { plugin, tf, z } from "denoise/plugin";
 *
 * export default plugin({
 *   kind: "augmentation",
 *   name: "brighten",
 *   summary: "Adds a constant",
 *   options: z.object({ amount: z.number().default(0.1).describe("what is added, in units of full white") }),
 *   create: ({ options }) => ({
 *     shape: (input) => input,
 *     apply: (images) => tf.clipByValue(tf.add(images, options.amount), 0, 1),
 *   }),
 * });
 * ```
 */
export function plugin<K extends Kind, Options extends zod.ZodRawShape, Needs extends Slot = never>(
  definition: Plugin<K, Options, Needs>,
): Plugin<K, Options, Needs> {
  return definition;
}
