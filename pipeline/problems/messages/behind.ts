/**
 * Messages about what lies behind a run and has changed since: its pictures, the program, the machine. In alphabetical
 * order of code.
 */
import { counted, listed, type Message, quote } from "./text.ts";

/** What follows from other training pictures, for any message that says so. `fitted`: there are statistics of pixels. */
function consequences(fitted: boolean): string[] {
  return [
    "training continues from the checkpoint's weights; the interrupted epoch starts again",
    "from here on the weights are not bit-identical to those of an undisturbed run",
    ...(fitted ? ["the normalizer keeps the statistics of the pictures it was fitted to"] : []),
    "to train on these pictures alone, start over with --fresh",
  ];
}

/** The same backend of another version, or on another processor. */
export function buildChanged(backend: string, before: string, now: string): Message {
  return {
    code: "build-changed",
    message: `Backend ${backend} ran on ${before} and now runs on ${now}: the weights may differ in their last bits`,
    help: ["training continues; results are bit-identical only on the same version and device"],
  };
}

/** Names of classes that have changed while the labels stay the same. */
export function classesRenamed(before: readonly string[], now: readonly string[]): Message {
  const renamed = now.flatMap((name, i) => name === before[i] ? [] : [`${before[i] ?? "(none)"} → ${name}`]);
  return {
    code: "classes-renamed",
    message: `The dataset has new names for ${
      renamed.length === 1 ? "one class" : `${renamed.length} classes`
    }: the pictures are unchanged, and training continues exactly`,
    help: [listed(renamed.map(quote), undefined, 8)],
  };
}

/** Training pictures that have changed. `lines`: what has become of which, such as "3 added: a.png, b.png and 1 more". */
export function dataChanged(step: number, lines: readonly string[], fitted: boolean): Message {
  return {
    code: "data-changed",
    message: `The training pictures have changed since step ${step}`,
    help: [...lines, ...consequences(fitted)],
  };
}

/** Training pictures of which only the number is known. */
export function dataCountChanged(before: number, now: number, fitted: boolean): Message {
  return {
    code: "data-changed",
    message: `The dataset had ${counted(before, "training picture")} and now has ${now}`,
    help: consequences(fitted),
  };
}

/** Another place for the data of a checkpoint that does not say what they were. */
export function dataUnknown(moved: readonly string[]): Message {
  return {
    code: "data-unknown",
    message: "The data have moved, and there is no way to tell whether they are the same",
    help: [...moved, "the checkpoint was written by an older version, which stored no digests of the pictures"],
  };
}

/** Validation pictures that have changed. */
export function heldOutChanged(before: number | undefined, now: number): Message {
  const count = before === undefined || before === now ? "" : `: there were ${before} and there are ${now}`;
  return {
    code: "held-out-changed",
    message: `The validation pictures have changed${count}`,
    help: ["training continues exactly; metrics from here on are not comparable with earlier ones"],
  };
}

/** Measurements on other pictures than those that were held out while training. */
export function measuredOnOthers(): Message {
  return {
    code: "measured-on-others",
    message: "The validation pictures are not the ones that were held out when this model was trained",
    help: [
      "the model may have seen some of them, and the numbers are not comparable with those of the run",
      "to see which pictures have changed, train for one more step, or start over with --fresh",
    ],
  };
}

/** Metrics that measure with other weights than before. */
export function measuringWithOthers(ids: readonly string[]): Message {
  return {
    code: "measuring-with-others",
    message: `What ${listed(ids.map(quote), "and")} ${ids.length === 1 ? "measures" : "measure"} with has changed`,
    help: ["training continues exactly; numbers from here on are not comparable with earlier ones"],
  };
}

/** A checkpoint of another version of the program. */
export function versionChanged(before: string, now: string): Message {
  return {
    code: "version-changed",
    message: `The checkpoint was written by denoise ${before}, and this is denoise ${now}`,
    help: ["training continues; the weights may differ from those of the other version"],
  };
}
