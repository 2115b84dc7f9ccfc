/** The chart of a sweep: its first number, as lines over the setting whose values are numbers, or as bars. */
import { barChart, lineChart, type Spec } from "../../view/plots/mod.ts";
import type { Axis } from "./grid.ts";
import type { SweepCell } from "./table.ts";

const mostBands = 4; // lines whose spread can still be told apart

/**
 * Draws the first number that was measured: over the first setting with several numbers, a line for all else; as bars
 * where no setting has numbers. Settings with one value are below the title.
 *
 * @param metric name of the plugin that measured it
 */
export function sweepChart(title: string, axes: readonly Axis[], cells: readonly SweepCell[], metric: string): Spec {
  const { label, better } = cells[0]!.metrics[0]!;
  const of = ({ metrics }: SweepCell) => metrics.find((each) => each.label === label);
  const value = { title: `${label.startsWith(metric) ? label : `${label} (${metric})`}, ${better} is better` };
  const varied = axes.filter(({ values }) => values.length > 1);
  const shown = varied.length === 0 ? axes : varied;
  const fixed = axes.filter((axis) => !shown.includes(axis)).map(({ key, values }) => `${key} ${plain(values[0]!)}`);
  const withSpread = cells.some((cell) => of(cell)?.spread !== undefined);
  const subtitle = (spread: string) => {
    const parts = [...fixed, ...(withSpread && spread !== "" ? [`${spread}: standard deviation`] : [])];
    return parts.length === 0 ? {} : { subtitle: parts.join("; ") };
  };
  const numeric = varied.find(({ values }) => values.every((text) => Number.isFinite(Number(text))));
  const others = shown.filter((axis) => axis !== numeric);
  const nameOf = ({ point }: SweepCell) => others.map(({ key }) => plain(point[key]!)).join(", ");
  const keys = others.map(({ key }) => key).join(", ");
  if (numeric === undefined) {
    const bars = cells.map((cell) => {
      const { value = NaN, spread } = of(cell) ?? {};
      return { name: nameOf(cell), value, ...(spread === undefined ? {} : { spread }) };
    });
    return barChart({ title, ...subtitle("thin lines"), names: keys, value, bars });
  }
  const names = [...new Set(cells.map(nameOf))];
  const bands = names.length <= mostBands;
  const positive = numeric.values.every((text) => Number(text) > 0);
  return lineChart({
    title,
    ...subtitle(bands ? "bands" : ""),
    x: { title: numeric.key, ...(positive ? { scale: "log" as const } : {}) },
    y: value,
    legend: keys,
    marks: true,
    series: names.map((name) => ({
      name: name === "" ? label : name,
      points: cells.filter((cell) => nameOf(cell) === name)
        .map((cell) => {
          const { value = NaN, spread } = of(cell) ?? {};
          return { x: Number(cell.point[numeric.key]), y: value, ...(bands && spread !== undefined ? { spread } : {}) };
        })
        .sort((a, b) => a.x - b.x),
    })),
  });
}

/** A value for people: `ddim, stochasticity 1` for `{ use: ddim, stochasticity: 1 }`. */
function plain(value: string): string {
  const [, inner = value] = /^\{ *use: *([^{}]*[^{} ]) *\}$/.exec(value) ?? [];
  return inner === value ? value : inner.replaceAll(": ", " ");
}
