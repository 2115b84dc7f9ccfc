/** Weights that a run has kept of earlier moments of its training: snapshots, and checkpoints. */
import { join } from "node:path";
import { listCheckpoints, readModelPosition } from "./checkpoint.ts";
import { listSnapshots } from "./snapshots.ts";

/** Weights of a moment. */
export interface Moment {
  readonly path: string;
  /** Updates that they have seen. */
  readonly step: number;
  /** Epochs done; 0 where it was not asked for. */
  readonly epoch: number;
}

/**
 * Those of a run before a step, in the order of training; snapshots where there are both.
 *
 * @param options `epochs`: with their epoch, which is read; `checkpoints`: not snapshots alone
 */
export async function momentsOf(
  run: string,
  before: number,
  { epochs, checkpoints }: { readonly epochs: boolean; readonly checkpoints: boolean },
): Promise<Moment[]> {
  const byStep = new Map(
    [...checkpoints ? await listCheckpoints(join(run, "checkpoints")) : [], ...await listSnapshots(run)]
      .map((found) => [found.step, found]),
  );
  const found = [...byStep.values()].filter(({ step }) => step < before).sort((a, b) => a.step - b.step);
  return await Promise.all(
    found.map(async ({ path, step }) => ({ path, step, epoch: epochs ? (await readModelPosition(path)).epoch : 0 })),
  );
}

/** Part of the training after which a snapshot guides best: between the 1/16 and the 1/4 of Karras et al. 2024, section 5.1. */
const part = 1 / 8;

/**
 * What guides a model as `earlier`: weights of about an eighth of its training, by the ratio of steps. Those of more than
 * half of it are too much like the model; undefined where there are no others.
 */
export function earlierMoment(moments: readonly Moment[], step: number): Moment | undefined {
  const distance = (moment: Moment) => Math.abs(Math.log(moment.step / (part * step)));
  return moments.filter((moment) => moment.step > 0 && moment.step <= step / 2)
    .reduce<Moment | undefined>(
      (best, moment) => best === undefined || distance(moment) < distance(best) ? moment : best,
      undefined,
    );
}
