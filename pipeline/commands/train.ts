/** Trains from a recipe, or goes on where an earlier run stopped. */
import { refusalOf, whatFailed, writeWhole } from "../../lib/files/mod.ts";
import { disposeTree } from "../../lib/tensor/mod.ts";
import type { DataDigest, Pictures } from "../data/mod.ts";
import { trainingCost } from "../programs/cost.ts";
import { checkMemory } from "../programs/memory.ts";
import { checkBatch } from "../programs/batch.ts";
import type { Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import { wire } from "../graph/wire.ts";
import { diskFailed, reportUnwritten, validationMissing } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import { readRecipe } from "../recipe/read.ts";
import type { PluginSource } from "../recipe/types.ts";
import { toYaml } from "../recipe/write.ts";
import type { Console } from "../terminal/console.ts";
import { warning } from "../problems/warning.ts";
import { commandLine, shellWord } from "../terminal/shell.ts";
import { row } from "../terminal/rows.ts";
import { count, counted } from "../terminal/units.ts";
import { writeReport } from "./report.ts";
import type { Trust } from "../trust/trust.ts";
import { version } from "../version.ts";
import { codeFor, listCheckpoints, prune } from "../run/checkpoint.ts";
import { Keeper } from "../run/keeper.ts";
import { longerThan, tellData, tellEnd, tellInterrupted, tellStart } from "../run/lines.ts";
import { readLog, RunLog } from "../run/log.ts";
import { type RunFolder, runFolderOf, takeRunFolder } from "../run/run_folder.ts";
import { rememberCode } from "../run/remember_code.ts";
import { prepareMetrics } from "../run/prepare_metrics.ts";
import { generators, openData, type Session } from "../run/session.ts";
import { type Before, lastCheckpoint, startOf, stateOf, statisticsOf, zeroOutputLoss } from "../run/start.ts";
import { Trainer } from "../run/trainer.ts";
import { startBackend } from "../run/start_backend.ts";
import { untilAborted } from "../run/until_aborted.ts";

/** How to train. */
export interface TrainOptions {
  /** Where plugins are found: `builtins`, or `await builtins.withFiles([...])`. */
  readonly plugins: PluginSource;
  /** What the command line changes in the recipe, such as `["network.block_depth=3"]`. */
  readonly overrides?: readonly string[];
  /** Which code is run of a recipe that is not typed, besides what the user has trained with on this machine. */
  readonly trust?: Trust;
  /** Starts over; what stands in the run folder is moved aside. */
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
   * What a user types to go on after an interruption, where training is a part of another command: what to do next is
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
  /** Digests of the pictures, where they were opened. */
  readonly data?: DataDigest | undefined;
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
  const command = (options.command ?? "deno task run") + (runs === "runs" ? "" : ` --runs ${shellWord(runs)}`);
  const again = options.again ?? commandLine(command, recipeFile, overrides);
  const recipe = await readRecipe(recipeFile, { plugins, overrides, trust: { trained: true, ...options.trust } });
  const graph = await wire(recipe);

  const path = options.folder ?? await runFolderOf(recipeFile, recipe.name, runs);
  using folder = await takeRunFolder(path, {
    fresh,
    moved: (to) => console.line(`The old run is kept in ${to}`),
  });
  const before = await lastCheckpoint(folder, graph, console);
  // What an earlier process was killed before it could remove; where nothing is left to train, nobody else does.
  await prune(folder.checkpoints, graph.recipe.train.keep.last);

  const backend = graph.one("backend").stage;
  const soon = <T>(work: Promise<T>) => untilAborted(work, signal);
  let holding = false;
  const hold = () => {
    holding = true;
    return options.hold?.() ?? { [Symbol.dispose]: () => {} };
  };
  const announced = () => console.line(holding ? "stopping after this step …" : "stopping …");
  signal.addEventListener("abort", announced);
  try {
    await soon(startBackend(graph, console, signal));
    const cost = await trainingCost(graph);
    await checkMemory(graph, cost);
    tellStart(console, graph, cost);
    await using pictures = await soon(openData(graph, console, { signal, cache }));
    if (pictures.validation.count === 0 && graph.all("metric").length > 0) {
      throw new DenoiseError(validationMissing(true));
    }
    checkBatch(graph, pictures.train.count);
    tellData(console, pictures);
    const metrics = await soon(prepareMetrics(graph, console, { signal, cache }));
    row(console, "run", path + (before === undefined ? "" : `, going on after step ${count(before.position.step)}`));
    console.line();
    const statistics = await statisticsOf(graph, pictures, before, signal);
    const session: Session = { graph, backend, console, generate: generators(backend, graph), statistics, signal };
    try {
      const longer = options.again !== undefined ? undefined : (length: string) =>
        commandLine(command, recipeFile, [
          ...overrides.filter((text) => !/^train\.(epochs|steps)=/.test(text)),
          length,
        ]);
      return await trainIn(session, { folder, pictures, metrics, before, again, longer, hold });
    } finally {
      disposeTree(statistics);
    }
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw await withKept(error, folder, before, again);
    // Stopped while the pictures were being prepared.
    tellInterrupted(console, undefined, again);
    const { step, epoch } = before?.position ?? { step: 0, epoch: 0 };
    return { outcome: "interrupted", folder: path, step, epoch, checkpoint: before?.path, loss: undefined };
  } finally {
    signal.removeEventListener("abort", announced);
    console.endProgress();
    await stopBackend(backend, signal);
  }
}

/** Adds to what the operating system refuses what is kept of the run, and how to continue. */
async function withKept(
  error: unknown,
  { checkpoints }: RunFolder,
  before: Before | undefined,
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

/** Trains on opened pictures. */
async function trainIn(
  session: Session,
  { folder, pictures, metrics, before, again, longer, hold }: {
    folder: RunFolder;
    pictures: Pictures;
    metrics: readonly Stage<"metric">[];
    before: Before | undefined;
    again: string;
    longer: ((length: string) => string) | undefined;
    hold: () => Disposable;
  },
): Promise<TrainResult> {
  const { graph, backend, console, signal } = session;
  const recipe = toYaml(graph.recipe.resolved);
  const { position, warnings } = await startOf(session, pictures, before, folder.path);
  const zero = await untilAborted(zeroOutputLoss(session, pictures), signal);
  const state = await untilAborted(stateOf(session, before), signal);

  using log = await RunLog.open(folder.log, position.step, position.measured);
  log.append({
    step: position.step,
    event: before === undefined ? "start" : "resume",
    time: new Date().toISOString(),
    denoise: version,
    backend: backend.description,
    zero_output_loss: zero,
  });
  for (const message of warnings) log.append({ step: position.step, event: "warning", message });
  await writeWhole(folder.recipe, recipe);
  await rememberCode(graph.recipe.code, console);
  const { last } = graph.recipe.train.keep;
  const code = codeFor(graph.recipe.code);
  const keeper = new Keeper({ folder: folder.checkpoints, recipe, code, log, last, newest: before?.path });
  using trainer = new Trainer({ session, pictures, metrics, folder, log, keeper, state, position, zero, hold });
  if (position.step >= trainer.plan.totalSteps) {
    console.line(`trained as long as the recipe asks already: ${counted(position.step, "step")}`);
  }
  const finished = await trainer.run();

  const { step, epoch, seconds } = trainer.position;
  const { loss, plan } = trainer;
  if (finished) {
    await log.sync();
    const report = await readLog(folder.log).then((entries) => writeReport(folder.path, graph, entries)).catch(
      (error) => {
        // The training is done and saved: a page that cannot be written does not make it fail.
        console.warn(warning(reportUnwritten(folder.path, whatFailed(error))));
        return undefined;
      },
    );
    tellEnd(console, {
      folder: folder.path,
      longer: longer?.(longerThan(plan, { step, epoch })),
      steps: step,
      epochs: epoch,
      seconds,
      loss,
      grid: trainer.grid,
      report,
    });
  } else tellInterrupted(console, keeper.newest, again);
  const outcome = finished ? "finished" : "interrupted";
  return { outcome, folder: folder.path, step, epoch, checkpoint: keeper.newest, loss, data: pictures.digest };
}
