/** Charts as data: what is drawn, before Vega-Lite draws it. */
import type { TopLevelSpec } from "vega-lite";
import { dashes, ink, palette, shade, theme } from "./theme.ts";

/** An axis. */
export interface ChartAxis {
  /** What it shows, with its unit in brackets where it has one: `time per step (ms)`. */
  readonly title: string;
  /** Default linear. A logarithmic axis has a tick at each value of its points, and leaves out what is not above 0. */
  readonly scale?: "linear" | "log";
  /** Ends. Default: those of the points, and zero for bars. What is beyond is cut off. */
  readonly range?: readonly [number, number];
  /** Whether a linear axis has zero on it. Default: bars alone do. */
  readonly zero?: boolean;
}

/** A point of a line. */
export interface ChartPoint {
  readonly x: number;
  /** Left out where it is not a number. */
  readonly y: number;
  /** Standard deviation, drawn as a band on both sides. */
  readonly spread?: number;
}

/** A line. */
export interface Series {
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

/** Lines over an axis. */
export interface LineChart {
  readonly title: string;
  /** What else a reader has to know, such as the data and the number of pictures. */
  readonly subtitle?: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  /** In the order of the legend. One series alone has none. */
  readonly series: readonly Series[];
  /** Heading of the legend. */
  readonly legend?: string;
  /** Whether the series are steps of one thing, such as moments: from light to dark of one colour. */
  readonly ordered?: boolean;
  /** Whether each point is marked: for few of them, that were measured. */
  readonly marks?: boolean;
  /** Points to point out, in words of one line above them. */
  readonly notes?: readonly {
    readonly x: number;
    readonly y: number;
    readonly text: string;
    /** Whether the words are below. */
    readonly below?: boolean;
  }[];
  /** Pixels of the area of the lines. Default 480 × 300. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** Where a chart is shown: on its own, or on a page that has its title, and its legend needs no room at the side. */
export type Place = "alone" | "page";

/** What Vega-Lite draws. */
export type Spec = TopLevelSpec;

/** Lines over an axis, with the spread of points as bands. */
export function lineChart(chart: LineChart, place: Place = "alone"): Spec {
  const { title, subtitle } = chart;
  if (place === "alone") return { ...lines(chart), title: heading(title, subtitle), config: theme } as Spec;
  const columns = chart.ordered ? 3 : (chart.size?.width ?? 0) < 400 ? 1 : 3;
  const legend = { ...theme.legend, orient: "top" as const, direction: "horizontal" as const, columns, offset: 6 };
  return { ...lines(chart), config: { ...theme, padding: 3, legend } } as Spec;
}

/** Several charts of lines as one picture, with one legend: lines of the same name look the same in all. */
export function panels(
  charts: readonly LineChart[],
  { title, subtitle, columns = 2 }: { title: string; subtitle?: string; columns?: number },
): Spec {
  const names = [...new Set(charts.flatMap(({ series }) => series.map(({ name }) => name)))];
  return {
    title: heading(title, subtitle),
    columns,
    spacing: 28,
    concat: charts.map((chart) => ({
      ...lines(chart, names),
      ...(chart.title === "" ? {} : { title: { text: chart.title, fontSize: 12.5, offset: 8 } }),
    })),
    resolve: { scale: { color: "shared", strokeDash: "shared" } },
    config: theme,
  } as Spec;
}

function lines(chart: LineChart, names = chart.series.map(({ name }) => name)): Record<string, unknown> {
  const {
    x,
    y,
    series,
    size = { width: 480, height: 300 },
    marks = false,
    legend = null,
    notes = [],
    ordered = false,
  } = chart;
  const data = series.flatMap(({ name, points }) =>
    points.filter((point) => drawable(point.x, x) && drawable(point.y, y)).map((point) => ({
      name,
      x: point.x,
      y: point.y,
      ...band(point, y),
    }))
  );
  // Only where there is something to cut off: else it halves the lines along the edge.
  const clip = data.some((point) => beyond(point.x, x) || beyond(point.low, y) || beyond(point.high, y));
  const xs = [...new Set(data.map((point) => point.x))].sort((a, b) => a - b);
  const looks = {
    color: {
      field: "name",
      type: "nominal",
      title: legend,
      scale: {
        domain: names,
        range: names.map((_, i) => ordered ? shade(i, names.length) : palette[i % palette.length]),
      },
      legend: names.length > 1 ? { symbolType: "stroke", symbolOpacity: 1 } : null,
    },
    strokeDash: {
      field: "name",
      type: "nominal",
      title: legend,
      scale: { domain: names, range: names.map((_, i) => dashes[Math.floor(i / palette.length) % dashes.length]) },
      legend: {},
    },
  };
  return {
    ...size,
    data: { values: data },
    encoding: {
      color: looks.color,
      x: {
        field: "x",
        type: "quantitative",
        title: x.title,
        scale: scaleOf(x, false),
        axis: {
          grid: false,
          ...ticks(xs),
          ...(x.scale === "log" && xs.length <= 12 ? { values: xs, format: "~g" } : {}),
        },
      },
    },
    layer: [
      {
        transform: [{ filter: "datum.high > datum.low" }],
        mark: { type: "area", opacity: 0.16, clip },
        encoding: {
          y: { field: "low", type: "quantitative", title: y.title, scale: scaleOf(y, false) },
          y2: { field: "high" },
        },
      },
      {
        mark: {
          type: "line",
          clip,
          strokeWidth: 2,
          strokeJoin: "round",
          ...(marks ? { point: { size: 42, filled: true, opacity: 1 } } : {}),
        },
        encoding: {
          y: {
            ...{ field: "y", type: "quantitative", title: y.title, scale: scaleOf(y, false) },
            axis: ticks(data.map((point) => point.y)),
          },
          ...(names.length > palette.length ? { strokeDash: looks.strokeDash } : {}),
        },
      },
      ...(notes.length === 0 ? [] : noteLayers(notes, y, xs[0])),
    ],
  };
}

/** Whole numbers, such as steps, have ticks at whole numbers: there is no step 16.5. */
function ticks(values: readonly number[]): { tickMinStep?: number } {
  return values.every(Number.isInteger) ? { tickMinStep: 1 } : {};
}

/** A ring at each point, and its text: to the left of it, but not over the axis that the first points are on. */
function noteLayers(
  notes: NonNullable<LineChart["notes"]>,
  y: ChartAxis,
  first: number | undefined,
): Record<string, unknown>[] {
  const encoding = {
    color: { value: ink.text },
    y: { field: "y", type: "quantitative", title: y.title, scale: scaleOf(y, false) },
  };
  const data = { values: notes };
  return [
    { data, mark: { type: "point", size: 60, strokeWidth: 1.6, fill: ink.paper, opacity: 1 }, encoding },
    ...notes.map((note) => ({
      data: { values: [note] },
      mark: {
        ...{ type: "text", dy: note.below ? 14 : -11, fontSize: 11 },
        ...(note.x === first ? { align: "left", dx: 6 } : { align: "right", dx: 4 }),
      },
      encoding: { ...encoding, text: { field: "text", type: "nominal" } },
    })),
  ];
}

/** A title, and what is below it. */
export function heading(text: string, subtitle: string | undefined) {
  return { text, ...(subtitle === undefined ? {} : { subtitle }) };
}

/** The scale of an axis. `otherwise`: whether zero is on it, unless it says so itself. */
export function scaleOf({ scale = "linear", range, zero: wanted }: ChartAxis, otherwise: boolean) {
  const zero = wanted ?? otherwise;
  return {
    type: scale,
    ...(range === undefined ? (scale === "log" ? { nice: false } : { zero }) : { domain: range, nice: false }),
  };
}

function drawable(value: number, { scale }: ChartAxis): boolean {
  return Number.isFinite(value) && (scale !== "log" || value > 0);
}

function beyond(value: number, { range: [least, most] = [-Infinity, Infinity] }: ChartAxis): boolean {
  return value < least || value > most;
}

function band({ y, spread = 0 }: ChartPoint, axis: ChartAxis): { low: number; high: number } {
  const low = y - spread;
  return { low: axis.scale === "log" && low <= 0 ? y : low, high: y + spread };
}
