/** Writes down what was measured between two steps: in the log, and in the state of the run. */
import { relative } from "node:path";
import type { TrainSettings } from "../recipe/types.ts";
import type { Position } from "./checkpoint.ts";
import type { RunLog } from "./log.ts";
import { loggedOf, type Measurement } from "./measure.ts";
import { bestAfter, type Stopped, wantedOf } from "./patience.ts";
import type { Preview } from "./preview.ts";

/** What was done, and whether training ends with it. */
export interface Noted {
  readonly measured: readonly Measurement[];
  readonly preview: Preview | undefined;
  readonly stopped: Stopped | undefined;
}

/** Logs what was measured and drawn. @returns the state of the run after it: its `best` is another where it is better */
export function note(
  { measured, preview, stopped }: Noted,
  position: Position,
  { log, folder, train }: { readonly log: RunLog; readonly folder: string; readonly train: TrainSettings },
): Position {
  const { step, epoch } = position;
  const { values, training, parts } = loggedOf(measured);
  if (measured.length > 0) log.append({ step, event: "metrics", epoch, ...values, ...training, ...parts });
  if (preview !== undefined) log.append({ step, event: "samples", epoch, file: relative(folder, preview.file) });
  if (stopped !== undefined) {
    const { metric, value, step: since, patience } = stopped;
    log.append({ step, event: "stopped", epoch, metric, best: value, since, patience });
  }
  const best = bestAfter(position.best, wantedOf(measured, train), step);
  const metrics = { ...position.metrics, ...values };
  return { ...position, metrics, ...(best && { best }), ...(stopped && { stopped }) };
}
