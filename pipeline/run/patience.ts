/** When training ends because a number has not got better for long enough: `train.patience`. */
import { parseInterval } from "../kinds/interval.ts";
import { isCalled } from "../kinds/metric.ts";
import type { TrainSettings } from "../recipe/types.ts";
import { count, counted, decimal } from "../terminal/units.ts";
import type { Position } from "./checkpoint.ts";
import type { Measurement } from "./measure.ts";
import type { Plan } from "./plan.ts";

/** The best measurement of a number, at an update. */
export type Best = NonNullable<Position["best"]>;
/** Why training ended: the best measurement, and how long no other was better, such as `20 epochs`. */
export type Stopped = NonNullable<Position["stopped"]>;

/** The measurement of the number that `train.keep.best` names. */
export function wantedOf(measured: readonly Measurement[], { keep: { best } }: TrainSettings): Measurement | undefined {
  return measured.find(({ name }) => best !== undefined && isCalled(name, best));
}

/** The best measurement after this one, which was taken at `step`; that of before where it is not better. */
export function bestAfter(before: Best | undefined, found: Measurement | undefined, step: number): Best | undefined {
  if (found === undefined || !Number.isFinite(found.value)) return before;
  const { name: metric, value, better } = found;
  const improved = before === undefined || before.metric !== metric ||
    (better === "lower" ? value < before.value : value > before.value);
  return improved ? { metric, value, step } : before;
}

/** Why training ends with these measurements, where it does: judged where the number is measured, and not in between. */
export function stoppedBy(
  measured: readonly Measurement[],
  { best: before, step }: Position,
  train: TrainSettings,
  plan: Plan,
): Stopped | undefined {
  const found = wantedOf(measured, train);
  const best = bestAfter(before, found, step);
  if (train.patience === undefined || found === undefined || best === undefined) return undefined;
  return isOver(best.step, step, train.patience, plan) ? { ...best, patience: train.patience } : undefined;
}

/** A position to train on from: with more patience than it was stopped by, it is not stopped any more. */
export function patientPosition(position: Position, { patience }: TrainSettings, plan: Plan): Position {
  const { stopped, ...rest } = position;
  if (stopped === undefined) return position;
  const still = patience !== undefined && isOver(stopped.step, position.step, patience, plan);
  return still ? { ...rest, stopped: { ...stopped, patience } } : rest;
}

/** `noise has not got better for 20 epochs: 0.2152 at step 1,234 stays the best`. */
export function stoppedText({ metric, value, step, patience }: Stopped): string {
  const { every, epochs } = parseInterval(patience);
  const length = counted(every, epochs ? "epoch" : "step");
  return `${metric} has not got better for ${length}: ${decimal(value)} at step ${count(step)} stays the best`;
}

/** The override that has twice the patience. */
export function morePatience({ patience }: Pick<Stopped, "patience">): string {
  const { every, epochs } = parseInterval(patience);
  return `train.patience=${2 * every} ${epochs ? "epochs" : "steps"}`;
}

function isOver(best: number, step: number, patience: string, { stepsPerEpoch }: Plan): boolean {
  const { every, epochs } = parseInterval(patience);
  return step - best >= every * (epochs ? stepsPerEpoch : 1);
}
