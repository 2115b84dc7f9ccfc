/** The facts at the head of a report: how far a run came, how well it does, where and when it ran. */
import type { Graph } from "../../graph/types.ts";
import type { TrainingCost } from "../../programs/cost.ts";
import type { LogEntry } from "../../run/log.ts";
import { numbersOf } from "../../run/measure.ts";
import { measuredIn, plateauText, type Unit, unitOf, watchedOf } from "../../run/plateau.ts";
import { stoppedText } from "../../run/patience.ts";
import { bestOf, type TrendPoint } from "../../run/trend.ts";
import { count, counted, decimal, duration, rate, scaled, withSpread } from "../../terminal/units.ts";
import type { History } from "./history.ts";
import { describeNumber } from "./names.ts";
import { between, localTime } from "./times.ts";

/** A fact, and what explains it. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

/** What is known of a run. */
export interface Known {
  readonly graph: Graph;
  readonly log: readonly LogEntry[];
  readonly history: History;
  readonly cost: TrainingCost | undefined;
  /** Of the newest checkpoint: its steps, and the seconds of training they took. */
  readonly saved: { readonly steps: number; readonly seconds: number } | undefined;
  /** Whether a process trains it now. */
  readonly busy: boolean;
  /** When the page is written. */
  readonly now: Date;
}

const mostStarts = 4; // that are told one by one

/** The facts, the weightiest first. */
export function factsOfRun(known: Known): Fact[] {
  const { graph, history, cost, log } = known;
  const unit = unitOf(graph);
  const watched = watchedOf(graph);
  const plateau = watched && plateauText(measuredIn(log, watched, unit), watched, unit);
  const numbers = numbersOf(graph);
  const names = [...new Set([...numbers.map(({ label }) => label), ...history.metrics.map(({ name }) => name)])];
  return [
    trained(known),
    ...(plateau === undefined ? [] : [{ label: "Does longer pay?", value: plateau }]),
    ...names.flatMap((name) => {
      const { title, better, text } = describeNumber(name, numbers);
      const points = measuredIn(log, { label: name, better: better ?? "lower" }, unit);
      const last = points.at(-1);
      if (last === undefined) return [];
      const best = better && bestOf(points, better);
      const spread = history.metrics.find((curve) => curve.name === name)?.points.at(-1)?.spread;
      return [{
        label: title,
        value: measured({ ...last, spread }, best, unit),
        note: [text, gap(last)].filter(Boolean).join(" "),
      }];
    }),
    ...pace(known),
    ...(cost === undefined ? [] : [{
      label: "Network",
      value: `${counted(cost.parameters, "parameter")}, ${scaled(cost.stepFlops, "FLOP")} a step`,
    }]),
    ...starts(known),
  ];
}

function trained({ graph, history: { done, stopped, training }, saved, busy }: Known): Fact {
  const { epochs, steps } = graph.recipe.train;
  const [reached, wanted, unit] = epochs === undefined ? [done.steps, steps!, "step"] : [done.epochs, epochs, "epoch"];
  const state = reached >= wanted
    ? "finished"
    : busy
    ? "training now"
    : stopped === undefined
    ? "stopped"
    : "ended by train.patience";
  const loss = training.find(({ name }) => name === "loss")?.points.at(-1)?.y;
  const time = saved === undefined || saved.steps === 0
    ? ""
    : `; ${count(saved.steps)} of them in ${duration(saved.seconds)} are saved`;
  const whole = saved?.steps === done.steps;
  return {
    label: "Trained",
    value: `${count(reached)} of ${counted(wanted, unit)}, ${state}`,
    note: `${counted(done.steps, "step")}${whole ? ` in ${duration(saved.seconds)}` : time}` +
      (loss === undefined ? "" : `; last loss ${decimal(loss)}`) +
      (stopped === undefined ? "" : `; ${stoppedText(stopped)}`),
  };
}

type Shown = TrendPoint & { readonly spread?: number | undefined };

function measured(last: Shown, best: TrendPoint | undefined, unit: Unit): string {
  const at = ({ value, x, spread }: Shown) => `${withSpread(value, spread)} at ${unit} ${count(x)}`;
  if (best === undefined) return at(last);
  return best.x === last.x ? `${at(last)}, the best` : `${at(last)}; best ${at(best)}`;
}

function gap({ value, training }: TrendPoint): string {
  if (training === undefined) return "";
  const part = 100 * (value / training - 1);
  const how = !Number.isFinite(part)
    ? ""
    : `: validation is ${Math.abs(part).toFixed(1)} % ${part < 0 ? "below" : "above"}`;
  return `Training pictures, measured alike: ${decimal(training)}${how}.`;
}

function pace({ graph, saved }: Known): Fact[] {
  if (saved === undefined || saved.steps === 0) return [];
  const each = saved.seconds / saved.steps;
  const text = each < 1 ? `${(1000 * each).toFixed(each < 0.1 ? 1 : 0)} ms` : `${each.toFixed(2)} s`;
  const images = rate(graph.one("dataset").options.batch_size / each);
  return [{ label: "Pace", value: `${text} a step, ${images} images/s` }];
}

function starts({ history: { starts }, now }: Known): Fact[] {
  const left = starts.length - mostStarts;
  return starts.filter((_, i) => left <= 0 || i === 0 || i > left).flatMap(({ step, time, backend }, i) => {
    const passed = between(time, now);
    const label = i === 0 ? "Started" : `Resumed at step ${count(step)}`;
    const value = localTime(time) + (passed === undefined ? "" : `, ${passed} before this page was written`);
    const fact = { label, value, note: backend };
    return i === 0 && left > 0 ? [fact, { label: "Resumed", value: `${count(left)} times more in between` }] : [fact];
  });
}
