/** Whether longer training pays, in a sentence, from what a run has measured. */
import type { Graph } from "../graph/types.ts";
import { isCalled } from "../kinds/metric.ts";
import { count, decimal } from "../terminal/units.ts";
import type { LogEntry } from "./log.ts";
import { type Measurement, numbersOf } from "./measure.ts";
import { bestOf, trendOf, type TrendPoint } from "./trend.ts";

/** A number that is measured again and again. */
export type Watched = Pick<Measurement, "label" | "better">;

/** The number that tells how a run does: that of `train.keep.best`, else the first of the recipe. */
export function watchedOf(graph: Graph): Watched | undefined {
  const { best } = graph.recipe.train.keep;
  const numbers = numbersOf(graph);
  return best === undefined ? numbers[0] : numbers.find(({ name }) => isCalled(name, best));
}

/** Where in training something was measured: by epochs where the recipe counts them. */
export type Unit = "epoch" | "step";

/** What a run counts in. */
export function unitOf(graph: Graph): Unit {
  return graph.recipe.train.epochs === undefined ? "step" : "epoch";
}

/** What the log says of a number. */
export function measuredIn(log: readonly LogEntry[], { label }: Watched, unit: Unit): TrendPoint[] {
  return log.flatMap((entry) => {
    const [x, value, training] = [entry[unit], entry[label], entry[`${label} training`]];
    if (entry.event !== "metrics" || typeof x !== "number" || typeof value !== "number") return [];
    return [{ x, value, ...(typeof training === "number" ? { training } : {}) }];
  });
}

/** `noise still falls, by 3.5 % since epoch 24: longer pays; best 0.2152 at epoch 34`. Undefined where nothing was measured. */
export function plateauText(points: readonly TrendPoint[], { label, better }: Watched, unit: Unit): string | undefined {
  const best = bestOf(points, better);
  if (best === undefined) return undefined;
  const [gains, loses] = better === "lower" ? ["falls", "rises"] : ["rises", "falls"];
  const at = (x: number) => `${unit} ${count(x)}`;
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  const trend = trendOf(points, better);
  const said = (() => {
    switch (trend.kind) {
      case "short":
        return `${label} was measured ${points.length === 1 ? "once" : `${points.length} times`}: ` +
          `${trend.needed} times tell whether longer pays`;
      case "better":
        return `${label} still ${gains}, by ${percent(trend.change)} since ${at(trend.since)}: longer pays`;
      case "flat":
        return `${label} is flat since ${at(trend.since)}: longer changes little`;
      case "worse":
        return `${label} ${loses} since ${at(trend.since)}, by ${percent(trend.change)}${reason(trend.alone)}`;
    }
  })();
  return `${said}; best ${decimal(best.value)} at ${at(best.x)}`;
}

function reason(alone: boolean | undefined): string {
  if (alone === undefined) return ": longer does harm";
  return alone
    ? ", and that of training pictures does not: overfitting"
    : ", and so does that of training pictures: not overfitting, rather a learning rate that is too high";
}
