/** Charts of bars as data. */
import { type ChartAxis, heading, scaleOf, type Spec } from "./spec.ts";
import { ink, palette, theme } from "./theme.ts";

const { text, grey } = ink;

/** Bars, one a name. */
export interface BarChart {
  readonly title: string;
  readonly subtitle?: string;
  /** What the names are, such as `schedule`. */
  readonly names: string;
  readonly value: ChartAxis;
  readonly bars: readonly {
    readonly name: string;
    readonly value: number;
    readonly spread?: number;
    /** Whether it stands out as the best. */
    readonly best?: boolean;
  }[];
}

/** A bar a name, in the order given. */
export function barChart(chart: BarChart): Spec {
  return { ...barsOf(chart), title: heading(chart.title, chart.subtitle), config: theme } as Spec;
}

/** Several charts of bars as one picture, as `panels`. */
export function barPanels(
  charts: readonly BarChart[],
  { title, subtitle, columns = 2 }: { title: string; subtitle?: string; columns?: number },
): Spec {
  if (charts.length === 1) return barChart({ ...charts[0]!, title, ...(subtitle === undefined ? {} : { subtitle }) });
  const concat = charts.map((chart) => ({ ...barsOf(chart), width: 260 }));
  return { title: heading(title, subtitle), columns, spacing: 28, concat, config: theme } as Spec;
}

function barsOf({ names, value, bars }: BarChart): Record<string, unknown> {
  const data = bars.filter(({ value }) => Number.isFinite(value)).map(({ name, value, spread = 0, best = false }) => ({
    name,
    value,
    low: value - spread,
    high: value + spread,
    spread,
    best,
    label: value.toPrecision(3) + (best ? "  best" : ""),
  }));
  const y = { field: "name", type: "nominal", sort: null, title: names, axis: { grid: false } };
  const x = { field: "value", type: "quantitative", title: value.title, scale: scaleOf(value, true) };
  const colour = { condition: { test: "datum.best", value: palette[2] }, value: palette[0] };
  return {
    width: 420,
    height: { step: 26 },
    data: { values: data },
    encoding: { y },
    layer: [
      { mark: { type: "bar", height: { band: 0.62 } }, encoding: { x, color: colour } },
      ...(data.some(({ low }) => low < 0)
        ? [{ data: { values: [{}] }, mark: { type: "rule", color: grey }, encoding: { x: { datum: 0 }, y: null } }]
        : []),
      {
        transform: [{ filter: "datum.spread > 0" }],
        mark: { type: "rule", color: text, strokeWidth: 1.4 },
        encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } },
      },
      {
        mark: { type: "text", align: "left", dx: 6, fontSize: 11, color: text },
        encoding: { x: { field: "high", type: "quantitative" }, text: { field: "label", type: "nominal" } },
      },
    ],
  };
}
