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
import { createRegistry } from "./pipeline/registry/registry.ts";
import type { PluginSource } from "./pipeline/recipe/types.ts";
import { defaults, manifest } from "./plugins/mod.ts";

/** The built-in plugins; `builtins.withFiles([...])` adds a user's own. */
export const builtins: PluginSource = createRegistry(manifest, defaults);

export * from "./plugin.ts";
export { dryRun } from "./pipeline/commands/dry_run.ts";
export type { Graph } from "./pipeline/graph/types.ts";
export { wire } from "./pipeline/graph/wire.ts";
export { trainingCost } from "./pipeline/programs/cost.ts";
export { describeGraph, factsOf } from "./pipeline/view/graph/describe.ts";
export { drawingOf } from "./pipeline/view/graph/drawing.ts";
export { toMermaid } from "./pipeline/view/graph/mermaid.ts";
export { toSvg } from "./pipeline/view/graph/svg.ts";
export { refusalOf, type SystemRefusal } from "./lib/files/mod.ts";
export { exportWeights } from "./pipeline/commands/interchange/export.ts";
export { type ImportOptions, importWeights } from "./pipeline/commands/interchange/import.ts";
export { scaffold, scaffoldKinds, scaffoldText } from "./pipeline/registry/scaffold.ts";
export { listPlugins, showPlugin } from "./pipeline/registry/show.ts";
export { DenoiseError, type Place, type Problem } from "./pipeline/problems/problem.ts";
export { explain } from "./pipeline/recipe/explain.ts";
export { readRecipe } from "./pipeline/recipe/read.ts";
export { jsonSchema } from "./pipeline/recipe/schema.ts";
export { differences, toYaml } from "./pipeline/recipe/write.ts";
export type { PluginSource, Recipe } from "./pipeline/recipe/types.ts";
export { formatProblems } from "./pipeline/problems/format.ts";
export { evaluate, type EvaluateOptions, type EvaluateResult } from "./pipeline/commands/evaluate.ts";
export { sample, type SampleOptions, type SampleResult } from "./pipeline/commands/sample.ts";
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
} from "./pipeline/commands/pictures/mod.ts";
export { report } from "./pipeline/commands/report.ts";
export { train, type TrainOptions, type TrainResult } from "./pipeline/commands/train.ts";
export type { Trust } from "./pipeline/trust/trust.ts";
export { sweep, type SweepOptions, type SweepResult } from "./pipeline/commands/sweep/sweep.ts";
export { type Console, terminalConsole } from "./pipeline/terminal/console.ts";
export { type Interruption, onInterrupt } from "./pipeline/terminal/interrupt.ts";
export { version } from "./pipeline/version.ts";

// The parts that `train` and `sample` are made of, for a loop of your own: see examples/custom_loop.ts.
export { batches, chunks, openPictures, type Pictures } from "./pipeline/data/mod.ts";
export { buildGenerate } from "./pipeline/programs/generate.ts";
export { type Batch, compiledInitialState, type TrainState, upload } from "./pipeline/programs/states.ts";
export { buildEvaluationStep, buildTrainStep } from "./pipeline/programs/train_step.ts";
export { disposeTree, seedTensor } from "./lib/tensor/mod.ts";
