/** How a sweep is asked for, and what it comes to. */
import type { TrainOptions } from "../train.ts";
import type { SweepCell } from "./table.ts";

/** How to sweep. */
export interface SweepOptions extends Pick<TrainOptions, "plugins" | "trust" | "runs" | "cache" | "hold"> {
  /** Settings: those with several values, such as `schedule=cosine,linear`, span the grid, with `sweep` of the recipe. */
  readonly overrides?: readonly string[];
  /**
   * Averages of the weights of a trained model, as `LoadOptions.ema` names them: a part of the grid. Default: the first of
   * the recipe.
   */
  readonly ema?: readonly string[];
  /** What a user types before the recipe to sweep it. Default `deno task sweep`. */
  readonly command?: string;
  /** Starts over; what is in the folder of the sweep is moved aside. */
  readonly fresh?: boolean;
  /** Stops after the step that is under way; the same sweep resumes there. */
  readonly signal?: AbortSignal;
}

/** What a sweep came to. */
export interface SweepResult {
  /** Whether it finished, or a signal stopped it. */
  readonly outcome: "finished" | "interrupted";
  /**
   * `runs/<name>-sweep`: a run folder for each model, `sweep.json`, and the table and chart of it. Of a trained model:
   * `sweep` in its run folder, without the run folders.
   */
  readonly folder: string;
  /** What was measured, in the order of the grid. */
  readonly cells: readonly SweepCell[];
  /** Table, chart and samples, once all is measured. */
  readonly files: readonly string[];
}
