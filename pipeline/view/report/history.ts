/** What the log of a run tells: losses, measurements and times. */
import type { LogEntry } from "../../run/log.ts";
import type { Stopped } from "../../run/patience.ts";
import type { ChartPoint } from "../plots/mod.ts";
import { type LevelHistory, levelHistoryOf } from "./levels.ts";

/** A line over steps. */
export interface Curve {
  readonly name: string;
  readonly points: readonly ChartPoint[];
}

/** A number that metrics measured. */
export interface MeasuredCurve extends Curve {
  /** The same of training pictures, where it was measured. */
  readonly training?: readonly ChartPoint[];
  /** The same of each class, where it was measured. */
  readonly classes?: readonly Curve[];
}

/** The history of a run. */
export interface History {
  /** Errors of each training step by name: `loss`, and those that are only tracked. */
  readonly training: readonly Curve[];
  /** How updates went: `learning_rate`, `gradient_norm`, and `skipped`, the steps so far that changed nothing. */
  readonly updates: readonly Curve[];
  /** Measurements of metrics by name, with their spread where they have one. */
  readonly metrics: readonly MeasuredCurve[];
  /** Measurements by noise level. */
  readonly levels: readonly LevelHistory[];
  /** Seconds a step, of each epoch of which the log knows when it began: `x` is its last step. */
  readonly pace: readonly ChartPoint[];
  /** When it was started and resumed. */
  readonly starts: readonly { readonly step: number; readonly time: string; readonly backend: string }[];
  /** What training warned of. */
  readonly warnings: readonly string[];
  /** Why it ended before the recipe's end, where it did and was not resumed since. */
  readonly stopped: Stopped | undefined;
  /** The loss of a network that answers zero. */
  readonly zero: number | undefined;
  /** Steps and epochs that the log tells of. */
  readonly done: { readonly steps: number; readonly epochs: number };
}

const ofUpdates = new Set(["learning_rate", "gradient_norm", "skipped"]);

/** Reads the history out of a log. */
export function historyOf(log: readonly LogEntry[]): History {
  const training = new Map<string, ChartPoint[]>();
  const updates = new Map<string, ChartPoint[]>();
  const metrics = new Map<string, ChartPoint[]>();
  const beside = new Map<string, ChartPoint[]>();
  const classes = new Map<string, Map<string, ChartPoint[]>>();
  const epochs: { step: number; seconds: number }[] = [{ step: 0, seconds: 0 }];
  const starts: History["starts"][number][] = [];
  const warnings: string[] = [];
  let zero: number | undefined;
  let stopped: Stopped | undefined;
  const add = (to: Map<string, ChartPoint[]>, name: string, point: ChartPoint) =>
    void (to.get(name) ?? to.set(name, []).get(name)!).push(point);
  for (const { step, event, ...rest } of log) {
    if (event === undefined) {
      stopped = undefined;
      for (const [name, value] of numbers(rest)) {
        add(ofUpdates.has(name) ? updates : training, name, { x: step, y: value });
      }
    } else if (event === "metrics") {
      const values = new Map(numbers(rest));
      for (const [name, value] of values) {
        const [, whole = "", what] = /^(.*) (spread|training)$/.exec(name) ?? [];
        if (name === "epoch" || (what === "spread" && values.has(whole))) continue;
        if (what === "training" && values.has(whole)) {
          add(beside, whole, { x: step, y: value });
          continue;
        }
        const spread = values.get(`${name} spread`);
        add(metrics, name, { x: step, y: value, ...(spread === undefined ? {} : { spread }) });
      }
      for (const [name, values] of Object.entries(Object(rest.by_class))) {
        const own = classes.get(name) ?? classes.set(name, new Map()).get(name)!;
        for (const [of, value] of numbers(Object(values))) add(own, of, { x: step, y: value });
      }
    } else if (event === "epoch") epochs.push({ step, seconds: Number(rest.seconds) });
    else if (event === "start" || event === "resume") {
      starts.push({ step, time: String(rest.time ?? ""), backend: String(rest.backend ?? "") });
      if (typeof rest.zero_output_loss === "number") zero ??= rest.zero_output_loss;
    } else if (event === "stopped") {
      const { metric, best, since, patience } = rest;
      stopped = { metric: String(metric), value: Number(best), step: Number(since), patience: String(patience) };
    } else if (event === "warning") warnings.push(String(rest.message));
  }
  const curves = (from: Map<string, ChartPoint[]>): Curve[] => [...from].map(([name, points]) => ({ name, points }));
  const pace = epochs.slice(1).map(({ step, seconds }, i) => {
    const before = epochs[i]!;
    return { x: step, y: (seconds - before.seconds) / (step - before.step) };
  }).filter(({ y }) => y > 0);
  const measured = curves(metrics).map((curve) => {
    const training = beside.get(curve.name), own = classes.get(curve.name);
    return {
      ...curve,
      ...(training === undefined ? {} : { training }),
      ...(own === undefined ? {} : { classes: curves(own) }),
    };
  });
  const done = {
    steps: log.findLast(({ event }) => event === undefined)?.step ?? 0, // a skipped one may have no loss
    epochs: Number(log.findLast(({ event }) => event === "epoch")?.epoch ?? 0),
  };
  return {
    training: curves(training),
    updates: curves(updates),
    metrics: measured,
    levels: levelHistoryOf(log),
    pace,
    starts,
    warnings,
    stopped,
    zero,
    done,
  };
}

/**
 * Fewer points, each the mean of as many in a row: what a curve of thousands of steps says. Its `x` is that of the last
 * one, as if it was measured there.
 */
export function means(points: readonly ChartPoint[], most: number): ChartPoint[] {
  const size = Math.ceil(points.length / most);
  if (size <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const part = points.slice(i * size, (i + 1) * size);
    return { x: part.at(-1)!.x, y: part.reduce((sum, { y }) => sum + y, 0) / part.length };
  });
}

function numbers(entry: Readonly<Record<string, unknown>>): [string, number][] {
  return Object.entries(entry).filter((pair): pair is [string, number] => typeof pair[1] === "number");
}
