/** The best of a sweep, by the number that tells how a model does. */
import { isCalled } from "../../kinds/metric.ts";
import type { Measurement } from "../../run/measure.ts";
import { bestOf } from "../../run/trend.ts";
import type { SweepCell } from "./table.ts";

/** A number and the cell that is best by it. */
export interface Best {
  /** The number, as it is labelled. */
  readonly label: string;
  readonly better: "lower" | "higher";
  /** The cell; undefined where none has a finite number, or there is one cell alone. */
  readonly cell: SweepCell | undefined;
}

/** The measurement of a cell that has a label. */
export function numberOf({ metrics }: SweepCell, label: string): Measurement | undefined {
  return metrics.find((each) => each.label === label);
}

/** The labels of all numbers, in the order of the recipe. */
export function labelsOf(cells: readonly SweepCell[]): string[] {
  return [...new Set(cells.flatMap(({ metrics }) => metrics.map(({ label }) => label)))];
}

/** The best cell by one number. */
export function bestBy(cells: readonly SweepCell[], label: string): Best {
  const { better = "lower" as const } = cells.flatMap((cell) => numberOf(cell, label) ?? [])[0] ?? {};
  const valued = cells.map((cell) => ({ cell, value: numberOf(cell, label)?.value ?? NaN }));
  return { label, better, cell: cells.length < 2 ? undefined : bestOf(valued, better)?.cell };
}

/**
 * The best cell.
 *
 * @param wanted the number to go by, as `train.keep.best` names it. Default: the first that was measured
 */
export function bestCell(cells: readonly SweepCell[], wanted: string | undefined): Best {
  const all = cells.flatMap(({ metrics }) => metrics);
  const found = wanted === undefined ? undefined : all.find(({ name }) => isCalled(name, wanted));
  return bestBy(cells, (found ?? all[0]!).label);
}
