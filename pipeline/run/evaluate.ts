/** Measures a trained model. */
import { join } from "node:path";
import { writeWhole } from "../../files/mod.ts";
import * as messages from "../messages/run.ts";
import { DenoiseError } from "../problem.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";
import { decimal } from "../terminal/units.ts";
import { tellData } from "./lines.ts";
import { loadModel, type LoadOptions } from "./load.ts";
import { buildMeasure, type Measurement } from "./measure.ts";
import { tellModel } from "./sample.ts";
import { openData } from "./session.ts";

/** How to evaluate. */
export interface EvaluateOptions extends LoadOptions {
  /** File for the numbers, as JSON. Default: `evaluation-step-000512.json` in the run folder. */
  readonly json?: string;
  /** Folder for downloads and decoded pictures. Default: the user's cache folder. */
  readonly cache?: string;
}

/** What was measured. */
export interface EvaluateResult {
  readonly outcome: "finished" | "interrupted";
  readonly checkpoint: string;
  readonly step: number;
  readonly metrics: readonly Measurement[];
  /** File that the numbers were written to. */
  readonly json?: string;
}

/**
 * Measures all metrics of the recipe on the validation pictures, with the average weights.
 *
 * @param target a run folder or a checkpoint
 * @throws {DenoiseError} when there is no checkpoint, no metric, or no validation picture
 */
export async function evaluate(target: string, options: EvaluateOptions, console: Console): Promise<EvaluateResult> {
  await using model = await loadModel(target, options, console);
  const { session, average, position: { step }, path, folder } = model;
  const { graph, signal } = session;
  const metrics = graph.all("metric");
  if (metrics.length === 0) throw new DenoiseError(messages.metricsMissing());
  tellModel(console, path);
  row(console, "backend", session.backend.description);
  try {
    await using pictures = await openData(graph, console, { signal, cache: options.cache });
    if (pictures.validation.count === 0) throw new DenoiseError(messages.validationMissing());
    tellData(console, pictures);
    const measured = await buildMeasure(session)(metrics, { average, validation: pictures.validation });
    console.line();
    tellTable(console, measured);
    const json = options.json ?? (folder && join(folder, `evaluation-step-${String(step).padStart(6, "0")}.json`));
    const result = { checkpoint: path, step, metrics: measured };
    if (json === undefined) return { outcome: "finished", ...result };
    await writeWhole(json, `${JSON.stringify(result, null, 2)}\n`);
    console.line();
    row(console, "json", json);
    return { outcome: "finished", ...result, json };
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    console.line("stopped before all was measured");
    return { outcome: "interrupted", checkpoint: path, step, metrics: [] };
  }
}

function tellTable(console: Console, measured: readonly Measurement[]): void {
  const lines = [["metric", "value", "better"], ...measured.map((m) => [m.label, decimal(m.value), m.better])];
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]!.length)));
  for (const [i, [label, value, better]] of lines.entries()) {
    const text = `${label!.padEnd(widths[0]!)}  ${value!.padStart(widths[1]!)}  ${better}`;
    console.line(i === 0 ? console.colors.bold(text) : text);
  }
}
