/** The lines that training prints. */
import { relative } from "node:path";
import type { Pictures } from "../data/mod.ts";
import type { TrainingCost } from "../programs/cost.ts";
import type { Graph } from "../graph/types.ts";
import type { Console, Progress } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { count, counted, decimal, duration, rate, scaled, withSpread } from "../terminal/units.ts";
import { version } from "../version.ts";
import type { Measurement } from "./measure.ts";
import type { Plan } from "./plan.ts";
import type { TimeLeft } from "./throughput.ts";
import type { TrainEvent } from "./train_event.ts";

/** `denoise 0.1  quickstart: emoji, 32×32`, and what it runs on. The backend has to be started. */
export function printStart(console: Console, graph: Graph, cost: TrainingCost | undefined): void {
  const { height, width } = graph.datasetImage;
  const { name } = graph.recipe;
  const short = version.split(".").slice(0, 2).join(".");
  const data = `${graph.one("dataset").plugin.name}, ${width}×${height}`;
  console.line(`${console.colors.bold(`denoise ${short}`)}  ${name}: ${data}`);
  row(console, "backend", graph.one("backend").stage.description);
  const network = graph.one("network").plugin.name;
  const size = cost === undefined
    ? "with an op of unknown cost"
    : `${counted(cost.parameters, "parameter")}, ${scaled(cost.stepFlops, "FLOP")} a step`;
  row(console, "network", `${network}, ${size}`);
}

/** `data         3,583 pictures, 2,866 to train on, 717 held out`. */
export function printData(console: Console, { train, validation, measuresTraining, skipped }: Pictures): void {
  const parts = [
    ...measuresTraining ? [`${counted(train.count, "picture")}, to train on and to measure on`] : [
      counted(train.count + validation.count, "picture"),
      `${count(train.count)} to train on`,
      `${count(validation.count)} held out`,
    ],
    ...(skipped.length === 0 ? [] : [`${count(skipped.length)} skipped`]),
  ];
  row(console, "data", parts.join(", "));
}

/**
 * `epoch  4/12  …  59 %  loss 0.1841  1,020 images/s  0:00:42 left`; `over 0:00:42 left` where there is something ahead
 * whose time is not known yet. What is not known at all is left out.
 */
export function trainingProgress(
  { totalSteps, stepsPerEpoch, epochs, batchSize }: Plan,
  now: {
    step: number;
    epoch: number;
    batch: number;
    loss: number | undefined;
    secondsPerStep: number | undefined;
    left: TimeLeft | undefined;
  },
): Progress {
  const details = [
    ...(now.loss === undefined ? [] : [`loss ${decimal(now.loss)}`]),
    ...(now.secondsPerStep === undefined ? [] : [`${rate(batchSize / now.secondsPerStep)} images/s`]),
    ...(now.left === undefined ? [] : [`${now.left.whole ? "" : "over "}${duration(now.left.seconds)} left`]),
  ];
  if (epochs === undefined) {
    return { label: `step ${count(now.step)}/${count(totalSteps)}`, done: now.step, total: totalSteps, details };
  }
  const ended = now.batch === 0;
  const current = String(ended ? now.epoch : now.epoch + 1).padStart(String(epochs).length);
  const label = `epoch ${current}/${epochs}`;
  return { label, done: ended ? stepsPerEpoch : now.batch, total: stepsPerEpoch, details };
}

/**
 * What was told at the end of a step, in one line: `epoch  3     loss 0.1841   validation: noise 0.1902, image 0.3127   training:
 * 0.1875, 0.3101   best   samples/…png`.
 */
export function printStepEnd(
  console: Console,
  folder: string,
  loss: number | undefined,
  told: readonly TrainEvent[],
): void {
  const metrics = told.find((event) => event.type === "metrics");
  const preview = told.find((event) => event.type === "preview");
  const epoch = told.find((event) => event.type === "epoch");
  const moment = epoch ?? metrics ?? preview;
  if (moment === undefined) return;
  const measured = metrics?.measured ?? [];
  const training = measured.flatMap(({ training }) => training === undefined ? [] : [decimal(training)]);
  const parts = [
    ...(loss === undefined ? [] : [`loss ${decimal(loss)}`]),
    ...(measured.length === 0 ? [] : [`validation: ${listMeasurements(measured)}`]),
    ...(training.length === 0 ? [] : [`training: ${training.join(", ")}`]),
    ...(metrics?.best ? ["best"] : []),
    ...(preview === undefined ? [] : [relative(folder, preview.file)]),
  ];
  row(console, epoch === undefined ? `step  ${count(moment.step)}` : `epoch  ${epoch.epoch}`, parts.join("   "));
}

/** `noise 0.1902, kid(inception-v3-75) 0.3127 ± 0.0210`. */
function listMeasurements(measured: readonly Measurement[]): string {
  return measured.map(({ label, value, spread }) => `${label} ${withSpread(value, spread)}`).join(", ");
}

/**
 * The override that trains twice as long as the recipe asks, or as was trained already where that is more: a recipe may
 * ask for less than its run has.
 */
export function longerThan(
  { epochs, totalSteps }: Pick<Plan, "epochs" | "totalSteps">,
  trained: { step: number; epoch: number },
): string {
  return epochs === undefined
    ? `train.steps=${2 * Math.max(totalSteps, trained.step)}`
    : `train.epochs=${2 * Math.max(epochs, trained.epoch)}`;
}

/** What a run says at its end: where the pictures are, and what to do with it. */
export function printEnd(
  console: Console,
  run: {
    folder: string;
    /** The command that trains it for longer; undefined leaves out what to do next. */
    longer: string | undefined;
    steps: number;
    epochs: number;
    seconds: number;
    /** Steps that changed nothing. */
    skipped: number;
    loss: number | undefined;
    grid: string | undefined;
    /** Why it ended before the recipe's end, where it did. */
    stopped?: string | undefined;
    /** Whether longer pays: see `plateauText`. */
    plateau: string | undefined;
    /** The page about it, where it could be written. */
    report: string | undefined;
  },
): void {
  const loss = run.loss === undefined ? "" : `, loss ${decimal(run.loss)}`;
  console.line();
  row(
    console.results,
    "trained",
    `${run.epochs === 0 ? "" : `${counted(run.epochs, "epoch")}, `}${counted(run.steps, "step")} in ${
      duration(run.seconds)
    }${loss}`,
  );
  if (run.stopped !== undefined) row(console.results, "stopped", run.stopped);
  if (run.skipped > 0) {
    const are = run.skipped === 1 ? "its gradients were" : "their gradients were";
    row(console.results, "skipped", `${counted(run.skipped, "step")}, because ${are} not finite`);
  }
  if (run.plateau !== undefined) row(console.results, "validation", run.plateau);
  if (run.grid !== undefined) row(console.results, "pictures", run.grid);
  if (run.report !== undefined) row(console.results, "report", run.report);
  if (run.longer === undefined) return;
  row(console, "more", `deno task sample ${run.folder} --count 64 --grid grid.png`);
  row(console, "longer", run.longer);
  row(console, "next", "deno task plugins   lists all parts a recipe can use");
  row(console, "", "deno task new sampler my-sampler   writes a sampler for you to change");
}

/** What an interrupted run says. */
export function printInterrupted(console: Console, checkpoint: string | undefined, command: string): void {
  console.line(checkpoint === undefined ? "nothing has been trained yet, so nothing was saved" : `saved ${checkpoint}`);
  console.line(`resume with: ${command}`);
}
