/**
 * Messages about what lies behind a run and has changed since: its pictures, the program, the machine. In alphabetical
 * order of code.
 */
import { counted, listed, quote, type Text } from "./text.ts";

/** What follows from other training pictures, for any message that says so. `fitted`: there are statistics of pixels. */
function consequences(fitted: boolean): string[] {
  return [
    "training continues from the weights of the checkpoint; the epoch that was under way begins again",
    "from here on the weights are not, bit for bit, those of a run that nothing disturbed",
    ...(fitted ? ["the normalizer keeps the statistics of the pictures it was fitted to"] : []),
    "to train on these pictures alone, start over with --fresh",
  ];
}

/** The same backend of another version, or on another processor. */
export function buildChanged(backend: string, before: string, now: string): Text {
  return {
    code: "build-changed",
    message: `Backend ${backend} ran on ${before} and runs on ${now} now: the weights may differ in their last bits`,
    help: ["training continues; only on the same version and device does it give the same bits"],
  };
}

/** Names of classes that have changed while the labels stay the same. */
export function classesRenamed(before: readonly string[], now: readonly string[]): Text {
  const renamed = now.flatMap((name, i) => name === before[i] ? [] : [`${before[i] ?? "(none)"} → ${name}`]);
  return {
    code: "classes-renamed",
    message: `The dataset has other names for ${
      renamed.length === 1 ? "one class" : `${renamed.length} classes`
    } than before: the pictures are the same, and training continues exactly`,
    help: [listed(renamed.map(quote), undefined, 8)],
  };
}

/** Training pictures that have changed. `lines`: what has become of which, such as "3 added: a.png, b.png and 1 more". */
export function dataChanged(step: number, lines: readonly string[], fitted: boolean): Text {
  return {
    code: "data-changed",
    message: `The training pictures have changed since step ${step}`,
    help: [...lines, ...consequences(fitted)],
  };
}

/** Training pictures of which only the number is known. */
export function dataCountChanged(before: number, now: number, fitted: boolean): Text {
  return {
    code: "data-changed",
    message: `The dataset had ${counted(before, "training picture")} and has ${now} now`,
    help: consequences(fitted),
  };
}

/** Another place for the data of a checkpoint that does not say what they were. */
export function dataUnknown(moved: readonly string[]): Text {
  return {
    code: "data-unknown",
    message: "The data are in another place now, and whether they are the same cannot be told",
    help: [...moved, "the checkpoint is of an older version, which did not keep digests of the pictures"],
  };
}

/** Validation pictures that have changed. */
export function heldOutChanged(before: number | undefined, now: number): Text {
  const count = before === undefined || before === now ? "" : `: there were ${before} and there are ${now}`;
  return {
    code: "held-out-changed",
    message: `The validation pictures have changed${count}`,
    help: ["the weights continue exactly; numbers that metrics measure from here on do not compare with those before"],
  };
}

/** Measurements on other pictures than those that were held out while training. */
export function measuredOnOthers(): Text {
  return {
    code: "measured-on-others",
    message: "The validation pictures are not those that were held out while this model was trained",
    help: [
      "some of them may have been trained on, and numbers do not compare with those of the run",
      "train on for a step, or start over with --fresh, and the run tells which pictures have changed",
    ],
  };
}

/** Metrics that measure with other weights than before. */
export function measuringWithOthers(ids: readonly string[]): Text {
  return {
    code: "measuring-with-others",
    message: `What ${listed(ids.map(quote), "and")} ${ids.length === 1 ? "measures" : "measure"} with has changed`,
    help: ["the weights of the model continue exactly; numbers from here on do not compare with those before"],
  };
}

/** A checkpoint of another version of the program. */
export function versionChanged(before: string, now: string): Text {
  return {
    code: "version-changed",
    message: `The checkpoint was written by denoise ${before}, and this is denoise ${now}`,
    help: ["training continues; the weights may differ from those that the other version would give"],
  };
}
