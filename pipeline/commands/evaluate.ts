/** Measures a trained model. */
import { join } from "node:path";
import { writeWhole } from "../../lib/files/mod.ts";
import { visibleJson } from "../../lib/text/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import * as messages from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Console } from "../terminal/console.ts";
import { row, table } from "../terminal/rows.ts";
import { counted, withSpread } from "../terminal/units.ts";
import { tellOthers } from "../run/behind.ts";
import { tellData } from "../run/lines.ts";
import { loadModel, type LoadOptions } from "../run/load.ts";
import { buildMeasure, type Measurement } from "../run/measure.ts";
import { checkEvaluationFile } from "../run/output_file.ts";
import { prepareMetrics } from "../run/prepare_metrics.ts";
import { checkWhole, tellModel } from "./sample.ts";
import { openData } from "../run/session.ts";

/** How to evaluate. */
export interface EvaluateOptions extends LoadOptions {
  /** Diffusion steps of the samplers that metrics use, in place of the recipe's; null: the recipe's. Default 20. */
  readonly steps?: number | null;
  /** Pictures that metrics generate, in place of the recipe's. */
  readonly images?: number;
  /** File for the numbers, as JSON. Default: `evaluation-step-000512.json` in the run folder. */
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
  /** One or more numbers per metric, in the order of the recipe. */
  readonly metrics: readonly Measurement[];
  /** Digest of the validation pictures, where any were measured on. */
  readonly data?: string;
  /** File that the numbers were written to. */
  readonly json?: string;
}

/**
 * Measures all metrics of the recipe on the validation pictures, with the average weights.
 *
 * @param target a run folder or a checkpoint
 * @throws {DenoiseError} when there is no checkpoint, no metric, or no validation picture, or the numbers would go over
 *   a file that is not an evaluation
 */
export async function evaluate(target: string, options: EvaluateOptions, console: Console): Promise<EvaluateResult> {
  const { steps = 20, images } = options;
  if (options.json !== undefined) await checkEvaluationFile(options.json);
  if (steps !== null) checkWhole("steps", steps, 1, 1_000_000);
  if (images !== undefined) checkWhole("images", images, 2, 10_000_000);
  const change = (graph: Graph) => changesFor(graph, { steps, images }, options.overrides ?? []);
  await using model = await loadModel(target, options, console, change);
  const { session, average, position: { step }, path, folder } = model;
  const { graph, signal } = session;
  const metrics = graph.all("metric");
  if (metrics.length === 0) throw new DenoiseError(messages.metricsMissing());
  tellModel(console, path, samplersOf(graph).map(told).join(", ") || undefined);
  row(console, "backend", session.backend.description);
  try {
    await using pictures = await openData(graph, console, { signal, cache: options.cache });
    if (pictures.validation.count === 0) throw new DenoiseError(messages.validationMissing());
    tellData(console, pictures);
    tellOthers(console, model.position, pictures);
    const ready = await prepareMetrics(graph, console, { signal, cache: options.cache });
    if (ready.length === 0) throw new DenoiseError(messages.metricsUnavailable());
    const measured = await buildMeasure(session)(ready, { average, validation: pictures.validation });
    console.line();
    tellTable(console, measured);
    const json = options.json ?? (folder && join(folder, `evaluation-step-${String(step).padStart(6, "0")}.json`));
    const result = { checkpoint: path, step, metrics: measured, data: pictures.digest.validation };
    if (json === undefined) return { outcome: "finished", ...result };
    await writeWhole(json, `${visibleJson(result, 2)}\n`);
    console.line();
    row(console, "json", json);
    return { outcome: "finished", ...result, json };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    console.line("stopped before all was measured");
    return { outcome: "interrupted", checkpoint: path, step, metrics: [] };
  }
}

/** The samplers that metrics use, once each. */
function samplersOf(graph: Graph): Stage<"sampler">[] {
  const names = graph.all("metric").flatMap(({ options }) =>
    typeof options.sampler === "string" ? [options.sampler] : []
  );
  return [...new Set(names)].map((name) => graph.sampler(name));
}

function told({ path, plugin, stage }: Stage<"sampler">): string {
  return `${path[1]} (${plugin.name}, ${counted(stage.steps, "step")})`;
}

/** What evaluation changes in the recipe; what the command line changes itself stays. */
function changesFor(
  graph: Graph,
  { steps, images }: { steps: number | null; images: number | undefined },
  given: readonly string[],
): string[] {
  const metrics = graph.all("metric").filter(({ plugin }) => "images" in plugin.options.shape);
  if (images !== undefined && metrics.length === 0) throw new DenoiseError(messages.imagesUnused(images));
  const samplers = steps === null ? [] : samplersOf(graph).filter(({ options }) => "steps" in options);
  const all = [
    ...samplers.map(({ path }) => [[...path, "steps"], steps]),
    ...(images === undefined ? [] : metrics.map(({ path }) => [[...path, "images"], images])),
  ] as [path: (string | number)[], value: number][];
  return all.map(([path, value]) => ({ key: `${path.join(".")}=`, value }))
    .filter(({ key }) => !given.some((text) => text.startsWith(key))).map(({ key, value }) => `${key}${value}`);
}

function tellTable(console: Console, measured: readonly Measurement[]): void {
  table(console, [
    ["metric", "value", "better"],
    ...measured.map(({ label, value, spread, better }) => [label, withSpread(value, spread), better]),
  ], ["left", "right", "left"]);
}
