/** Measures how long a run will take here: a few steps for real, in a folder that is removed again. */
import { cacheFolder } from "../../lib/files/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import { trainingCost } from "../programs/cost.ts";
import { toYaml } from "../recipe/write.ts";
import type { Console } from "../terminal/console.ts";
import { workAhead } from "./ahead.ts";
import { Rising } from "./rising.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import { RunLog } from "./log.ts";
import { Past } from "./past.ts";
import { planOf } from "./plan.ts";
import { prepareRun } from "./prepare_run.ts";
import { startOf, stateOf, zeroOutputLoss } from "./restore.ts";
import { takeRunFolder } from "./run_folder.ts";
import type { Session } from "./session.ts";
import { Trainer } from "./trainer.ts";
import { untilAborted } from "./until_aborted.ts";

/** One kind of work of a run. */
export interface ProbedWork {
  /** `step`, the name of a metric, `samples` or `checkpoint`. */
  readonly kind: string;
  /** How often the whole run does it. */
  readonly times: number;
  /** Seconds that it takes each time. */
  readonly seconds: number;
}

/** What was measured. */
export interface Probed {
  /** Steps first. What the run does not do is left out. */
  readonly work: readonly ProbedWork[];
  /** Seconds before the second step: opening the pictures, compiling. The next start may find some of it done. */
  readonly starting: number;
}

const least = 12; // steps: as many as tell a pace
const most = 60;
const pace = 50e9; // FLOP/s, of a few cores: decides how many steps are tried, nothing else
const wanted = 4; // seconds of steps

/**
 * Trains a few steps of a graph whose backend is stopped, measures each metric and draws the samples twice, and writes a
 * checkpoint twice: the first time of each compiles, the second is what counts. Leaves nothing behind but what the cache
 * keeps of pictures and programs.
 *
 * @throws {DenoiseError} for whatever training would refuse
 * @throws the signal's reason where it is aborted
 */
export async function probe(
  graph: Graph,
  { console, signal, cache }: { console: Console; signal: AbortSignal; cache?: string | undefined },
): Promise<Probed> {
  const started = performance.now();
  const place = cache ?? cacheFolder();
  await Deno.mkdir(place, { recursive: true });
  const path = await Deno.makeTempDir({ dir: place, prefix: "probe-" });
  try {
    await using prepared = await prepareRun(graph, { folder: path, before: undefined, console, signal, cache });
    const { pictures, metrics, foundation } = prepared;
    const { stepFlops = 0 } = await trainingCost(graph) ?? {};
    const half = Math.ceil(Math.min(most, Math.max(least, wanted * pace / Math.max(1, stepFlops))) / 2);
    const tried = shortened(graph, half);
    const session: Session = { ...prepared.session, graph: tried };
    using folder = await takeRunFolder(path, { fresh: false, moved: () => {} });
    const zero = await untilAborted(zeroOutputLoss(session, pictures), signal);
    const { position } = await startOf(session, pictures, undefined, path);
    const state = await untilAborted(stateOf(session, undefined, foundation), signal);
    using log = await RunLog.open(folder.log, 0);
    const keeper = new CheckpointWriter({
      folder: folder.checkpoints,
      snapshots: folder.snapshots,
      recipe: toYaml(graph.recipe.resolved),
      code: {},
      log,
      last: 1,
      newest: undefined,
    });
    let begun: number | undefined; // when the first step was done
    using trainer = new Trainer({
      ...{ session, pictures, folder, log, keeper, state, position, zero },
      metrics: metrics.map((metric) => every(metric, half)),
      past: new Past([], undefined),
      rising: new Rising(graph, []),
      hold: () => {
        begun ??= performance.now();
        return { [Symbol.dispose]: () => {} };
      },
      tell: () => {},
    });
    await trainer.run();
    signal.throwIfAborted();
    const start = { step: 0, epoch: 0, batch: 0 };
    const plan = planOf(graph, pictures.train.count, start);
    const ahead = workAhead(graph, metrics, { ...start, ...plan });
    const nameOf = (kind: string) => metrics.find(({ id }) => id === kind)?.plugin.name ?? kind;
    const seconds = (kind: string) => trainer.pace.secondsOf(kind) ?? 0;
    return {
      work: [
        { kind: "step", times: plan.totalSteps, seconds: trainer.pace.secondsPerStep ?? 0 },
        ...Object.entries(ahead).map(([kind, times]) => ({ kind: nameOf(kind), times, seconds: seconds(kind) })),
      ].filter(({ times }) => times > 0),
      starting: ((begun ?? started) - started) / 1000,
    };
  } finally {
    await graph.one("backend").stage.stop();
    await Deno.remove(path, { recursive: true }).catch(() => {});
  }
}

/** The same graph with all that is due twice, the second time at the end. */
function shortened(graph: Graph, half: number): Graph {
  const { recipe } = graph;
  const { train } = recipe;
  const interval = `${half} steps`;
  return {
    ...graph,
    recipe: {
      ...recipe,
      train: {
        ...train,
        epochs: undefined,
        steps: 2 * half,
        checkpoint: interval,
        keep: { last: 1 },
        ...(train.snapshots === undefined ? {} : { snapshots: interval }),
        samples: { ...train.samples, every: interval },
      },
    },
  };
}

function every(metric: Stage<"metric">, steps: number): Stage<"metric"> {
  return { ...metric, options: { ...metric.options, every: `${steps} steps` } };
}
