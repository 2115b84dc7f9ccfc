/** Intervals of a recipe, such as `1 epoch` or `500 steps`. */

/** How far training is after a step. */
export interface StepEnd {
  readonly step: number; // steps done
  readonly epoch: number; // epochs done
  readonly epochEnded: boolean; // whether this step was the last of its epoch
  readonly last: boolean; // whether training ends with this step
}

/** Whether something is due that is done every `interval`. At the end of training everything is. */
export function isDue(interval: string, { step, epoch, epochEnded, last }: StepEnd): boolean {
  const [number, unit] = interval.split(" ");
  const every = Number(number);
  return last || (unit!.startsWith("epoch") ? epochEnded && epoch % every === 0 : step % every === 0);
}
