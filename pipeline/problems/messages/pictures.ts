/** Messages about pictures of runs, in alphabetical order of code. Paths stay whole. */
import { pathHints } from "../../../lib/files/mod.ts";
import { choices, counted, listed, type Message, quote } from "./text.ts";
import { runHelp } from "./runs.ts";

/** Two models whose pictures do not fit into one figure. Sizes: such as `32×32`. */
export function besideDiffers(path: string, size: string, own: string): Message {
  return {
    code: "beside-differs",
    message: `Cannot draw "${path}" beside it: its pictures have ${size} pixels, not ${own}`,
    help: ["name a run of pictures of the same size"],
  };
}

/** Fewer evaluations of the network than a step takes. */
export function evaluationsTooFew(sampler: string, evaluations: number, perStep: number): Message {
  return {
    code: "evaluations-too-few",
    message: `Cannot draw ${sampler} in ${counted(evaluations, "evaluation")}: each of its steps takes ${perStep}`,
    help: [`name ${perStep} evaluations or more, such as --evaluations ${[1, 2, 4].map((n) => n * perStep).join(",")}`],
  };
}

/** A sampler that chooses its own steps. */
export function evaluationsUnasked(sampler: string): Message {
  return {
    code: "evaluations-unasked",
    message: `Cannot draw ${sampler} in a number of evaluations: it takes as many as its tolerance asks for`,
    help: ["leave it out here; deno task sample says how many it took"],
  };
}

/** A dataset without a picture to take apart. */
export function heldOutMissing(): Message {
  return {
    code: "held-out-missing",
    message: "Cannot take a picture from the dataset: it has no validation pictures",
    help: ["name a picture: --image FILE"],
  };
}

/** A picture file that cannot be used. */
export function imageUnreadable(path: string, reason: string): Message {
  return {
    code: "image-unreadable",
    message: `Cannot read the picture "${path}": ${reason}`,
    help: [
      ...(/no such file/i.test(reason) ? pathHints(path) : []),
      "name a JPEG, PNG, WebP, GIF, AVIF or TIFF file",
    ],
  };
}

/** Seeds go under the pictures of a grid. */
export function labelsWithoutGrid(): Message {
  return {
    code: "labels-without-grid",
    message: "Cannot write seeds under pictures that are files of their own",
    help: ["--grid grid.png draws all in one picture, with --labels"],
  };
}

/** Kept measurements of other pictures or weights. */
export function measuredAgain(count: number): Message {
  return {
    code: "measured-again",
    message: `The validation pictures or the metric's weights have changed since ${
      count === 1 ? "a kept number was" : `${count} kept numbers were`
    } measured`,
    help: ["everything is measured again, so that all numbers are comparable"],
  };
}

/** Another metric than the one that was asked for. */
export function measuredInstead(why: string, metric: string): Message {
  return {
    code: "measured-instead",
    message: `${why}: ${quote(metric)} is measured instead`,
    help: ["its numbers compare samplers of this run, and not with KID"],
  };
}

/** A kept file of measurements that is none. */
export function measurementsDamaged(path: string, reason: string): Message {
  return {
    code: "measurements-damaged",
    message: `Cannot read the measurements kept in "${path}": ${reason}`,
    help: ["remove the file, and they are measured again"],
  };
}

/** A picture file of another kind. */
export function pictureFormat(file: string, what: string, endings: readonly string[]): Message {
  return {
    code: "picture-format",
    message: `Cannot write ${what} as "${file}"`,
    help: [`use a name that ends in ${listed(endings, "or")}`],
  };
}

/** An unknown kind of picture. */
export function pictureUnknown(name: string, names: readonly string[]): Message {
  return {
    code: "picture-unknown",
    message: `Unknown picture ${quote(name)}`,
    help: [choices(name, "Pictures", names), "deno task picture   lists what each shows"],
  };
}

/** A command on a run that needs more than a checkpoint. */
export function runFolderMissing(path: string, what: string, runs: Parameters<typeof runHelp>[0]): Message {
  return {
    code: "run-folder-missing",
    message: `Cannot draw ${what} of "${path}": it is not a run folder`,
    help: runHelp(runs),
  };
}

/** A run without pictures. */
export function samplesMissing(folder: string, found: number): Message {
  return {
    code: "samples-missing",
    message: `Cannot draw an animation of "${folder}": it has ${
      counted(found, "grid")
    } of samples, and at least two are needed`,
    help: ['train for longer, or draw samples more often: train.samples.every="1 epoch"'],
  };
}

/** An option that no schedule has. */
export function scheduleOptionUnknown(option: string, options: readonly string[]): Message {
  return {
    code: "schedule-option-unknown",
    message: `Cannot set ${quote(option)}: no schedule has such an option`,
    help: [choices(option, "Options", options)],
  };
}

/** A list of seeds beside another number of pictures. */
export function seedCount(given: string, option: string, seeds: number): Message {
  return {
    code: "seed-count",
    message: `Cannot use "${given}" with ${counted(seeds, "seed")}`,
    help: [`leave out ${option}: a list of seeds says how many pictures there are`],
  };
}

/** More seeds than places in a grid. */
export function seedsDoNotFit(seeds: number, rows: number, columns: number): Message {
  return {
    code: "seeds-do-not-fit",
    message: `Cannot draw ${counted(seeds, "seed")} in ${counted(rows, "row")} of ${columns}`,
    help: [
      `name fewer seeds, or leave out --rows or --columns: --columns ${columns} alone makes ${
        counted(Math.ceil(seeds / columns), "row")
      }`,
    ],
  };
}
