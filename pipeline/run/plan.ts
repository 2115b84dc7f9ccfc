/** How far a run is to go, and how steps count towards it. */
import { batchCount } from "../data/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Position } from "./checkpoint.ts";

/** Numbers of a run. */
export interface Plan {
  /** Updates after which the recipe ends. */
  readonly totalSteps: number;
  /** Whole batches in an epoch. */
  readonly stepsPerEpoch: number;
  /** As in the recipe: undefined when it counts in steps. */
  readonly epochs: number | undefined;
  /** Pictures in a batch. */
  readonly batchSize: number;
}

/** The plan of a run that is at a position. `count`: pictures to train on. */
export function planOf(
  graph: Graph,
  count: number,
  { step, epoch, batch }: Pick<Position, "step" | "epoch" | "batch">,
): Plan {
  const { steps, epochs } = graph.recipe.train;
  const { batch_size: batchSize, repeats } = graph.one("dataset").options;
  const stepsPerEpoch = batchCount(count, { batchSize, repeats, training: true });
  // Epochs that are done may have had another length, where the pictures have changed since.
  const totalSteps = steps ?? step - batch + (epochs! - epoch) * stepsPerEpoch;
  return { totalSteps, stepsPerEpoch, epochs, batchSize };
}

/** The position after one more step. `seconds`: of training in all. */
export function afterStep(position: Position, { stepsPerEpoch }: Plan, seconds: number): Position {
  const { step, epoch, batch } = position;
  const ended = batch + 1 >= stepsPerEpoch;
  return {
    ...position,
    step: step + 1,
    epoch: ended ? epoch + 1 : epoch,
    batch: ended ? 0 : batch + 1,
    measured: false,
    seconds,
  };
}
