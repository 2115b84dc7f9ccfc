/** What a sweep came to: its table and chart, and pictures of each combination from the same noises. */
import { join } from "node:path";
import type { Picture } from "../../../lib/image/mod.ts";
import { sweepDataMixed } from "../../problems/messages/sweep.ts";
import { warning } from "../../problems/warning.ts";
import type { Recipe } from "../../recipe/types.ts";
import type { Console } from "../../terminal/console.ts";
import { row } from "../../terminal/rows.ts";
import { type Best, numberOf } from "./best.ts";
import { sweepChart } from "./chart.ts";
import type { Axis } from "./grid.ts";
import { drawSamples } from "./samples.ts";
import { printTable, type SweepCell, writeTable } from "./table.ts";

/** All that was measured. */
export interface Presented {
  readonly folder: string;
  /** The file that keeps the cells. */
  readonly kept: string;
  readonly title: string;
  readonly axes: readonly Axis[];
  readonly cells: readonly SweepCell[];
  readonly best: Best;
  /** Name of the plugin that measured a number. */
  readonly pluginOf: (label: string) => string;
  /** Names of the classes, where the model is told them: pictures go through them in turn, by seed. */
  readonly classes?: readonly string[] | undefined;
  /** Pictures of these seeds; undefined where the recipe has no sampler. */
  readonly draw: (cell: SweepCell, seeds: readonly number[]) => Promise<readonly Picture[] | undefined>;
}

/** Tells the table, and writes it, its chart and the pictures. @returns the files */
export async function present(result: Presented, console: Console): Promise<string[]> {
  const { folder, kept, title, axes, cells, best, pluginOf } = result;
  const digests = new Set(cells.flatMap(({ data }) => data ?? []));
  if (digests.size > 1) console.warn(warning(sweepDataMixed(folder)));
  printTable(console.results, axes, cells, best);
  const files = [kept, ...await writeTable(folder, axes, cells, best, sweepChart(title, axes, cells, pluginOf))];
  const samples = await drawSamples(join(folder, "sweep-samples.png"), result);
  if (samples !== undefined) files.push(samples);
  console.line();
  for (const [i, path] of files.entries()) row(console.results, i === 0 ? "files" : "", path);
  return files;
}

/** Name of the metric that measured a number. */
export function metricOf({ stages }: Recipe, cells: readonly SweepCell[], label: string): string {
  const id = cells.flatMap((cell) => numberOf(cell, label) ?? [])[0]?.id;
  return stages.find((stage) => stage.id === id)?.plugin.name ?? label;
}
