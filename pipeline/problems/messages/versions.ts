/** Messages about files of other versions, in alphabetical order of code. Paths stay whole. */
import type { Message } from "./text.ts";

/** A file in a format that came after this version. */
export function fileNewer(
  path: string,
  { format, known, denoise, version }: {
    readonly format: string;
    readonly known: string;
    readonly denoise: string | undefined;
    readonly version: string;
  },
): Message {
  const writer = denoise === undefined ? "a newer Denoise" : `Denoise ${denoise}`;
  return {
    code: "file-newer",
    message:
      `Cannot read "${path}": ${writer} wrote it in the format ${format}, and this is Denoise ${version}, which ` +
      `reads formats up to ${known}`,
    help: [
      `update Denoise${denoise === undefined ? "" : ` to ${denoise} or newer`}: newer versions read older files`,
      "or use a checkpoint that this version wrote",
    ],
  };
}

/** What is unknown in the recipe of a file that a newer version wrote. */
export function recipeNewer(path: string, written: string, version: string): Message {
  return {
    code: "recipe-newer",
    message: `Denoise ${written} wrote "${path}", and this is Denoise ${version}`,
    help: ["what is not known here may have come with the newer version: update Denoise"],
  };
}

/** The average weights alone, where a whole training state is needed. */
export function weightsAlone(path: string): Message {
  return {
    code: "weights-alone",
    message: `Cannot train from "${path}": it holds average weights for sampling, and no training state to resume`,
    help: [
      "name the run folder that it was exported from, or a checkpoint in it: runs/<name>/checkpoints/*.safetensors",
      "to train from the first step, name a recipe",
    ],
  };
}

/** A file of weights that says of itself what cannot be. `expected`: such as "lists of numbers in JSON". */
export function weightsField(path: string, field: string, expected: string): Message {
  return {
    code: "weights-field",
    message: `Cannot use "${path}" as weights: its ${field} in the metadata should be ${expected}`,
    help: ["export the weights again: deno task export runs/<name> -o weights.safetensors"],
  };
}
