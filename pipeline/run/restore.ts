/** Where a run starts: at a checkpoint, or at the beginning. */
import { dirname } from "node:path";
import { disposeTree, seedTensor, type State, type TensorRecord, type Tree } from "../../lib/tensor/mod.ts";
import { batches, chunks, type Pictures } from "../data/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import { measuringWithOthers } from "../problems/messages/behind.ts";
import * as messages from "../problems/messages/run.ts";
import { scheduleMoved } from "../problems/messages/updates.ts";
import { pluginChanged } from "../problems/messages/trust.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Console } from "../terminal/console.ts";
import { warning } from "../problems/warning.ts";
import { compareBehind } from "./behind.ts";
import { changedCode, type Checkpoint, damagedName, newestGood, type Position } from "./checkpoint.ts";
import { keepRecord } from "./data_record.ts";
import { type Foundation, stateFrom } from "./foundation.ts";
import { fromHost } from "./host_tensors.ts";
import { changesOf, movedEnd } from "./resume.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import { compiledInitialState, type TrainState, upload } from "../programs/states.ts";
import { blankStatistics, fitStatistics } from "../programs/statistics.ts";
import { isOfLoss } from "../programs/trained.ts";
import { buildZeroOutputLoss } from "../programs/train_step.ts";
import { yieldToEvents } from "../programs/yield_to_events.ts";

/** A checkpoint to continue from. */
export type ResumePoint = Checkpoint & {
  readonly path: string;
  /** Options that only say where something is, and have changed, such as `dataset.folder: a → b`. */
  readonly moved?: readonly string[];
};

/**
 * Where training starts or continues; warns when it cannot continue exactly.
 *
 * @param folder of the run: the record of its pictures is kept there
 * @throws {DenoiseError} when the data are in another place, and none of their pictures is one that was trained on
 */
export async function startOf(
  { graph, backend, console, statistics }: Session,
  pictures: Pictures,
  before: ResumePoint | undefined,
  folder: string,
): Promise<{ position: Position; warnings: readonly string[] }> {
  const here = {
    seed: graph.recipe.seed,
    backend: backend.name,
    devices: backend.devices ?? 1,
    build: backend.build,
    pictures: pictures.train.count,
    classes: pictures.classes,
    data: pictures.digest,
    measuredWith: Object.fromEntries(
      graph.all("metric").flatMap(({ id, stage }) =>
        stage.measuresWith === undefined ? [] : [[id, stage.measuresWith]]
      ),
    ),
  };
  if (before === undefined) {
    await keepRecord(folder, here.data, pictures.record, undefined);
    const none = { step: 0, epoch: 0, batch: 0, measured: true, metrics: {}, seconds: 0 };
    return { position: { ...here, ...none }, warnings: [] };
  }
  const { position, moved = [] } = before;
  const fitted = Object.keys(statistics).length > 0;
  const { warnings, otherPictures, nothingInCommon } = await compareBehind(before, {
    ...{ here, pictures, folder, moved, fitted },
  });
  if (nothingInCommon && moved.length > 0) throw new DenoiseError(messages.recipeChanged(folder, moved));
  await keepRecord(folder, here.data, pictures.record, position.data);
  const others = Object.entries(here.measuredWith).flatMap(([id, digest]) =>
    (position.measuredWith?.[id] ?? digest) === digest ? [] : [id]
  );
  const texts = [...warnings, ...(others.length === 0 ? [] : [measuringWithOthers(others)])].map(warning);
  for (const text of texts) console.warn(text);
  if (!otherPictures) return { position: { ...position, ...here }, warnings: texts };
  // The epoch under way is of other pictures now: it begins again. What was due within it was due for the old ones.
  const within = position.batch > 0;
  return { position: { ...position, ...here, batch: 0, measured: position.measured || within }, warnings: texts };
}

/**
 * How far a run is that training would resume; undefined where there is none. Only looks: what is damaged stays.
 *
 * @param checkpoints the folder that they are in
 * @throws {DenoiseError} where all are damaged, or of another recipe
 */
export async function keptPosition(checkpoints: string, { recipe }: Graph): Promise<Position | undefined> {
  const found = await newestGood(checkpoints, () => {});
  if (found === undefined) return undefined;
  const { training } = changesOf(found.checkpoint.recipe, recipe);
  if (training.length > 0) throw new DenoiseError(messages.recipeChanged(dirname(checkpoints), training));
  return found.checkpoint.position;
}

/** The checkpoint to resume from; one that is damaged is put aside. Refuses one of another recipe. */
export async function lastCheckpoint(
  folder: RunFolder,
  graph: Graph,
  console: Console,
): Promise<ResumePoint | undefined> {
  const damaged: { path: string; reason: string }[] = [];
  const found = await newestGood(folder.checkpoints, (path, reason) => void damaged.push({ path, reason }));
  if (found === undefined) return undefined;
  const { training, measuring, moved } = changesOf(found.checkpoint.recipe, graph.recipe);
  if (training.length > 0) throw new DenoiseError(messages.recipeChanged(folder.path, training));
  if (measuring.length > 0) console.warn(warning(messages.measuringChanged(measuring)));
  const ends = movedEnd(found.checkpoint.recipe, graph);
  if (ends !== undefined) console.warn(warning(scheduleMoved(...ends)));
  const edited = changedCode(found.checkpoint, graph.recipe.code);
  if (edited.length > 0) console.warn(warning(pluginChanged(found.path, edited)));
  for (const { path, reason } of damaged) {
    await Deno.rename(path, damagedName(path));
    console.warn(warning(messages.checkpointDamaged(reason, found.path, damagedName(path))));
  }
  return { ...found.checkpoint, path: found.path, moved };
}

/**
 * A part of a checkpoint on the device, in the structure of `like`. What the loss keeps, and the count of skipped steps, have
 * the values of `like` where the checkpoint is older than they are.
 *
 * @throws {DenoiseError} when it lacks a tensor, or has one of another shape
 */
export function restored<T extends Tree>(before: ResumePoint, like: T): T {
  const mismatch = (what: string) => new DenoiseError(messages.checkpointMismatch(before.path, what));
  return fromHost(like, before.tensors, mismatch, (path) => path === "state/skipped" || isOfLoss(path));
}

/** The average weights and the statistics of a checkpoint, on a backend that is started. @throws as `restored` */
export async function weightsOf(
  graph: Graph,
  backend: Backend,
  before: ResumePoint,
): Promise<{ average: State; statistics: TensorRecord }> {
  const drawn = await compiledInitialState(graph, backend);
  const blank = blankStatistics(graph);
  try {
    const { state, statistics } = restored(before, { state: { average: drawn.average }, statistics: blank });
    return { average: state.average, statistics };
  } finally {
    disposeTree([drawn, blank]);
  }
}

/** The state to start from: that of a checkpoint, weights of another model, or drawn ones. */
export async function stateOf(
  { graph, backend }: Session,
  before: ResumePoint | undefined,
  foundation?: Foundation,
): Promise<TrainState> {
  if (before === undefined && foundation !== undefined) return await stateFrom(graph, backend, foundation);
  const state = await compiledInitialState(graph, backend);
  if (before === undefined) return state;
  try {
    return restored(before, { state }).state;
  } finally {
    disposeTree(state);
  }
}

/** Statistics of the training pictures: those of the checkpoint, or fitted to them. */
export async function statisticsOf(
  graph: Graph,
  pictures: Pictures,
  before: ResumePoint | undefined,
  signal: AbortSignal,
): Promise<TensorRecord> {
  if (before === undefined) return await fitStatistics(graph, () => givingWay(chunks(pictures.train), signal));
  const statistics = blankStatistics(graph);
  try {
    return restored(before, { statistics }).statistics;
  } finally {
    disposeTree(statistics);
  }
}

/** The same, with a turn for signals before each: a normalizer that only adds numbers up would hear of none. */
async function* givingWay<T>(all: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  for await (const one of all) {
    await yieldToEvents();
    signal.throwIfAborted();
    yield one;
  }
}

/**
 * The mean over a few batches of the loss of a network that answers zero; undefined where the loss calls the network
 * itself, and what it makes of zeros says nothing.
 */
export async function zeroOutputLoss(
  { graph, backend, statistics, signal }: Session,
  { train }: Pictures,
): Promise<number | undefined> {
  if (graph.one("loss").stage.train !== undefined) return undefined;
  const measure = backend.compile(buildZeroOutputLoss(graph), { name: "loss of a zero output" });
  const { batch_size: batchSize, repeats } = graph.one("dataset").options;
  const { seed } = graph.recipe;
  const seeds = seedTensor(seed);
  const losses: number[] = [];
  for await (const host of batches(train, { batchSize, repeats, training: true, seed, epoch: 0 })) {
    await yieldToEvents();
    signal.throwIfAborted();
    const batch = upload(host, train.shape);
    const loss = await measure(batch, statistics, seeds);
    losses.push((await loss.data())[0]!);
    disposeTree([batch, loss]);
    if (losses.length === 4) break;
  }
  seeds.dispose();
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
