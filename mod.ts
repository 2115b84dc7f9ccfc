/**
 * Denoise as a library: everything the command line does.
 *
 * ```ts
 * import { builtins, readRecipe, wire } from "denoise";
 *
 * const recipe = await readRecipe("recipes/quickstart.yaml", { plugins: builtins, overrides: ["seed=7"] });
 * const graph = await wire(recipe);
 * console.log(graph.image, graph.one("network").plugin.name);
 * ```
 *
 * @module
 */
import { createRegistry } from "./pipeline/plugins/registry.ts";
import type { PluginSource } from "./pipeline/recipe/types.ts";
import { defaults, manifest } from "./plugins/mod.ts";

/** The built-in plugins; `builtins.withFiles([...])` adds a user's own. */
export const builtins: PluginSource = createRegistry(manifest, defaults);

export * from "./plugin.ts";
export {
  describeGraph,
  drawingOf,
  dryRun,
  factsOf,
  type Graph,
  toMermaid,
  toSvg,
  trainingCost,
  wire,
} from "./pipeline/graph/mod.ts";
export { refusalOf, type SystemRefusal } from "./files/mod.ts";
export { exportWeights } from "./pipeline/interchange/export.ts";
export { type ImportOptions, importWeights } from "./pipeline/interchange/import.ts";
export { listPlugins, scaffold, scaffoldKinds, scaffoldText, showPlugin } from "./pipeline/plugins/mod.ts";
export { DenoiseError, type Place, type Problem } from "./pipeline/problem.ts";
export { differences, explain, jsonSchema, readRecipe, toYaml } from "./pipeline/recipe/mod.ts";
export type { PluginSource, Recipe } from "./pipeline/recipe/types.ts";
export { formatProblems } from "./pipeline/report/mod.ts";
export { evaluate, type EvaluateOptions, type EvaluateResult } from "./pipeline/run/evaluate.ts";
export { sample, type SampleOptions, type SampleResult } from "./pipeline/run/sample.ts";
export {
  animationPicture,
  diffusionPicture,
  gridPicture,
  interpolationPicture,
  kidPicture,
  type PictureResult,
  schedulePicture,
  stepsPicture,
  trajectoryPicture,
} from "./pipeline/pictures/mod.ts";
export { report } from "./pipeline/summary/report.ts";
export { train, type TrainOptions, type TrainResult } from "./pipeline/run/train.ts";
export type { Trust } from "./pipeline/trust/trust.ts";
export { sweep, type SweepOptions, type SweepResult } from "./pipeline/sweep/sweep.ts";
export { type Console, terminalConsole } from "./pipeline/terminal/console.ts";
export { type Interruption, onInterrupt } from "./pipeline/terminal/interrupt.ts";
export { version } from "./pipeline/version.ts";
