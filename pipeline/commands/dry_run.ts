/** All decisions of a run with their reasons, before anything runs. */
import { join } from "node:path";
import { cacheFolder, isExplained } from "../../lib/files/mod.ts";
import { explainFailure } from "../data/open.ts";
import { readRecipe } from "../recipe/read.ts";
import type { PluginSource } from "../recipe/types.ts";
import { foundationOf, foundationText } from "../run/foundation.ts";
import { timesDue } from "../run/due.ts";
import { probe, type Probed } from "../run/probe.ts";
import type { Console } from "../terminal/console.ts";
import { bytes, count, counted } from "../terminal/units.ts";
import { childConsole } from "./child_console.ts";
import { type CompiledForGpu, compileGraph } from "./gpu/compile_for_gpu.ts";
import type { Trust } from "../trust/trust.ts";
import { averagesOf } from "../programs/averages.ts";
import { checkBatch } from "../programs/batch.ts";
import { type TrainingCost, trainingCost } from "../programs/cost.ts";
import { fitText, stepSeconds } from "../view/compiled/describe.ts";
import { shortSeconds } from "../view/compiled/table.ts";
import { describeGraph, line } from "../view/graph/describe.ts";
import { checkMemory } from "../programs/memory.ts";
import { startFailure } from "../run/start_failure.ts";
import { checkMoments } from "../run/guide_moments.ts";
import { findGuides } from "../run/guides.ts";
import { type Plan, planOf } from "../run/plan.ts";
import { keptPosition } from "../run/restore.ts";
import { runFolderOf } from "../run/run_folder.ts";
import { refuseWeights } from "../run/weights_file.ts";
import { builtInRecipe } from "../recipe/built_in.ts";
import { takeBackend } from "../run/share_backend.ts";
import type { Graph } from "../graph/types.ts";
import { wire } from "../graph/wire.ts";

/** How to tell what `run` would do. */
export interface DryRunOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** What the command line changes in the recipe, such as `["network.block_depth=3"]`. */
  readonly overrides?: readonly string[];
  /** Which code is run of a recipe that is not typed. */
  readonly trust?: Trust;
  /** Folder of the run folders. Default `runs`. */
  readonly runs?: string;
  /** Whether `run` would start over where there is a run already. Default false. */
  readonly fresh?: boolean;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
  /** Measures a few steps, and says how long the run will take here: fetches what `run` would fetch. */
  readonly probe?: { readonly console: Console; readonly signal?: AbortSignal };
  /** Compiles the training step for a GPU that is not here, and says whether it fits and how fast it can be at best. */
  readonly gpu?: { readonly name: string; readonly devices?: number | undefined; readonly console: Console };
}

/** What `run` would do. */
export interface DryRun {
  /** All of it in words. */
  readonly text: string;
  /** What it would train. */
  readonly graph: Graph;
  /** What a step costs, where that is known. */
  readonly cost: TrainingCost | undefined;
  /** The run folder that it would train in. */
  readonly folder: string;
  /** Pictures of each split; null where files are lacking. */
  readonly pictures: { readonly train: number; readonly validation: number } | null;
  /** What the dataset says of files that are not here. */
  readonly lacking: readonly string[];
  /** Steps to train in all; null where the pictures are not here to be counted. */
  readonly steps: number | null;
  /** Epochs to train; null where the recipe counts in steps. */
  readonly epochs: number | null;
  /** What was measured, where it was asked for; null otherwise. */
  readonly time: Probed | null;
  /** What the training step becomes on a GPU, where that was asked for; null otherwise. */
  readonly compiled: CompiledForGpu | null;
}

/**
 * What `run` would do. Starts the backend to know it; unless it probes, it downloads nothing and decodes nothing.
 *
 * @param file a recipe, a run folder or a checkpoint
 * @throws {DenoiseError} for whatever `run` would refuse before its first step, but for a dataset's files that are not
 * here: the text says what to do about them
 */
export async function dryRun(file: string, options: DryRunOptions): Promise<DryRun> {
  await refuseWeights(file);
  const graph = await wire(await readRecipe(file, options));
  using _backend = takeBackend(graph, "a dry run");
  const folder = await runFolderOf(await builtInRecipe(file) ?? file, graph.recipe.name, options.runs ?? "runs");
  const plan = await described(graph, folder, options);
  const compiled = options.gpu === undefined ? null : await forGpu(graph, options.gpu);
  const known = compiled === null ? plan.text : `${plan.text}\n${gpuLines(compiled, plan.steps).join("\n")}`;
  if (options.probe === undefined) {
    const time = line("time", "not measured: add --probe to measure a few steps, and learn how long it takes here");
    return { ...plan, text: `${known}\n${time}`, time: null, compiled };
  }
  const { console, signal = new AbortController().signal } = options.probe;
  const probed = await probe(graph, { console: childConsole(console, "probing"), signal, cache: options.cache });
  const time = timeLines(probed).map((told, i) => line(i === 0 ? "time" : "", told)).join("\n");
  return { ...plan, text: `${known}\n${time}`, time: probed, compiled };
}

function forGpu(graph: Graph, { name, devices, console }: NonNullable<DryRunOptions["gpu"]>): Promise<CompiledForGpu> {
  return compileGraph(graph, { gpu: name, devices, programs: ["step"] }, console);
}

/** Whether training fits on a GPU, and how long it takes there at best. */
function gpuLines(compiled: CompiledForGpu, steps: number | null): string[] {
  const seconds = stepSeconds(compiled.programs, compiled.parts);
  const whole = steps === null ? "" : `, ${roughly(seconds * steps)} for ${counted(steps, "step")}`;
  return [
    line("gpu", `${compiled.gpu.model}: ${fitText(compiled)}`),
    line("", `at best ${shortSeconds(seconds)} a step${whole}: what its bytes and its FLOP take at full rates`),
  ];
}

/** Where a run begins. */
const start = { step: 0, epoch: 0, batch: 0 };

async function described(
  graph: Graph,
  folder: string,
  options: DryRunOptions,
): Promise<Omit<DryRun, "time" | "compiled">> {
  const before = options.fresh ? undefined : await keptPosition(join(folder, "checkpoints"), graph);
  // What is damaged is told where it is read to be used.
  const foundation = before === undefined ? await foundationOf(graph, () => {}) : undefined;
  const backend = graph.one("backend").stage;
  await backend.start().catch((error) => {
    throw startFailure(graph, error);
  });
  try {
    const cost = await trainingCost(graph);
    await checkMemory(graph, cost);
    const data = await pictureCounts(graph, options.cache ?? cacheFolder());
    const known = "train" in data ? data : undefined;
    if (known !== undefined && known.train > 0) {
      checkBatch(graph, known.train);
      const position = before ?? start;
      await checkMoments(graph, folder, { ...position, ...planOf(graph, known.train, position) });
    }
    await findGuides(graph);
    const { train } = graph.recipe;
    const whole = known && planOf(graph, known.train, start);
    const text = [
      describeGraph(graph, cost),
      ..."train" in data
        ? [line("data", splitsOf(data))]
        : data.lacking.map((text, i) => line(i === 0 ? "data" : "", text)),
      ...(foundation === undefined ? [] : [
        line("from", foundationText(foundation)),
        ...(foundation.differences.length === 0
          ? []
          : ["its weights were trained with other settings, and may mean something else here:"])
          .concat(foundation.differences).map((text) => line("", text)),
      ]),
      ...trainLines(graph, whole, cost),
      line("run", folder + (before === undefined ? "" : `, resuming after step ${count(before.step)}`)),
    ].join("\n");
    return {
      text,
      graph,
      cost,
      folder,
      pictures: known ?? null,
      lacking: "lacking" in data ? data.lacking : [],
      steps: whole?.totalSteps ?? train.steps ?? null,
      epochs: train.epochs ?? null,
    };
  } finally {
    await backend.stop();
  }
}

/** `about 6 minutes here`, and what of. */
export function timeLines({ work, starting }: Probed): string[] {
  const whole = work.reduce((sum, { times, seconds }) => sum + times * seconds, 0);
  const parts = work.map(({ kind, times, seconds }) =>
    `${kind === "step" ? counted(times, "step") : `${count(times)} × ${kind}`} of ${shortTime(seconds)}`
  );
  const about = whole < 0.5 ? roughly(whole) : `about ${roughly(whole)}`;
  return [`${about} here: ${parts.join(", ")}`, `starting took ${shortTime(starting)}, with compiling`];
}

/** `0.11 s`, `25 ms`. */
function shortTime(seconds: number): string {
  if (seconds < 0.0995) return `${(1000 * seconds).toPrecision(2)} ms`;
  return `${seconds < 9.95 ? seconds.toPrecision(2) : count(seconds)} s`;
}

/** `under a second`, `40 seconds`, `6 minutes`, `2.5 hours`, `3.1 days`. */
function roughly(seconds: number): string {
  if (seconds < 0.5) return "under a second";
  if (seconds < 90) return counted(Math.max(1, Math.round(seconds)), "second");
  if (seconds < 90 * 60) return counted(Math.round(seconds / 60), "minute");
  return seconds < 36 * 3600 ? `${(seconds / 3600).toFixed(1)} hours` : `${(seconds / 86_400).toFixed(1)} days`;
}

interface Counts {
  readonly train: number;
  readonly validation: number;
  readonly measuresTraining: boolean;
}

function splitsOf({ train, validation, measuresTraining }: Counts): string {
  const trained = counted(train, "picture");
  return measuresTraining
    ? `${trained}, to train on and to measure on`
    : `${trained} to train on, ${count(validation)} held out`;
}

/** Pictures of each split, or what the dataset says of the files that it lacks. */
async function pictureCounts(
  graph: Graph,
  cache: string,
): Promise<Counts | { lacking: readonly string[] }> {
  const dataset = graph.one("dataset");
  try {
    const { splits, measuresTraining = false } = await dataset.stage.open({
      folder: join(cache, "datasets", dataset.plugin.name),
      download: false,
      signal: new AbortController().signal,
      progress: () => {},
      warn: () => {},
    });
    return { train: splits.train.length, validation: splits.validation.length, measuresTraining };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // Refused for good; anything else waits for files, to be downloaded or to be placed by hand.
    const known = isExplained(error) ? error : undefined;
    if (known?.explained === "refused") {
      throw explainFailure(error, (text, option) => {
        return graph.recipe.problem(option === undefined ? dataset.path : [...dataset.path, option], text);
      });
    }
    return { lacking: [error.message, ...known?.help ?? []] };
  }
}

/** `2 averages every 3 epochs: 20 × 237 kB, 4.7 MB in all`. */
function snapshotsText(
  graph: Graph,
  interval: string,
  plan: Plan | undefined,
  cost: TrainingCost | undefined,
): string {
  const { length: averages } = averagesOf(graph);
  const what = `${averages === 1 ? "the average" : `${averages} averages`} every ${interval}`;
  if (cost === undefined || plan === undefined) return what;
  const times = timesDue(interval, { ...start, ...plan });
  const each = 4 * averages * (cost.parameters + cost.buffers);
  return `${what}: ${count(times)} × ${bytes(each)}, ${bytes(times * each)} in all`;
}

function trainLines(graph: Graph, plan: Plan | undefined, cost: TrainingCost | undefined): string[] {
  const { train } = graph.recipe;
  const length = train.epochs === undefined
    ? counted(train.steps!, "step")
    : plan === undefined
    ? counted(train.epochs, "epoch")
    : `${counted(train.epochs, "epoch")} of ${counted(plan.stepsPerEpoch, "step")}, ${
      counted(plan.totalSteps, "step")
    }`;
  const keep = [
    `the last ${train.keep.last}`,
    ...(train.keep.best === undefined ? [] : [`the best by ${train.keep.best}`]),
  ];
  const { every, rows, columns, sampler } = train.samples;
  const by = sampler ?? graph.all("sampler")[0]?.path[1];
  return [
    line("train", `${length}; a checkpoint every ${train.checkpoint}, of which ${keep.join(" and ")} are kept`),
    ...(train.snapshots === undefined ? [] : [line("snapshots", snapshotsText(graph, train.snapshots, plan, cost))]),
    ...(by === undefined ? [] : [line("samples", `${rows} × ${columns} every ${every}, by samplers.${by}`)]),
  ];
}
