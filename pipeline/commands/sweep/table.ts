/** The table of a sweep: kept as JSON while it grows, told to the terminal, written as Markdown and CSV, and drawn. */
import { join } from "node:path";
import { z } from "zod";
import { exists, writeWhole } from "../../../lib/files/mod.ts";
import { visible, visibleJson } from "../../../lib/text/mod.ts";
import { sweepDamaged } from "../../problems/messages/sweep.ts";
import { type Spec, writeChart } from "../../view/plots/mod.ts";
import { measurementSchema, readMeasurements } from "../../run/measurements_file.ts";
import type { Measurement } from "../../run/measure.ts";
import { takeFolder } from "../../run/run_folder.ts";
import type { Lines } from "../../terminal/console.ts";
import { alignedRows, row } from "../../terminal/rows.ts";
import { columnsOf } from "../../terminal/width.ts";
import { withSpread } from "../../terminal/units.ts";
import { type Best, labelsOf, numberOf } from "./best.ts";
import type { Axis, Point } from "./grid.ts";

/** What one combination of values came to. */
export interface SweepCell {
  /** Digits of the whole recipe: a cell of another one is measured again. */
  readonly recipe: string;
  /** Value of each setting, by its key. */
  readonly point: Point;
  /** Run folder. */
  readonly run: string;
  /** Updates of the weights. */
  readonly step: number;
  /** What was measured of the run. */
  readonly metrics: readonly Measurement[];
  /** Digits of the pictures of both splits; undefined for those of earlier versions. */
  readonly data?: string | undefined;
  /** Evaluations of the network for a picture of the sampler that is compared, where nothing was trained. */
  readonly evaluations?: number;
}

/** Reads the cells of `sweep.json`; none where there is no file. @throws {DenoiseError} where it holds something else */
export async function readCells(path: string): Promise<SweepCell[]> {
  return await readMeasurements(path, cellsOf, sweepDamaged);
}

const kept = z.object({
  cells: z.array(z.looseObject({
    recipe: z.string(),
    point: z.record(z.string(), z.string()),
    run: z.string(),
    step: z.int().nonnegative(),
    metrics: z.array(measurementSchema),
  })),
});

function cellsOf(content: unknown): SweepCell[] | undefined {
  return kept.safeParse(content).data?.cells;
}

/** Writes `sweep.json`: names of the axes, and all cells. */
export async function keepCells(path: string, axes: readonly Axis[], cells: readonly SweepCell[]): Promise<void> {
  await writeWhole(path, `${visibleJson({ axes: axes.map(({ key }) => key), cells }, 2)}\n`);
}

/** What a sweep keeps of itself in its folder, which belongs to this process until it is disposed of. */
export interface Kept extends Disposable {
  /** `sweep.json`. */
  readonly file: string;
  /** The cells that are there, by their recipe. */
  readonly known: ReadonlyMap<string, SweepCell>;
  /** Keeps one more, or another of the same recipe. */
  keep(cell: SweepCell): Promise<void>;
}

/**
 * Takes the folder of a sweep, and reads what is kept there.
 *
 * @param options `fresh`: what is there is moved aside first, and the user told where to
 * @throws {DenoiseError} as `takeFolder` and `readCells`
 */
export async function openKept(
  folder: string,
  axes: readonly Axis[],
  { fresh, console }: { readonly fresh: boolean; readonly console: Lines },
): Promise<Kept> {
  const moved = (to: string) => console.line(`The old sweep is kept in ${to}`);
  using lock = new DisposableStack();
  lock.use(await takeFolder(folder, fresh && await exists(folder) ? moved : undefined));
  const file = join(folder, "sweep.json");
  const known = new Map((await readCells(file)).map((cell) => [cell.recipe, cell]));
  const held = lock.move();
  return {
    ...{ file, known },
    async keep(cell) {
      known.set(cell.recipe, cell);
      await keepCells(file, axes, [...known.values()]);
    },
    [Symbol.dispose]: () => held.dispose(),
  };
}

const evaluationsHead = "evaluations";

/** Lines of the table: a column for each axis, the evaluations where they differ, and each number; a head first. */
export function rowsOf(axes: readonly Axis[], cells: readonly SweepCell[]): string[][] {
  const labels = labelsOf(cells);
  const costs = new Set(cells.map(({ evaluations }) => evaluations)).size > 1;
  return [
    [...axes.map(({ key }) => key), ...(costs ? [evaluationsHead] : []), ...labels],
    ...cells.map((cell) => [
      ...axes.map(({ key }) => cell.point[key]!),
      ...(costs ? [`${cell.evaluations ?? ""}`] : []),
      ...labels.map((label) => {
        const found = numberOf(cell, label);
        return found === undefined ? "" : withSpread(found.value, found.spread);
      }),
    ]),
  ];
}

/** Writes the table as `sweep.md`, the best row strong, and `sweep.csv`, and a chart beside it; returns the files. */
export async function writeTable(
  folder: string,
  axes: readonly Axis[],
  cells: readonly SweepCell[],
  best: Best,
  chart: Spec,
): Promise<string[]> {
  const [head, ...body] = rowsOf(axes, cells) as [string[], ...string[][]];
  const escaped = (text: string) => visible(text).replaceAll("|", "\\|").replaceAll("<", "&lt;");
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  const at = best.cell === undefined ? -1 : cells.indexOf(best.cell);
  const markdown = [
    line([...head, ""]),
    line([...head.map((_, i) => i < axes.length ? "---" : "--:"), "---"]),
    ...body.map((row, i) => line(i === at ? [...row.map((cell) => `**${cell}**`), "**best**"] : [...row, ""])),
    ...(at < 0 ? [] : ["", `Best by ${escaped(best.label)}: ${best.better} is better.`]),
  ];
  const field = (text: string) => /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const names = labelsOf(cells);
  const settings = head.slice(0, head.length - names.length);
  const csv = [
    [...settings, ...names.flatMap((name) => [name, `${name} spread`])],
    ...cells.map(({ metrics }, i) => [
      ...body[i]!.slice(0, settings.length),
      ...names.flatMap((name) => {
        const found = metrics.find(({ label }) => label === name);
        return [found?.value ?? "", found?.spread ?? ""];
      }),
    ]),
  ].map((cells) => cells.map((cell) => field(visible(`${cell}`))).join(","));
  const files = ["sweep.md", "sweep.csv", "sweep.png", "sweep.svg"].map((name) => join(folder, name));
  await writeWhole(files[0]!, `${markdown.join("\n")}\n`);
  await writeWhole(files[1]!, `${csv.join("\n")}\n`);
  for (const file of files.slice(2)) await writeChart(file, chart);
  return files;
}

/** Tells the table, in columns, and which row is best; row by row where the terminal is too narrow for columns. */
export function printTable(console: Lines, axes: readonly Axis[], cells: readonly SweepCell[], best: Best): void {
  const [head, ...body] = rowsOf(axes, cells).map((row) => row.map(visible)) as [string[], ...string[][]];
  const at = best.cell === undefined ? -1 : cells.indexOf(best.cell);
  const { bold, green } = console.colors;
  const lines = alignedRows(
    [[...head, ""], ...body.map((row, i) => [...row, i === at ? "best" : ""])],
    [...head.map((_, column) => column < axes.length ? "left" as const : "right" as const), "left"],
  );
  if (lines.every((line) => columnsOf(line) <= console.width)) {
    for (const [i, line] of lines.entries()) console.line(i === 0 ? bold(line) : i - 1 === at ? green(line) : line);
  } else {
    for (const [i, cells] of body.entries()) {
      row(
        console,
        i === at ? "best" : `row ${i + 1}`,
        cells.map((cell, column) => `${head[column]} ${cell}`).join("   "),
      );
    }
  }
  if (at >= 0) console.line(`best by ${visible(best.label)}: ${best.better} is better`);
}
