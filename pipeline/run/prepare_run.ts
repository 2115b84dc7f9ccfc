/** What training needs before its first step: a started backend, opened pictures, prepared metrics, fitted statistics. */
import { disposeTree } from "../../lib/tensor/mod.ts";
import type { Pictures } from "../data/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import { isCalled } from "../kinds/metric.ts";
import { patienceUnmeasured } from "../problems/messages/patience.ts";
import { validationMissing } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import { warning } from "../problems/warning.ts";
import { checkBatch } from "../programs/batch.ts";
import { trainingCost } from "../programs/cost.ts";
import { checkMemory } from "../programs/memory.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { count } from "../terminal/units.ts";
import { checkClasses } from "./check_classes.ts";
import { type Foundation, foundationOf, printFoundation } from "./foundation.ts";
import { checkMoments } from "./guide_moments.ts";
import { Guides } from "./guides.ts";
import { planOf } from "./plan.ts";
import { prepareMetrics } from "./prepare_metrics.ts";
import { type ResumePoint, statisticsOf } from "./restore.ts";
import { generator, openData, type Session } from "./session.ts";
import { startBackend } from "./start_backend.ts";
import { printData, printStart } from "./training_lines.ts";
import { untilAborted } from "./until_aborted.ts";

/** What a run is prepared with. */
export interface PrepareOptions {
  /** The run folder. */
  readonly folder: string;
  /** The checkpoint to resume from. */
  readonly before: ResumePoint | undefined;
  readonly console: Console;
  readonly signal: AbortSignal;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache: string | undefined;
}

/** What is ready. Disposing of it closes the pictures and frees the statistics; the backend stays. */
export interface PreparedRun extends AsyncDisposable {
  readonly session: Session;
  readonly pictures: Pictures;
  /** Those metrics of the recipe that could be prepared. */
  readonly metrics: readonly Stage<"metric">[];
  /** What the first weights come from, where the recipe names another model. */
  readonly foundation: Foundation | undefined;
}

/**
 * Prepares a run, and says on the console what with.
 *
 * @throws {DenoiseError} for a backend that does not start, too little memory, too few pictures, metrics that refuse
 * @throws the signal's reason where it is aborted
 */
export async function prepareRun(graph: Graph, options: PrepareOptions): Promise<PreparedRun> {
  const { folder, before, console, signal, cache } = options;
  const soon = <T>(work: Promise<T>) => untilAborted(work, signal);
  const backend = graph.one("backend").stage;
  const foundation = before === undefined ? await foundationOf(graph, (message) => console.warn(message)) : undefined;
  await soon(startBackend(graph, console, signal));
  const cost = await trainingCost(graph);
  await checkMemory(graph, cost);
  printStart(console, graph, cost);
  const pictures = await soon(openData(graph, console, { signal, cache }));
  try {
    if (pictures.validation.count === 0 && graph.all("metric").length > 0) {
      throw new DenoiseError(validationMissing(true));
    }
    checkBatch(graph, pictures.train.count);
    checkClasses(graph, pictures);
    printData(console, pictures);
    const metrics = await soon(prepareMetrics(graph, console, { signal, cache }));
    warnOfPatience(graph, metrics, console);
    if (foundation !== undefined) printFoundation(console, foundation);
    row(console, "run", folder + (before === undefined ? "" : `, resuming after step ${count(before.position.step)}`));
    console.line();
    const statistics = await statisticsOf(graph, pictures, before, signal);
    const { classes } = pictures;
    const about = { graph, backend, console, statistics, classes, folder, path: folder, training: true };
    const position = before?.position ?? { step: 0, epoch: 0, batch: 0 };
    await checkMoments(graph, folder, { ...position, ...planOf(graph, pictures.train.count, position) });
    const guides = new Guides(about, position.step);
    await guides.check();
    return {
      session: { graph, backend, console, guides, generate: generator(backend, graph, guides), statistics, signal },
      pictures,
      metrics,
      foundation,
      async [Symbol.asyncDispose]() {
        await guides[Symbol.asyncDispose]();
        disposeTree(statistics);
        await pictures[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await pictures[Symbol.asyncDispose]();
    throw error;
  }
}

/** Says where training would wait for a number that no metric here can measure. */
function warnOfPatience({ recipe: { train } }: Graph, metrics: readonly Stage<"metric">[], console: Console): void {
  const { patience, keep: { best } } = train;
  if (patience === undefined || best === undefined) return;
  if (metrics.some(({ stage }) => Object.keys(stage.better).some((name) => isCalled(name, best)))) return;
  console.warn(warning(patienceUnmeasured(patience, best)));
}
