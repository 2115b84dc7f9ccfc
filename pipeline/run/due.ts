/** When something is due that is done every so often. */
import { parseInterval } from "../kinds/interval.ts";

/** How far training is after a step. */
export interface StepEnd {
  readonly step: number; // steps done
  readonly epoch: number; // epochs done
  readonly epochEnded: boolean; // whether this step was the last of its epoch
  readonly last: boolean; // whether training ends with this step
}

/** What remains of training: where it is, and where it ends. */
export interface Remaining {
  readonly step: number; // steps done
  readonly epoch: number; // epochs done
  readonly batch: number; // batches done in the epoch under way
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}

/** How often something is due from here to the end that is done every `interval`. */
export function timesDue(interval: string, { step, epoch, batch, totalSteps, stepsPerEpoch }: Remaining): number {
  const left = totalSteps - step;
  if (left <= 0) return 0;
  const { every, epochs } = parseInterval(interval);
  const start = epochs ? epoch : step;
  const end = epochs ? epoch + Math.floor((batch + left) / stepsPerEpoch) : totalSteps;
  const lastIsOne = end % every === 0 && (!epochs || (batch + left) % stepsPerEpoch === 0);
  return Math.floor(end / every) - Math.floor(start / every) + (lastIsOne ? 0 : 1);
}

/** Whether something is due that is done every `interval`. At the end of training everything is. */
export function isDue(interval: string, { step, epoch, epochEnded, last }: StepEnd): boolean {
  const { every, epochs } = parseInterval(interval);
  return last || (epochs ? epochEnded && epoch % every === 0 : step % every === 0);
}
