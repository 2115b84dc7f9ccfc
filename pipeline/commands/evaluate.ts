/** Measures a trained model. */
import { join } from "node:path";
import { writeWhole } from "../../lib/files/mod.ts";
import { visible, visibleJson } from "../../lib/text/mod.ts";
import type { Stage } from "../graph/types.ts";
import * as messages from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import { stagesOf } from "../recipe/of_kind.ts";
import type { Change, Recipe } from "../recipe/types.ts";
import type { Console, Lines } from "../terminal/console.ts";
import { row, table } from "../terminal/rows.ts";
import { counted, withSpread } from "../terminal/units.ts";
import { printOtherData } from "../run/behind.ts";
import { printData } from "../run/training_lines.ts";
import { stepName } from "../run/checkpoint.ts";
import { loadModel, type LoadOptions } from "../run/load.ts";
import type { UsedAverage } from "../run/take_average.ts";
import { buildMeasure, type Measurement } from "../run/measure.ts";
import { checkEvaluationFile } from "../run/output_file.ts";
import { prepareMetrics } from "../run/prepare_metrics.ts";
import { measuringSamplers } from "../programs/every_program.ts";
import { checkWhole, printModel } from "./options.ts";
import { openData } from "../run/session.ts";
import { silentConsole } from "../terminal/silent.ts";
import { type ProgressEvent, type Tell, telling, type WarningEvent } from "../terminal/telling.ts";
import { Work } from "./work.ts";

/** How to evaluate. */
export interface EvaluateOptions extends LoadOptions {
  /** Diffusion steps of the samplers that metrics use, in place of the recipe's; null: the recipe's. Default 20. */
  readonly steps?: number | null;
  /** Pictures that metrics generate, in place of the recipe's. */
  readonly images?: number;
  /** File for the numbers, as JSON. Default: `evaluation-step-000512.json` in the run folder, with `-ema-0.07` for another average. */
  readonly json?: string;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
}

/** What was measured. */
export interface EvaluateResult {
  /** Whether it finished, or a signal stopped it. */
  readonly outcome: "finished" | "interrupted";
  /** The checkpoint that was measured. */
  readonly checkpoint: string;
  /** Updates of the weights behind the checkpoint. */
  readonly step: number;
  /** Which average of the weights was measured, where one was asked for or the file is of one. */
  readonly ema?: UsedAverage;
  /** One or more numbers per metric, in the order of the recipe. */
  readonly metrics: readonly Measurement[];
  /** Digest of the validation pictures, where any were measured on. */
  readonly data?: string;
  /** File that the numbers were written to. */
  readonly json?: string;
}

/** Something was measured. */
export interface MeasurementEvent extends Measurement {
  /** Which event it is. */
  readonly type: "measurement";
}

/** What evaluating tells; `type` says which it is. */
export type EvaluateEvent = MeasurementEvent | ProgressEvent | WarningEvent;

/**
 * Measures all metrics of the recipe on the validation pictures, with the average weights.
 *
 * @param target a run folder or a checkpoint
 * @param console is told what a person wants to know. Default: nobody is
 * @returns the work: its events, and what was measured. A signal, or leaving the loop, ends it
 * @throws {DenoiseError} awaited or gone through, when there is no checkpoint, no metric, or no validation picture, or the
 *   numbers would go over a file that is not an evaluation
 */
export function evaluate(
  target: string,
  options: EvaluateOptions,
  console: Console = silentConsole,
): Work<EvaluateEvent, EvaluateResult> {
  return new Work(
    ({ tell, signal }) => begin(target, { ...options, signal }, telling(console, tell), tell),
    options.signal,
  );
}

async function begin(
  target: string,
  options: EvaluateOptions,
  console: Console,
  tell: Tell<EvaluateEvent>,
): Promise<EvaluateResult> {
  const { steps = 20, images } = options;
  if (options.json !== undefined) await checkEvaluationFile(options.json);
  if (steps !== null) checkWhole("steps", steps, 1, 1_000_000);
  if (images !== undefined) checkWhole("images", images, 2, 10_000_000);
  const changes = (recipe: Recipe) => changesFor(recipe, { steps, images });
  await using model = await loadModel(target, options, console, changes);
  const { session, average, position: { step }, path, folder } = model;
  const { graph, signal } = session;
  const metrics = graph.all("metric");
  if (metrics.length === 0) throw new DenoiseError(messages.metricsMissing());
  printModel(console, path, measuringSamplers(graph).map(told).join(", ") || undefined);
  try {
    await using pictures = await openData(graph, console, { signal, cache: options.cache });
    if (pictures.validation.count === 0) throw new DenoiseError(messages.validationMissing());
    printData(console, pictures);
    printOtherData(console, model.position, pictures);
    const ready = await prepareMetrics(graph, console, { signal, cache: options.cache });
    if (ready.length === 0) throw new DenoiseError(messages.metricsUnavailable());
    const measure = buildMeasure(session);
    const measured: Measurement[] = [];
    for (const metric of ready) {
      const { validation, classes } = pictures;
      const found = await measure([metric], { average, validation, classes });
      for (const one of found) await tell({ type: "measurement", ...one });
      signal.throwIfAborted();
      measured.push(...found);
    }
    console.line();
    printTable(console.results, measured);
    const told = new Set(measured.flatMap(({ classes = [] }) => classes.map(({ name }) => name)));
    const untold = told.size === 0 ? [] : (pictures.classes ?? []).filter((name) => !told.has(name));
    if (untold.length > 0) {
      console.line(
        `not measured by itself: ${visible(untold.join(", "))}, of which there are fewer than two validation pictures`,
      );
    }
    printByLevel(console.results, measured);
    const { used } = model;
    const own = `evaluation-${stepName(step)}${used === undefined ? "" : `-ema-${used.name}`}.json`;
    const json = options.json ?? (folder && join(folder, own));
    const data = pictures.digest.validation;
    const result = { checkpoint: path, step, ...(used === undefined ? {} : { ema: used }), metrics: measured, data };
    if (json === undefined) return { outcome: "finished", ...result };
    await writeWhole(json, `${visibleJson(result, 2)}\n`);
    row(console.results, "json", json);
    return { outcome: "finished", ...result, json };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    console.line("stopped before all was measured");
    return { outcome: "interrupted", checkpoint: path, step, metrics: [] };
  }
}

function told({ path, plugin, stage }: Stage<"sampler">): string {
  return `${path[1]} (${plugin.name}, ${counted(stage.steps, "step")})`;
}

/** What evaluation changes in the recipe; what the command line changes itself stays. */
function changesFor(
  recipe: Recipe,
  { steps, images }: { steps: number | null; images: number | undefined },
): Change[] {
  const metrics = stagesOf(recipe, "metric");
  const generating = metrics.filter(({ plugin }) => "images" in plugin.options.shape);
  if (images !== undefined && generating.length === 0) throw new DenoiseError(messages.imagesUnused(images));
  const used = new Set(metrics.map(({ options }) => options.sampler));
  const samplers = stagesOf(recipe, "sampler").filter(({ path, options }) => used.has(path[1]) && "steps" in options);
  return [
    ...(steps === null ? [] : samplers.map(({ path }) => ({ path: [...path, "steps"], value: steps }))),
    ...(images === undefined ? [] : generating.map(({ path }) => ({ path: [...path, "images"], value: images }))),
  ].filter(({ path }) => recipe.origin(path).from !== "command line");
}

function printTable(console: Lines, measured: readonly Measurement[]): void {
  table(console, [
    ["metric", "value", "better"],
    ...measured.flatMap(({ label, value, spread, better, classes = [] }) => [
      [label, withSpread(value, spread), better],
      ...classes.map(({ name, value, spread }) => [`  ${visible(name)}`, withSpread(value, spread), ""]),
    ]),
  ], ["left", "right", "left"]);
}

/** The numbers that metrics tell by noise level: a row a range, a column a number. */
function printByLevel(console: Lines, measured: readonly Measurement[]): void {
  for (const id of new Set(measured.map(({ id }) => id))) {
    const told = measured.filter((one) => one.id === id && one.byLevel !== undefined);
    const ranges = told[0]?.byLevel ?? [];
    if (ranges.length === 0) continue;
    console.line();
    table(console, [
      ["log-SNR", "pictures", ...told.map(({ label }) => label)],
      ...ranges.map(({ from, to, pictures }, i) => [
        `${from} to ${to}`,
        String(pictures),
        ...told.map(({ byLevel }) => withSpread(byLevel?.[i]?.value ?? NaN, undefined)),
      ]),
    ], ["right", "right", ...told.map(() => "right" as const)]);
  }
}
