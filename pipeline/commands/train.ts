/** Trains from a recipe, or resumes where an earlier run stopped. */
import { join } from "node:path";
import { refusalOf, whatFailed } from "../../lib/files/mod.ts";
import type { DataDigest } from "../data/mod.ts";
import type { Graph } from "../graph/types.ts";
import { wire } from "../graph/wire.ts";
import type { Backend } from "../kinds/backend.ts";
import { diskFailed, reportUnwritten } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import { warning } from "../problems/warning.ts";
import { builtInRecipe } from "../recipe/built_in.ts";
import { checkRead } from "../recipe/given.ts";
import { readRecipe } from "../recipe/read.ts";
import type { PluginSource, Recipe } from "../recipe/types.ts";
import { listCheckpoints, prune } from "../run/checkpoint.ts";
import { longerThan, printEnd, printInterrupted } from "../run/training_lines.ts";
import { readLog } from "../run/log.ts";
import { prepareRun } from "../run/prepare_run.ts";
import { measuredIn, plateauText, unitOf, watchedOf } from "../run/plateau.ts";
import type { Position } from "../run/checkpoint.ts";
import { morePatience, stoppedText } from "../run/patience.ts";
import { type RunFolder, runFolderOf, takeRunFolder } from "../run/run_folder.ts";
import type { Session } from "../run/session.ts";
import { lastCheckpoint, type ResumePoint } from "../run/restore.ts";
import { takeBackend } from "../run/share_backend.ts";
import { trainOn } from "../run/train_on.ts";
import { refuseWeights } from "../run/weights_file.ts";
import type { TrainEvent } from "../run/train_event.ts";
import type { Console } from "../terminal/console.ts";
import { commandLine, shellWord } from "../terminal/shell.ts";
import { silentConsole } from "../terminal/silent.ts";
import { type Tell, telling } from "../terminal/telling.ts";
import type { Trust } from "../trust/trust.ts";
import { writeReport } from "./report.ts";
import { Work } from "./work.ts";

/** How to train. */
export interface TrainOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** What the command line changes in a recipe's file, such as `["network.block_depth=3"]`. */
  readonly overrides?: readonly string[];
  /** Which code is run of a recipe that is not typed, besides what the user has trained with on this machine. */
  readonly trust?: Trust;
  /** Starts over; what is in the run folder is moved aside. */
  readonly fresh?: boolean;
  /** Folder of the run folders. Default `runs`. */
  readonly runs?: string;
  /** The run folder itself. Default: the one that was named in place of a recipe, else `<runs>/<name>`. */
  readonly folder?: string;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
  /** Stops after the step that is under way, and saves. What is being compiled then is left behind. */
  readonly signal?: AbortSignal;
  /** Called when there are steps that no checkpoint has; what it returns is disposed of once they are saved. */
  readonly hold?: () => Disposable;
  /** What a user types before a recipe to train it. Default `deno task run`. */
  readonly command?: string;
  /**
   * What a user types to resume after an interruption, where training is a part of another command: what to do next is
   * then not said at its end. Default: `command` with the recipe and the overrides.
   */
  readonly again?: string;
}

/** How training ended. */
export interface TrainResult {
  /** Whether it finished, or a signal stopped it. */
  readonly outcome: "finished" | "interrupted";
  /** The run folder. */
  readonly folder: string;
  /** Updates done. */
  readonly step: number;
  /** Epochs completed. */
  readonly epoch: number;
  /** The newest checkpoint. */
  readonly checkpoint: string | undefined;
  /** The last loss, when a step was done. */
  readonly loss: number | undefined;
  /** The last measurement of each metric, by its name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** The best checkpoint that is kept, where the recipe says by what. */
  readonly best?: { readonly metric: string; readonly value: number; readonly step: number } | undefined;
  /** Why it finished before the recipe's end, where it did: `train.patience`. */
  readonly stopped?: Position["stopped"];
  /** Seconds of training, over all starts; undefined where nothing was trained yet. */
  readonly seconds: number | undefined;
  /** Digests of the pictures, where they were opened. */
  readonly data?: DataDigest | undefined;
}

/** How to train a recipe that is read. */
export interface TrainRecipeOptions extends Pick<TrainOptions, "fresh" | "cache" | "signal" | "hold"> {
  /** The run folder. */
  readonly folder: string;
  /** What a user types to resume after an interruption. */
  readonly again: string;
  /** What a user types to train longer, such as for `train.epochs=80`: said at the end. Default: nothing is. */
  readonly longer?: ((length: string) => string) | undefined;
  /** Told what is done. Default: nobody is. */
  readonly tell?: Tell<TrainEvent>;
}

/**
 * Trains a recipe in `runs/<name>`. A run that was stopped or killed resumes exactly at its last checkpoint.
 *
 * @param recipe the path of a recipe, a run folder or a checkpoint; or a recipe that is read
 * @param console is told what a person wants to know. Default: nobody is
 * @returns the work: its events, and how training ended. A signal, or leaving the loop, saves and ends it
 * @throws {DenoiseError} awaited or gone through, for whatever the user can fix: a wrong recipe, one that changed since, a
 *   folder in use, no pictures, a loss that is not finite
 */
export function train(
  recipe: string | Recipe,
  options: TrainOptions,
  console: Console = silentConsole,
): Work<TrainEvent, TrainResult> {
  return new Work(
    ({ tell, signal }) => begin(recipe, { ...options, signal }, telling(console, tell), tell),
    options.signal,
  );
}

async function begin(
  given: string | Recipe,
  options: TrainOptions,
  console: Console,
  tell: Tell<TrainEvent>,
): Promise<TrainResult> {
  const { plugins, overrides = [], runs = "runs" } = options;
  const command = (options.command ?? "deno task run") + (runs === "runs" ? "" : ` --runs ${shellWord(runs)}`);
  if (typeof given !== "string") {
    checkRead(given);
    const folder = options.folder ?? join(runs, given.name);
    const again = options.again ?? commandLine(command, folder);
    return await trainRecipe(given, { ...options, folder, again, tell }, console);
  }
  await refuseWeights(given);
  const recipe = await readRecipe(given, { plugins, overrides, trust: { trained: true, ...options.trust } });
  const folder = options.folder ?? await runFolderOf(await builtInRecipe(given) ?? given, recipe.name, runs);
  const again = options.again ?? commandLine(command, given, overrides);
  // What it replaces is left out; the rest is still meant: patience where epochs are added, epochs where patience is.
  const longer = (length: string) => {
    const replaced = length.startsWith("train.patience=") ? /^train\.patience=/ : /^train\.(epochs|steps)=/;
    return commandLine(command, given, [...overrides.filter((text) => !replaced.test(text)), length]);
  };
  return await trainRecipe(recipe, {
    ...options,
    folder,
    again,
    longer: options.again === undefined ? longer : undefined,
    tell,
  }, console);
}

/** Trains a recipe that is read. */
export async function trainRecipe(recipe: Recipe, options: TrainRecipeOptions, console: Console): Promise<TrainResult> {
  const { folder: path, again, longer, fresh = false, cache, tell = () => {} } = options;
  const signal = options.signal ?? new AbortController().signal;
  const graph = await wire(recipe);
  using _backend = takeBackend(graph, "training");
  using folder = await takeRunFolder(path, {
    fresh,
    moved: (to) => console.line(`The old run is kept in ${to}`),
  });
  const before = await lastCheckpoint(folder, graph, console);
  // What an earlier process was killed before it could remove; where nothing is left to train, nobody else does.
  await prune(folder.checkpoints, recipe.train.keep.last);

  const backend = graph.one("backend").stage;
  let holding = false;
  const hold = () => {
    holding = true;
    return options.hold?.() ?? { [Symbol.dispose]: () => {} };
  };
  const announced = () => console.line(holding ? "stopping after this step …" : "stopping …");
  signal.addEventListener("abort", announced);
  try {
    await using prepared = await prepareRun(graph, { folder: path, before, console, signal, cache });
    const { session, pictures, metrics, foundation } = prepared;
    const { finished, position, plan, loss, skipped, grid, newest } = await trainOn(session, {
      folder,
      pictures,
      metrics,
      before,
      foundation,
      hold,
      tell,
    });
    const { step, epoch, seconds } = position;
    if (finished) {
      printEnd(console, {
        folder: path,
        longer: longer?.(position.stopped ? morePatience(position.stopped) : longerThan(plan, { step, epoch })),
        stopped: position.stopped && stoppedText(position.stopped),
        steps: step,
        epochs: epoch,
        seconds,
        skipped,
        loss,
        grid,
        plateau: await plateauOf(folder, graph),
        report: await reportOf(folder, session),
      });
    } else printInterrupted(console, newest, again);
    const outcome = finished ? "finished" : "interrupted";
    const { metrics: measured, best, stopped } = position;
    const data = pictures.digest;
    const end = { checkpoint: newest, loss, metrics: measured, best, stopped };
    return { outcome, folder: path, step, epoch, ...end, seconds, data };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw await withKept(error, folder, before, again);
    // Stopped while the pictures were being prepared.
    printInterrupted(console, undefined, again);
    const { step, epoch, metrics, best, seconds } = { ...untrained, ...before?.position };
    const state = { step, epoch, metrics, best, seconds };
    return { outcome: "interrupted", folder: path, checkpoint: before?.path, loss: undefined, ...state };
  } finally {
    signal.removeEventListener("abort", announced);
    console.endProgress();
    await stopBackend(backend, signal);
  }
}

/** Whether longer pays, as far as the log tells. */
async function plateauOf({ log }: RunFolder, graph: Graph): Promise<string | undefined> {
  const watched = watchedOf(graph);
  const unit = unitOf(graph);
  return watched && plateauText(measuredIn(await readLog(log), watched, unit), watched, unit);
}
const untrained = { step: 0, epoch: 0, metrics: {}, best: undefined, seconds: undefined };

/** Writes the report. The training is done and saved: one that cannot be written is only warned of. */
async function reportOf({ path, log }: RunFolder, { graph, console }: Session): Promise<string | undefined> {
  try {
    return await writeReport(path, graph, await readLog(log));
  } catch (error) {
    console.warn(warning(reportUnwritten(path, whatFailed(error))));
    return undefined;
  }
}

/** Adds to what the operating system refuses what is kept of the run, and how to continue. */
async function withKept(
  error: unknown,
  { checkpoints }: RunFolder,
  before: ResumePoint | undefined,
  again: string,
): Promise<unknown> {
  const refusal = refusalOf(error);
  if (refusal === undefined) return error;
  const kept = await listCheckpoints(checkpoints).then(([newest]) => newest?.path, () => before?.path);
  return new DenoiseError(diskFailed(refusal.what, refusal.fix, kept, again), { cause: error });
}

/** Milliseconds that a backend is given to end what it does, once nobody waits for it. */
const patience = 300;

/** Frees the device. What is being compiled for a run that was interrupted is left behind. */
async function stopBackend(backend: Backend, signal: AbortSignal): Promise<void> {
  const stopped = backend.stop();
  if (!signal.aborted) return await stopped;
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([stopped, new Promise<void>((resolve) => timer = setTimeout(resolve, patience))]);
  clearTimeout(timer);
}
