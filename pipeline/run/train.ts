/** Trains from a recipe, or goes on where an earlier run stopped. */
import { writeWhole } from "../../files/mod.ts";
import { disposeTree, seedTensor, type TensorRecord, type Tree } from "../../tensor/mod.ts";
import { batches, chunks, type Pictures } from "../data/mod.ts";
import type { Graph } from "../graph/types.ts";
import { wire } from "../graph/wire.ts";
import * as messages from "../messages/run.ts";
import { DenoiseError } from "../problem.ts";
import { readRecipe } from "../recipe/read.ts";
import { toYaml } from "../recipe/write.ts";
import type { PluginSource } from "../recipe/types.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { count } from "../terminal/units.ts";
import { version } from "../version.ts";
import { type Checkpoint, damagedName, newestGood, type Position } from "./checkpoint.ts";
import { fromHost } from "./host.ts";
import { Keeper } from "./keeper.ts";
import { tellData, tellEnd, tellInterrupted, tellStart } from "./lines.ts";
import { RunLog } from "./log.ts";
import { changesOf } from "./resume.ts";
import { type RunFolder, runFolderOf, takeRunFolder } from "./run_folder.ts";
import { generators, openData, type Session } from "./session.ts";
import { initialState, upload } from "./states.ts";
import { buildZeroOutputLoss } from "./train_step.ts";
import { Trainer } from "./trainer.ts";

/** How to train. */
export interface TrainOptions {
  readonly plugins: PluginSource;
  /** What the command line changes in the recipe, such as `["network.block_depth=3"]`. */
  readonly overrides?: readonly string[];
  /** Starts over; what stands in the run folder is moved aside. */
  readonly fresh?: boolean;
  /** Folder of the run folders. Default `runs`. */
  readonly runs?: string;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
  /** Stops after the step that is under way, and saves. */
  readonly signal?: AbortSignal;
  /** What starts this run again, for the user. Default: `deno task run` and the recipe. */
  readonly command?: string;
}

/** How training ended. */
export interface TrainResult {
  readonly outcome: "finished" | "interrupted";
  /** The run folder. */
  readonly folder: string;
  /** Updates done. */
  readonly step: number;
  readonly epoch: number;
  /** The newest checkpoint. */
  readonly checkpoint: string | undefined;
  /** The last loss, when a step was done. */
  readonly loss: number | undefined;
}

/**
 * Trains a recipe in `runs/<name>`. A run that was stopped or killed goes on exactly where its last checkpoint stands.
 *
 * @param recipeFile a recipe, a run folder or a checkpoint
 * @throws {DenoiseError} for whatever the user can put right: a wrong recipe, one that changed since, a folder in use,
 *   no pictures, a loss that is not finite
 */
export async function train(recipeFile: string, options: TrainOptions, console: Console): Promise<TrainResult> {
  const { plugins, overrides = [], fresh = false, runs = "runs", cache } = options;
  const signal = options.signal ?? new AbortController().signal;
  const command = options.command ?? ["deno task run", recipeFile, ...overrides].join(" ");
  const recipe = await readRecipe(recipeFile, { plugins, overrides });
  const graph = await wire(recipe);

  const path = await runFolderOf(recipeFile, recipe.name, runs);
  using folder = await takeRunFolder(path, {
    fresh,
    moved: (to) => console.line(`The old run is kept in ${to}`),
  });
  const before = await lastCheckpoint(folder, graph, console);

  const backend = graph.one("backend").stage;
  await backend.start();
  tellStart(console, graph);
  const announced = () => console.line("stopping after this step …");
  signal.addEventListener("abort", announced);
  try {
    await using pictures = await openData(graph, console, { signal, cache });
    tellData(console, pictures);
    row(console, "run", path + (before === undefined ? "" : `, going on after step ${count(before.position.step)}`));
    console.line();
    const statistics = await statisticsOf(graph, pictures, before);
    const session: Session = { graph, backend, console, generate: generators(backend, graph), statistics, signal };
    try {
      return await trainIn(session, { folder, pictures, before, command });
    } finally {
      disposeTree(statistics);
    }
  } catch (error) {
    if (!signal.aborted || error instanceof DenoiseError) throw error;
    // Stopped while the pictures were being prepared.
    tellInterrupted(console, undefined, command);
    const { step, epoch } = before?.position ?? { step: 0, epoch: 0 };
    return { outcome: "interrupted", folder: path, step, epoch, checkpoint: before?.path, loss: undefined };
  } finally {
    signal.removeEventListener("abort", announced);
    console.endProgress();
    await backend.stop();
  }
}

type Before = Checkpoint & { readonly path: string };

/** Trains on opened pictures. */
async function trainIn(
  session: Session,
  { folder, pictures, before, command }: {
    folder: RunFolder;
    pictures: Pictures;
    before: Before | undefined;
    command: string;
  },
): Promise<TrainResult> {
  const { graph, backend, console, signal } = session;
  const recipe = toYaml(graph.recipe.resolved);
  const position = startOf(session, pictures, before);
  const zero = await zeroOutputLoss(session, pictures);
  const state = before === undefined ? initialState(graph) : restored(before, "state", initialState(graph));

  using log = await RunLog.open(folder.log, position.step);
  log.append({
    step: position.step,
    event: before === undefined ? "start" : "resume",
    time: new Date().toISOString(),
    denoise: version,
    backend: backend.description,
    zero_output_loss: zero,
  });
  await writeWhole(folder.recipe, recipe);
  const { last } = graph.recipe.train.keep;
  const keeper = new Keeper({ folder: folder.checkpoints, recipe, log, last, newest: before?.path });
  using trainer = new Trainer({ session, pictures, folder, log, keeper, state, position, zero });
  if (before !== undefined && position.step >= trainer.plan.totalSteps && position.measured) {
    console.line(messages.alreadyTrained(position.step, position.epoch));
  }
  const finished = await trainer.run();

  const { step, epoch, seconds } = trainer.position;
  const { loss, plan } = trainer;
  if (finished) {
    tellEnd(console, {
      folder: folder.path,
      longer: plan.epochs === undefined ? `train.steps=${2 * plan.totalSteps}` : `train.epochs=${2 * plan.epochs}`,
      command,
      steps: step,
      epochs: epoch,
      seconds,
      loss,
      grid: trainer.grid,
    });
  } else tellInterrupted(console, keeper.newest, command);
  const outcome = finished || !signal.aborted ? "finished" : "interrupted";
  return { outcome, folder: folder.path, step, epoch, checkpoint: keeper.newest, loss };
}

/** Where training starts or goes on; says so when it cannot go on exactly. */
function startOf({ graph, backend, console }: Session, pictures: Pictures, before: Before | undefined): Position {
  const here = {
    seed: graph.recipe.seed,
    backend: backend.name,
    pictures: pictures.train.count,
    classes: pictures.classes,
  };
  if (before === undefined) return { ...here, step: 0, epoch: 0, batch: 0, measured: true, metrics: {}, seconds: 0 };
  const { position } = before;
  if (position.backend !== here.backend) console.warn(messages.backendChanged(position.backend, here.backend));
  if (position.pictures === here.pictures) return { ...position, ...here };
  console.warn(messages.dataChanged(position.pictures, here.pictures));
  // The epoch under way has another length now: it starts anew.
  return { ...position, ...here, batch: 0 };
}

/** The checkpoint to go on from; one that is damaged is put aside. Refuses one of another recipe. */
async function lastCheckpoint(folder: RunFolder, graph: Graph, console: Console): Promise<Before | undefined> {
  const damaged: string[] = [];
  const found = await newestGood(folder.checkpoints, (path, reason) => {
    damaged.push(path);
    console.warn(reason);
  });
  if (found === undefined) return undefined;
  const changes = changesOf(found.checkpoint.recipe, graph.recipe);
  if (changes.length > 0) throw new DenoiseError(messages.recipeChanged(folder.path, changes));
  for (const path of damaged) await Deno.rename(path, damagedName(path));
  if (damaged.length > 0) console.warn(messages.fellBack(found.path, damaged.map(damagedName)));
  return { ...found.checkpoint, path: found.path };
}

/** A part of a checkpoint on the device, of the structure of `like`, which is freed. */
function restored<T extends Tree>(before: Before, part: string, like: T): T {
  const mismatch = (what: string) => new DenoiseError(messages.checkpointMismatch(before.path, what));
  try {
    return (fromHost({ [part]: like } as Tree, before.tensors, mismatch) as { [part: string]: T })[part]!;
  } finally {
    disposeTree(like);
  }
}

/** Statistics of the normalizer: those of the checkpoint, or fitted to the training pictures. */
async function statisticsOf(graph: Graph, pictures: Pictures, before: Before | undefined): Promise<TensorRecord> {
  const normalizer = graph.one("normalizer").stage;
  if (before !== undefined) return restored(before, "statistics", normalizer.blank(graph.pictures));
  return await normalizer.fit(() => chunks(pictures.train), graph.pictures);
}

/** The mean over a few batches of the loss of a network that answers zero. */
async function zeroOutputLoss({ graph, backend, statistics }: Session, { train }: Pictures): Promise<number> {
  const measure = backend.compile(buildZeroOutputLoss(graph), { name: "loss of a zero output" });
  const { batch_size: batchSize, repeats } = graph.one("dataset").options as { batch_size: number; repeats: number };
  const { seed } = graph.recipe;
  const seeds = seedTensor(seed);
  const losses: number[] = [];
  for await (const host of batches(train, { batchSize, repeats, training: true, seed, epoch: 0 })) {
    const batch = upload(host, train.shape);
    const loss = await measure(batch, statistics, seeds);
    losses.push((await loss.data())[0]!);
    disposeTree([batch, loss]);
    if (losses.length === 4) break;
  }
  seeds.dispose();
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
