/** Says while training, once, that a number has been getting worse: whoever waits can stop, or change something. */
import type { Graph } from "../graph/types.ts";
import { validationRises } from "../problems/messages/patience.ts";
import { warning } from "../problems/warning.ts";
import type { StepEnd } from "./due.ts";
import type { LogEntry } from "./log.ts";
import type { Measurement } from "./measure.ts";
import { measuredIn, unitOf, type Watched, watchedOf } from "./plateau.ts";
import { bestOf, trendOf } from "./trend.ts";

/**
 * Standard deviations of a trend by chance. It is looked for after every measurement: by the one in 40 that is asked of a
 * run that has ended, half of the runs that stay where they are would be told of a rise; with four, not one in sixty of
 * two hundred measurements each, and a rise of 0.4 % an epoch under noise of 1 % is told of after 14 epochs.
 */
const certain = 4;

/** What marks the warning in the log: it is given once in a run, however often that is resumed. */
const subject = "rising";

/** A number and what it was so far. */
export class Rising {
  readonly #watched: Watched | undefined;
  readonly #points: { x: number; value: number; training?: number | undefined }[];
  #told: boolean;

  /** @param log of the steps that are done */
  constructor(private readonly graph: Graph, log: readonly LogEntry[]) {
    this.#watched = watchedOf(graph);
    this.#points = this.#watched === undefined ? [] : [...measuredIn(log, this.#watched, unitOf(graph))];
    this.#told = log.some(({ event, about }) => event === "warning" && about === subject);
  }

  /** Takes what was measured. @returns the warning, as text and as it is logged, where one is due */
  take({ step, epoch }: StepEnd, measured: readonly Measurement[]): (LogEntry & { message: string }) | undefined {
    const found = measured.find(({ label }) => label === this.#watched?.label);
    if (found === undefined) return undefined;
    const unit = unitOf(this.graph);
    this.#points.push({ x: unit === "epoch" ? epoch : step, value: found.value, training: found.training });
    if (this.#told) return undefined;
    const trend = trendOf(this.#points, found.better, certain);
    const best = bestOf(this.#points, found.better);
    if (trend.kind !== "worse" || best === undefined) return undefined;
    this.#told = true;
    const { keep, patience } = this.graph.recipe.train;
    const message = warning(validationRises(found, { ...trend, unit }, best, {
      kept: keep.best !== undefined,
      patient: patience !== undefined,
    }));
    return { step, event: "warning", about: subject, message };
  }
}
