/** `sweep-samples.png`: what each combination of a sweep draws from the same noises. */
import { writeWhole } from "../../../lib/files/mod.ts";
import { drawFigure, encodePng, type Picture } from "../../../lib/image/mod.ts";
import { type Best, numberOf } from "./best.ts";
import { plain } from "./chart.ts";
import type { Presented } from "./present.ts";
import type { SweepCell } from "./table.ts";

const columns = 8; // pictures of a row: seeds from 0 on
const mostRows = 16;

/**
 * Draws a row of pictures for each combination, the same seeds in each, and its number beside it. Of many combinations it
 * takes the best.
 *
 * @returns the file; undefined where the recipe has no sampler
 */
export async function drawSamples(
  file: string,
  { title, axes, cells, best, classes, draw }: Presented,
): Promise<string | undefined> {
  const shown = rowsToDraw(cells, best);
  const varied = axes.filter(({ values }) => values.length > 1);
  const seeds = Array.from({ length: columns }, (_, i) => i);
  const rows: (readonly Picture[])[] = [];
  for (const cell of shown) {
    const pictures = await draw(cell, seeds);
    if (pictures === undefined) return undefined;
    rows.push(pictures);
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
    columnLabels: seeds.map((seed) => classes === undefined ? `${seed}` : `${seed}  ${classes[seed % classes.length]}`),
    columnsTitle: classes === undefined ? "seed" : "seed and class",
  });
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
