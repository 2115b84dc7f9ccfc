/**
 * Denoise as a library: everything the command line does.
 *
 * ```ts
 * import { readRecipe, wire } from "denoise";
 *
 * const recipe = await readRecipe("recipes/quickstart.yaml", { overrides: ["seed=7"] });
 * const graph = await wire(recipe);
 * console.log(graph.image, graph.one("network").plugin.name);
 * ```
 *
 * Plugins import `denoise/plugin` instead, which has TensorFlow.js and zod besides.
 *
 * @module
 */
import {
  evaluate as evaluateWith,
  type EvaluateEvent,
  type EvaluateOptions,
  type EvaluateResult,
} from "./pipeline/commands/evaluate.ts";
import {
  sample as sampleWith,
  type SampleEvent,
  type SampleOptions,
  type SampleResult,
} from "./pipeline/commands/sample.ts";
import { train as trainWith, type TrainOptions, type TrainResult } from "./pipeline/commands/train.ts";
import type { Work } from "./pipeline/commands/work.ts";
import type { TrainEvent } from "./pipeline/run/train_event.ts";
import type { Console } from "./pipeline/terminal/console.ts";
import { type LoadedModel, type ModelOptions, openModel } from "./pipeline/commands/model/model.ts";
import { createRegistry, type Registry } from "./pipeline/registry/registry.ts";
import type { PluginTypes, RecipeInput } from "./pipeline/recipe/input.ts";
import { type ReadOptions, readRecipe as readWith } from "./pipeline/recipe/read.ts";
import type { PluginSource, Recipe } from "./pipeline/recipe/types.ts";
import { type BuiltinPlugins, defaults, manifest } from "./plugins/mod.ts";

/** The built-in plugins; `builtins.with(...)` adds plugins in code, `await builtins.withFiles([...])` those of files. */
export const builtins: Registry = createRegistry(manifest, defaults);

/**
 * Loads a model to use it for as long as it is wanted: one picture then costs what the network costs.
 *
 * ```ts no-eval
 * import { loadModel } from "denoise";
 *
 * await using model = await loadModel("runs/quickstart");
 * for await (const picture of model.generate({ seeds: [7, 19, 40] })) {
 *   await Deno.writeFile(`${picture.seed}.png`, await picture.png({ scale: 4 }));
 * }
 * ```
 *
 * @param target a run folder, a checkpoint or a file of exported weights
 * @throws {DenoiseError} when there is no checkpoint, it is damaged, the recipe in it no longer works, or another model runs
 *   on another backend
 */
export function loadModel(target: string, options: ModelOptions = {}): Promise<LoadedModel> {
  return openModel(target, { ...options, plugins: options.plugins ?? builtins });
}

/** Options of a command whose plugins are the built-in ones unless others are given. */
export type WithBuiltins<Options extends { readonly plugins: PluginSource }> =
  & Omit<Options, "plugins">
  & Partial<Pick<Options, "plugins">>;

/**
 * Trains a recipe in `runs/<name>`, or resumes where it stopped. Go through its events, or await how it ended; leaving the
 * loop stops it and saves, as the signal does.
 *
 * ```ts no-eval
 * import { readRecipe, train } from "denoise";
 *
 * const recipe = await readRecipe({ dataset: "emoji", network: { use: "patch-unet", widths: [16, 32] } });
 * const work = train(recipe, { folder: "runs/emoji", signal: AbortSignal.timeout(60_000) });
 * for await (const event of work) {
 *   if (event.type === "step") console.log(event.step, event.loss);
 *   if (event.type === "preview") await Deno.writeFile("latest.png", event.png);
 * }
 * console.log((await work).outcome);
 * ```
 *
 * @param recipe the path of a recipe, a run folder or a checkpoint; or a recipe that is read
 * @param console is told what a person wants to know. Default: nobody is
 * @throws {DenoiseError} awaited or gone through, for whatever the user can fix: a wrong recipe, a folder in use …
 */
export function train(
  recipe: string | Recipe,
  options: WithBuiltins<TrainOptions> = {},
  console?: Console,
): Work<TrainEvent, TrainResult> {
  return trainWith(recipe, { plugins: builtins, ...options }, console);
}

/**
 * Generates pictures with the average weights of a run's newest checkpoint, or of a checkpoint, and writes them. To keep
 * the model, see `loadModel`.
 *
 * ```ts no-eval
 * import { sample } from "denoise";
 *
 * for await (const event of sample("runs/quickstart", { count: 4, out: "pictures" })) {
 *   if (event.type === "picture") console.log(event.picture.seed, event.file);
 * }
 * ```
 *
 * @param target a run folder or a checkpoint
 * @param console is told what a person wants to know. Default: nobody is
 * @throws {DenoiseError} awaited or gone through, for options out of range, no checkpoint, or an unknown sampler
 */
export function sample(
  target: string,
  options: WithBuiltins<SampleOptions> = {},
  console?: Console,
): Work<SampleEvent, SampleResult> {
  return sampleWith(target, { plugins: builtins, ...options }, console);
}

/**
 * Measures all metrics of a run's recipe on its validation pictures, with the average weights.
 *
 * @param target a run folder or a checkpoint
 * @param console is told what a person wants to know. Default: nobody is
 * @throws {DenoiseError} awaited or gone through, when there is no checkpoint, no metric, or no validation picture
 */
export function evaluate(
  target: string,
  options: WithBuiltins<EvaluateOptions> = {},
  console?: Console,
): Work<EvaluateEvent, EvaluateResult> {
  return evaluateWith(target, { plugins: builtins, ...options }, console);
}

// Models that stay loaded.
export type {
  GeneratedTensors,
  GenerateRequest,
  LoadedModel,
  ModelOptions,
  SamplerFacts,
  SamplerStage,
} from "./pipeline/commands/model/model.ts";
export { GeneratedPicture } from "./pipeline/commands/model/picture.ts";

// Plugins: what they are, and one defined in code.
export type * from "./pipeline/kinds/types.ts";
export { kinds } from "./pipeline/kinds/mod.ts";
export { plugin, Refusal, refuse, refuseUnused } from "./plugin.ts";
export type { Random, State, TensorRecord, Tree } from "./plugin.ts";
export { aboutPlugin, listPlugins, type PluginFacts, showPlugin } from "./pipeline/registry/show.ts";
export { aboutKind, type KindFacts, showKind } from "./pipeline/registry/show_kind.ts";
export {
  type NewFile,
  scaffold,
  type ScaffoldKind,
  scaffoldKinds,
  scaffoldText,
} from "./pipeline/registry/scaffold.ts";

// Recipes: read, explained, written.
export type { ReadOptions } from "./pipeline/recipe/read.ts";
export type {
  Frozen,
  Given,
  Held,
  OptionsOf,
  PluginTypes,
  RecipeInput,
  StageInput,
  Stages,
  TrainInput,
} from "./pipeline/recipe/input.ts";
export type { BuiltinPlugins } from "./plugins/mod.ts";

/**
 * Reads a recipe file, the recipe of a run folder, the recipe in a checkpoint (`.safetensors`), or one in code: an object
 * that holds what a file would, with the names and options of the built-in plugins as types.
 *
 * ```ts
 * import { readRecipe } from "denoise";
 *
 * const recipe = await readRecipe({
 *   name: "faces",
 *   dataset: { use: "emoji", image_size: 32 },
 *   network: { use: "patch-unet", widths: [16, 32] },
 *   train: { epochs: 10 },
 * });
 * console.log(recipe.resolved);
 * ```
 *
 * Types of your own plugins are given as `readRecipe<{ "sampler/my-sampler": typeof mySampler }>(…)`.
 *
 * A checkpoint and a run folder are data: the code that their recipes name is run only as far as `trust` says.
 *
 * @throws {DenoiseError} with everything that is wrong, sorted by file and line; the lines of a recipe in code are those
 *   of its YAML
 */
export function readRecipe<Own extends PluginTypes = object>(
  recipe: string | RecipeInput<BuiltinPlugins & Own>,
  options: Omit<ReadOptions, "plugins"> & Partial<Pick<ReadOptions, "plugins">> = {},
): Promise<Recipe> {
  return readWith(recipe, { plugins: builtins, ...options });
}
export type {
  Change,
  Origin,
  Path,
  PluginSource,
  Recipe,
  RecipeStage,
  TrainSettings,
} from "./pipeline/recipe/types.ts";
export { type BuiltInRecipe, builtInRecipes } from "./pipeline/recipe/built_in.ts";
export { explain, type ExplainedValue, valuesOf } from "./pipeline/recipe/explain.ts";
export type { Registry } from "./pipeline/registry/registry.ts";
export { differences, toYaml } from "./pipeline/recipe/write.ts";
export { jsonSchema } from "./pipeline/recipe/schema.ts";
export type { Code } from "./pipeline/trust/code.ts";
export type { Trust } from "./pipeline/trust/trust.ts";

// Graphs: wired, priced, drawn.
export { wire } from "./pipeline/graph/wire.ts";
export type { Edge, Graph, Stage } from "./pipeline/graph/types.ts";
export { type TrainingCost, trainingCost } from "./pipeline/programs/cost.ts";
export * from "./pipeline/view/graph/mod.ts";

// Commands: what `deno task` does, a function each.
export type { TrainOptions, TrainResult } from "./pipeline/commands/train.ts";
export type * from "./pipeline/run/train_event.ts";
export { Work, type WorkTools } from "./pipeline/commands/work.ts";
export type { ProgressEvent, Tell, WarningEvent } from "./pipeline/terminal/telling.ts";
export {
  openTraining,
  type Training,
  type TrainingOptions,
  type TrainingPictures,
} from "./pipeline/commands/training.ts";
export type { Plan } from "./pipeline/run/plan.ts";
export type { Position } from "./pipeline/run/checkpoint.ts";
export { listSnapshots, type Snapshot } from "./pipeline/run/snapshots.ts";
export * from "./pipeline/commands/compute_average.ts";
export type { Picture } from "./lib/image/mod.ts";
export { type DryRun, dryRun, type DryRunOptions } from "./pipeline/commands/dry_run.ts";
export * from "./pipeline/commands/gpu/mod.ts";
export type { Probed, ProbedWork } from "./pipeline/run/probe.ts";
export type { Seeds } from "./pipeline/commands/seeds.ts";
export type { FromPicture, StartingPicture } from "./pipeline/commands/from_picture.ts";
export type { PictureEvent, SampleEvent, SampleOptions, SampleResult } from "./pipeline/commands/sample.ts";
export * from "./pipeline/commands/serve/mod.ts";
export type { EvaluateEvent, EvaluateOptions, EvaluateResult, MeasurementEvent } from "./pipeline/commands/evaluate.ts";
export * from "./pipeline/commands/sweep/mod.ts";
export { runs } from "./pipeline/commands/runs.ts";
export type { RunSummary } from "./pipeline/run/list_runs.ts";
export { report } from "./pipeline/commands/report.ts";
export * from "./pipeline/commands/interchange/mod.ts";
export * from "./pipeline/commands/pictures/mod.ts";
export type { BatchOptions } from "./pipeline/data/batches.ts";
export type { DataDigest, DataRecord, HostBatch, PictureRecord, PictureSet } from "./pipeline/data/mod.ts";
export type { OpenPicturesOptions } from "./pipeline/data/open.ts";
export type { Generate, GenerateOptions, Seen } from "./pipeline/programs/generate.ts";
export type { Evaluation } from "./pipeline/programs/train_step.ts";
export type { LossTerms } from "./pipeline/programs/gather.ts";
export type { UpdateTerms } from "./pipeline/programs/update.ts";
export type { UpdateReport } from "./pipeline/run/skips.ts";
export type { LoadOptions } from "./pipeline/run/load.ts";
export type { ClassMeasurement, Measurement } from "./pipeline/run/measure.ts";
export { showWork } from "./pipeline/run/session.ts";
export { checkOutput, checkSchemaFile } from "./pipeline/run/output_file.ts";

// Problems, and programs around the library.
export { DenoiseError, type Place, type Problem } from "./pipeline/problems/problem.ts";
export type { Message } from "./pipeline/problems/messages/text.ts";
export { type FormatOptions, formatProblems } from "./pipeline/problems/format.ts";
export type { GuideWeights } from "./pipeline/programs/sampler_step.ts";
/** Problems that programs around the library report. */
export * as messages from "./pipeline/problems/messages/mod.ts";
/** Talking to a person in a terminal. */
export * as terminal from "./pipeline/terminal/mod.ts";
/** What XLA runs on: which runtimes there are, which this machine can use, how to install one. */
export * as runtime from "./lib/xla/runtime/mod.ts";
/** What the backend `tensorflow` runs on: its runtimes, which this machine can use, how to install one. */
export * as tensorflow from "./lib/tensorflow/runtime/mod.ts";
export { findGpu, type Gpu, type Power } from "./lib/tensor/webgpu/adapter.ts";
export { DeviceError, type DeviceFailure } from "./lib/tensor/webgpu/device_error.ts";
/** Files that appear whole or not at all, downloads that resume and are checked. */
export * as files from "./lib/files/mod.ts";
/** Pictures on the host: decoding, cropping, resizing as TensorFlow does, PNG. */
export * as image from "./lib/image/mod.ts";
export { refusalOf, type SystemRefusal } from "./lib/files/mod.ts";
export { type Colors, type Console, type Lines, type Progress, terminalConsole } from "./pipeline/terminal/console.ts";
export { type Interruption, onInterrupt } from "./pipeline/terminal/interrupt.ts";
export { version } from "./pipeline/version.ts";

// The parts that `train` and `sample` are made of, for a loop of your own: see examples/custom_loop.ts.
export { batches, chunks, openPictures, type Pictures } from "./pipeline/data/mod.ts";
export { buildGenerate } from "./pipeline/programs/generate.ts";
export { type Batch, compiledInitialState, type TrainState, upload } from "./pipeline/programs/states.ts";
export { buildEvaluationStep, buildTrainStep } from "./pipeline/programs/train_step.ts";
export { fitStatistics } from "./pipeline/programs/statistics.ts";
export { disposeTree, seedTensor } from "./lib/tensor/mod.ts";
