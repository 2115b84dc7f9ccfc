/** What a user says about code that comes with a recipe which the user did not type, and what follows from it. */
import type { Code } from "./code.ts";
import { isKnown, isKnownPath } from "./record.ts";

/**
 * Which code of a recipe from elsewhere is run: of a checkpoint, of a run folder, of a base outside the recipe's folder.
 * Without any of these none is. Code that a typed recipe names is always run.
 */
export interface Trust {
  /** Plugin files that the user names, relative to the working directory. They replace those of the same name. */
  readonly plugins?: readonly string[];
  /** Runs all that the recipe names. */
  readonly all?: boolean;
  /** Takes the files that are run because of `all`. */
  readonly tell?: (files: readonly string[]) => void;
  /** Runs what the user has trained with on this machine, where neither path nor content has changed. */
  readonly trained?: boolean;
}

/** Whether code that a recipe from elsewhere names may be run; `undefined` means code that is not there. */
export async function mayRun(code: Code | undefined, { all, trained }: Trust): Promise<boolean> {
  return all === true || (trained === true && code !== undefined && await isKnown(code));
}

/** Whether the user has trained with other code at the same path. */
export async function hasChanged(code: Code | undefined): Promise<boolean> {
  return code !== undefined && !await isKnown(code) && await isKnownPath(code.path);
}
