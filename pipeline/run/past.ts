/** What earlier processes left in the log of a run: its last loss, and the best of what was measured. */
import { isCalled } from "../kinds/metric.ts";
import type { LogEntry } from "./log.ts";
import type { Measurement } from "./measure.ts";
import { bestOf } from "./trend.ts";

/** The past of a run, and what is measured from now on. */
export class Past {
  /** The last loss that was logged. */
  readonly loss: number | undefined;
  readonly #measured: Record<string, number[]> = {};

  /**
   * @param log of the steps that are done
   * @param wanted the number that is watched, as `train.keep.best` names it. Default: the first that is measured
   */
  constructor(log: readonly LogEntry[], private readonly wanted: string | undefined) {
    const loss = log.findLast(({ event }) => event === undefined)?.loss;
    this.loss = typeof loss === "number" ? loss : undefined;
    for (const { event, ...values } of log) {
      if (event !== "metrics") continue;
      for (const [label, value] of Object.entries(values)) {
        if (typeof value === "number") (this.#measured[label] ??= []).push(value);
      }
    }
  }

  /** The number that is watched, among those that were measured; undefined where it is not one of them. */
  watched(measured: readonly Measurement[]): Measurement | undefined {
    const { wanted } = this;
    return wanted === undefined ? measured[0] : measured.find(({ name }) => isCalled(name, wanted));
  }

  /** Takes what was measured now. @returns whether the number that is watched is the best so far */
  take(measured: readonly Measurement[]): boolean {
    for (const { label, value } of measured) (this.#measured[label] ??= []).push(value);
    const { label, better, value } = this.watched(measured) ?? {};
    if (label === undefined || better === undefined) return false;
    return bestOf(this.#measured[label]!.map((value) => ({ value })), better)?.value === value;
  }
}
