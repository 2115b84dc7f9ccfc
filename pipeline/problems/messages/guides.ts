/** Messages about models that guide others, in alphabetical order of code. */
import { counted } from "../../terminal/units.ts";
import { listed, type Message, quote } from "./text.ts";

const kept = (steps: readonly number[], unit: string) =>
  steps.length === 0
    ? "the run has kept no weights from before"
    : `the run has kept those of ${unit} ${listed(steps.map(String), "and", 12)}`;

/** What may guide. */
export const guides =
  'what can guide: earlier, a moment of the run such as "2 epochs" or "500 steps", another run, or class';

const nameAnother = 'name another model by its path, such as runs/small, or a moment, such as "500 steps"';

const momentText = (unit: "epoch" | "step", number: number) => quote(counted(number, unit));

/** A moment that a training ends at, or before. */
export function guideAfterEnd(
  unit: "epoch" | "step",
  number: number,
  totalSteps: number,
  stepsPerEpoch: number,
): Message {
  const epochs = totalSteps / stepsPerEpoch;
  const end = unit === "epoch" && Number.isInteger(epochs) ? counted(epochs, "epoch") : counted(totalSteps, "step");
  return {
    code: "guide-after-end",
    message: `Cannot guide by ${momentText(unit, number)}: training ends after ${end}`,
    help: ["name an earlier moment, or write by: earlier"],
  };
}

/** A run that has nothing early enough. */
export function guideEarlierMissing(folder: string, step: number, steps: readonly number[]): Message {
  return {
    code: "guide-earlier-missing",
    message: `Cannot guide by earlier: ${quote(folder)} has no weights of the first half of its ${
      counted(step, "step")
    }`,
    help: [kept(steps, "step"), 'train with snapshots, such as train.snapshots="1 epoch"', nameAnother],
  };
}

/** A guide without a name. */
export function guideEmpty(): Message {
  return { code: "guide-empty", message: "Cannot guide by an empty name", help: [guides] };
}

/** A moment that nothing was kept of. */
export function guideMomentMissing(
  folder: string,
  unit: "epoch" | "step",
  number: number,
  numbers: readonly number[],
): Message {
  return {
    code: "guide-moment-missing",
    message: `Cannot guide by ${momentText(unit, number)}: ${quote(folder)} has no weights of that moment`,
    help: [kept(numbers, unit), 'train with snapshots, such as train.snapshots="1 epoch"'],
  };
}

/** Snapshots that are never taken. */
export function guideNeverKept(by: string): Message {
  return {
    code: "guide-never-kept",
    message: `Cannot guide by ${quote(by)}: this training keeps no snapshots`,
    help: ['keep some, such as train.snapshots="1 epoch", or name another model by its path, such as by: runs/small'],
  };
}

/** A moment between two snapshots. */
export function guideNeverTaken(unit: "epoch" | "step", number: number, snapshots: string): Message {
  return {
    code: "guide-never-taken",
    message: `Cannot guide by ${momentText(unit, number)}: snapshots are taken every ${snapshots}`,
    help: [`name a multiple of ${snapshots}, or change train.snapshots`],
  };
}

/** Pictures that are drawn before there is anything to be guided by. */
export function guideNotYet(id: string, by: string): Message {
  return {
    code: "guide-not-yet",
    message: `Pictures of ${id} are drawn without guidance as long as there is no snapshot to be guided by (${
      quote(by)
    })`,
    help: [],
  };
}

/** A model that means something else by what both are given. */
export function guideUnfit(path: string, differences: readonly string[]): Message {
  return {
    code: "guide-unfit",
    message: `Cannot guide by ${quote(path)}: it was trained for something else`,
    help: [
      ...differences,
      "guide by a model with the same images, normalizer and classes; network and parametrization may be others",
    ],
  };
}

/** A snapshot of the same run, for a file that is in none. */
export function guideWithoutRun(path: string): Message {
  return {
    code: "guide-without-run",
    message: `Cannot guide by a snapshot of the same run: ${quote(path)} is not in the folder of a run`,
    help: [
      "use the run folder, which has snapshots and checkpoints",
      "or name another model by its path: --guide runs/small",
    ],
  };
}

/** A log-SNR, for people. */
export const logSnrText = (logSnr: number): string => `a log-SNR of ${Number(logSnr.toFixed(2))}`;
