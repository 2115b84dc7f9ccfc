/** Where paths in recipes start that are not simply relative to their file. */
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Recipes that come with Denoise. */
export const builtInRecipes: string = fileURLToPath(new URL("../../recipes", import.meta.url));

/** The file that `extends` names: relative to the recipe, or `denoise/recipes/…` for one that comes with Denoise. */
export function baseOf(recipe: string, named: string): string {
  const [, own] = /^denoise\/recipes\/([\w.-]+)$/.exec(named) ?? [];
  if (own !== undefined) return join(builtInRecipes, own);
  return isAbsolute(named) ? named : join(dirname(recipe), named);
}

/** Folders of a run that hold weights: checkpoints, averages of certain steps, averages that were computed from those. */
const ofRun = ["checkpoints", "snapshots", "averages"];

/** The run that a folder with weights belongs to: the folder above, or the folder itself where it is not one of a run's. */
export function runAround(folder: string): string {
  return ofRun.includes(basename(folder)) ? dirname(folder) : folder;
}

/** Folders that relative paths of an older run may start from, the likeliest first: the run is in `runs/<name>` there. */
export function startsOfRun(file: string): string[] {
  const run = runAround(dirname(resolve(file)));
  // A run of a sweep is one folder deeper.
  return [join(run, "..", ".."), join(run, "..", "..", ".."), "."];
}
