/** All decisions of a run with their reasons, before anything runs. */
import { join } from "node:path";
import { cacheFolder, isExplained } from "../../lib/files/mod.ts";
import { batchCount } from "../data/mod.ts";
import { explainFailure } from "../data/open.ts";
import { readRecipe } from "../recipe/read.ts";
import type { PluginSource } from "../recipe/types.ts";
import { count, counted } from "../terminal/units.ts";
import type { Trust } from "../trust/trust.ts";
import { checkBatch } from "../programs/batch.ts";
import { trainingCost } from "../programs/cost.ts";
import { describeGraph, line } from "../view/graph/describe.ts";
import { checkMemory } from "../programs/memory.ts";
import { startFailure } from "../run/start_failure.ts";
import { refuseBesideModels } from "../run/share_backend.ts";
import type { Graph } from "../graph/types.ts";
import { wire } from "../graph/wire.ts";

/**
 * What `run` would do, in words. Starts the backend to know it; downloads nothing and decodes nothing.
 *
 * @param file a recipe, a run folder or a checkpoint
 * @throws {DenoiseError} for whatever `run` would refuse before its first step, but for a dataset's files that are not
 * here: the text says what to do about them
 */
export async function dryRun(
  file: string,
  options: { plugins: PluginSource; overrides?: readonly string[]; trust?: Trust; runs?: string; cache?: string },
): Promise<string> {
  const graph = await wire(await readRecipe(file, options));
  refuseBesideModels(graph);
  const backend = graph.one("backend").stage;
  await backend.start().catch((error) => {
    throw startFailure(graph, error);
  });
  try {
    const cost = await trainingCost(graph);
    await checkMemory(graph, cost);
    const data = await pictureCounts(graph, options.cache ?? cacheFolder());
    const known = "train" in data ? data : undefined;
    if (known !== undefined && known.train > 0) checkBatch(graph, known.train);
    return [
      describeGraph(graph, cost),
      ..."train" in data
        ? [line("data", splitsOf(data))]
        : data.lacking.map((text, i) => line(i === 0 ? "data" : "", text)),
      ...trainLines(graph, known?.train),
      line("run", join(options.runs ?? "runs", graph.recipe.name)),
    ].join("\n");
  } finally {
    await backend.stop();
  }
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

function trainLines(graph: Graph, pictures: number | undefined): string[] {
  const { train } = graph.recipe;
  const { batch_size: batchSize, repeats } = graph.one("dataset").options;
  const perEpoch = pictures === undefined ? undefined : batchCount(pictures, { batchSize, training: true, repeats });
  const length = train.epochs === undefined
    ? counted(train.steps!, "step")
    : perEpoch === undefined
    ? counted(train.epochs, "epoch")
    : `${counted(train.epochs, "epoch")} of ${counted(perEpoch, "step")}, ${counted(train.epochs * perEpoch, "step")}`;
  const keep = [
    `the last ${train.keep.last}`,
    ...(train.keep.best === undefined ? [] : [`the best by ${train.keep.best}`]),
  ];
  const { every, rows, columns, sampler } = train.samples;
  const by = sampler ?? graph.all("sampler")[0]?.path[1];
  return [
    line("train", `${length}; a checkpoint every ${train.checkpoint}, of which ${keep.join(" and ")} are kept`),
    ...(by === undefined ? [] : [line("samples", `${rows} × ${columns} every ${every}, by samplers.${by}`)]),
  ];
}
