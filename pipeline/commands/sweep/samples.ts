/** `sweep-samples.png`: what each combination of a sweep draws from the same noises. */
import { join } from "node:path";
import { writeWhole } from "../../../lib/files/mod.ts";
import { drawFigure, encodePng, type Picture } from "../../../lib/image/mod.ts";
import { loadModel, type LoadOptions } from "../../run/load.ts";
import type { Console } from "../../terminal/console.ts";
import { picturesOf } from "../options.ts";
import { type Best, numberOf } from "./best.ts";
import { plain } from "./chart.ts";
import { type Axis, overridesOf, type Point } from "./grid.ts";
import type { SweepCell } from "./table.ts";

const columns = 8; // pictures of a row: seeds from 0 on
const mostRows = 16;

/** What is drawn of which sweep. */
export interface SweepSamples {
  readonly folder: string;
  readonly title: string;
  readonly axes: readonly Axis[];
  readonly cells: readonly SweepCell[];
  readonly best: Best;
  /** Settings of samplers and metrics of a cell: its model was trained without them. */
  readonly measuredWith: (point: Point) => Point;
  /** The sampler, as `train.samples.sampler` names it. Default: the first. */
  readonly sampler: string | undefined;
}

/**
 * Draws a row of pictures for each combination, the same seeds in each, and its number beside it. Of many combinations it
 * takes the best.
 *
 * @returns the file; undefined where the recipe has no sampler
 */
export async function drawSamples(
  { folder, title, axes, cells, best, measuredWith, sampler }: SweepSamples,
  options: LoadOptions,
  console: Console,
): Promise<string | undefined> {
  const shown = rowsToDraw(cells, best);
  const varied = axes.filter(({ values }) => values.length > 1);
  const rows: Picture[][] = [];
  for (const { run, point } of shown) {
    await using model = await loadModel(run, { ...options, overrides: overridesOf(measuredWith(point)) }, console);
    const { graph } = model.session;
    const stage = sampler === undefined ? graph.all("sampler")[0] : graph.sampler(sampler);
    if (stage === undefined) return undefined;
    rows.push(await Array.fromAsync(picturesOf(model, stage, Array.from({ length: columns }, (_, i) => i))));
  }
  const label = (cell: SweepCell) => {
    const settings = (varied.length === 0 ? axes : varied).map(({ key }) => `${key} ${plain(cell.point[key]!)}`);
    const value = numberOf(cell, best.label)?.value.toPrecision(3);
    return [...settings, `${best.label} ${value}${cell === best.cell ? ", best" : ""}`].join("\n");
  };
  const figure = await drawFigure({
    title: shown.length === cells.length ? title : `${title}: the best ${shown.length} of ${cells.length}`,
    rows,
    rowLabels: shown.map(label),
    columnLabels: Array.from({ length: columns }, (_, i) => `${i}`),
    columnsTitle: "seed",
  });
  const file = join(folder, "sweep-samples.png");
  await writeWhole(file, await encodePng(figure));
  return file;
}

/** All cells in their order, or the best of them where they are too many. */
export function rowsToDraw(cells: readonly SweepCell[], { label, better }: Best, most = mostRows): SweepCell[] {
  const sign = better === "lower" ? 1 : -1;
  const value = (cell: SweepCell) => {
    const number = numberOf(cell, label)?.value ?? NaN;
    return Number.isNaN(number) ? Infinity : sign * number;
  };
  const kept = new Set(cells.toSorted((a, b) => value(a) - value(b)).slice(0, most));
  return cells.filter((cell) => kept.has(cell));
}
