/** The chart of a sweep: each number that was measured, as lines over a setting whose values are numbers, or as bars. */
import { type BarChart, barPanels, type LineChart, panels, type Spec } from "../../view/plots/mod.ts";
import { bestBy, labelsOf, numberOf } from "./best.ts";
import type { Axis } from "./grid.ts";
import type { SweepCell } from "./table.ts";

const mostBands = 4; // lines whose spread can still be told apart
const size = { width: 360, height: 230 }; // pixels of the area of the lines, where there are several charts

/**
 * Draws the numbers that were measured, a small chart each: over the first setting with several numbers, a line for all
 * else; as bars where no setting has numbers. The axis of a number begins at 0, so that what looks twice as large is. The
 * best is marked. Settings with one value are below the title.
 *
 * @param pluginOf name of the plugin that measured a number
 */
export function sweepChart(
  title: string,
  axes: readonly Axis[],
  cells: readonly SweepCell[],
  pluginOf: (label: string) => string,
): Spec {
  const varied = axes.filter(({ values }) => values.length > 1);
  const shown = varied.length === 0 ? axes : varied;
  const fixed = axes.filter((axis) => !shown.includes(axis)).map(({ key, values }) => `${key} ${plain(values[0]!)}`);
  const numeric = varied.find(({ values }) => values.every((text) => Number.isFinite(Number(text))));
  const others = shown.filter((axis) => axis !== numeric);
  const layout: Layout = {
    numeric,
    keys: others.map(({ key }) => key).join(", "),
    nameOf: ({ point }) => others.map(({ key }) => plain(point[key]!)).join(", "),
  };
  const labels = labelsOf(cells);
  const lines = [...new Set(cells.map(layout.nameOf))].length <= mostBands;
  const withSpread = cells.some(({ metrics }) => metrics.some(({ spread }) => spread !== undefined));
  const spread = !withSpread ? [] : numeric === undefined ? ["thin lines"] : lines ? ["bands"] : [];
  const parts = [...fixed, ...spread.map((what) => `${what}: standard deviation`)];
  const heading = { title, ...(parts.length === 0 ? {} : { subtitle: parts.join("; ") }), columns: 2 };
  const titled = (label: string) => {
    const plugin = pluginOf(label);
    return `${label.startsWith(plugin) ? label : `${label} (${plugin})`}, ${bestBy(cells, label).better} is better`;
  };
  return numeric === undefined
    ? barPanels(labels.map((label) => bars(cells, label, titled(label), layout)), heading)
    : panels(
      labels.map((label) => ({
        ...overNumbers(cells, label, titled(label), { ...layout, numeric }, lines),
        ...(labels.length === 1 ? {} : { size }),
      })),
      heading,
    );
}

interface Layout {
  readonly numeric: Axis | undefined;
  /** What the names are. */
  readonly keys: string;
  readonly nameOf: (cell: SweepCell) => string;
}

function bars(cells: readonly SweepCell[], label: string, title: string, { keys, nameOf }: Layout): BarChart {
  const { cell: best } = bestBy(cells, label);
  return {
    title: "",
    names: keys,
    value: { title },
    bars: cells.map((cell) => {
      const { value = NaN, spread } = numberOf(cell, label) ?? {};
      return { name: nameOf(cell), value, best: cell === best, ...(spread === undefined ? {} : { spread }) };
    }),
  };
}

function overNumbers(
  cells: readonly SweepCell[],
  label: string,
  title: string,
  { numeric, keys, nameOf }: Layout & { readonly numeric: Axis },
  bands: boolean,
): LineChart {
  const { cell: best, better } = bestBy(cells, label);
  const positive = numeric.values.every((text) => Number(text) > 0);
  const at = (cell: SweepCell) => {
    const { value = NaN, spread } = numberOf(cell, label) ?? {};
    return { x: Number(cell.point[numeric.key]), y: value, ...(bands && spread !== undefined ? { spread } : {}) };
  };
  return {
    title: "",
    x: { title: numeric.key, ...(positive ? { scale: "log" as const } : {}) },
    y: { title, zero: true },
    legend: keys,
    marks: true,
    notes: best === undefined ? [] : [{
      ...at(best),
      text: `best ${at(best).y.toPrecision(3)}`,
      below: better === "lower", // where no other line is
    }],
    series: [...new Set(cells.map(nameOf))].map((name) => ({
      name: name === "" ? label : name,
      points: cells.filter((cell) => nameOf(cell) === name).map(at).sort((a, b) => a.x - b.x),
    })),
  };
}

/** A value for people: `ddim, stochasticity 1` for `{ use: ddim, stochasticity: 1 }`. */
export function plain(value: string): string {
  const [, inner = value] = /^\{ *use: *([^{}]*[^{} ]) *\}$/.exec(value) ?? [];
  return inner === value ? value : inner.replaceAll(": ", " ");
}
