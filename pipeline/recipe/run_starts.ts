/** Where relative paths in the recipe of a run start, which older versions kept as they were typed. */
import { basename, dirname, join, resolve } from "node:path";

/** Folders that relative paths of an older run may start from, the likeliest first: the run is in `runs/<name>` there. */
export function startsOfRun(file: string): string[] {
  const folder = dirname(resolve(file));
  const run = basename(folder) === "checkpoints" ? dirname(folder) : folder;
  // A run of a sweep is one folder deeper.
  return [join(run, "..", ".."), join(run, "..", "..", ".."), "."];
}
