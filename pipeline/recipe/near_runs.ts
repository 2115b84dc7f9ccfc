/** Finds the run that was meant where there is none of the name that was typed. */
import { basename, dirname, join } from "node:path";
import { exists } from "../../lib/files/exists.ts";
import { nearest } from "../terminal/nearest.ts";

/** Runs that may have been meant. */
export interface NearRuns {
  /** The run that was probably meant. */
  readonly near: string | undefined;
  /** The runs in the folder that was named, or beside where it should be; the first twenty. */
  readonly there: readonly string[];
}

const most = 20;

/** Whether a run has left checkpoints or a log in a folder. */
export async function isRunFolder(folder: string): Promise<boolean> {
  return await exists(join(folder, "log.jsonl")) || await exists(join(folder, "checkpoints"));
}

/** Looks in the folder that was named, beside it, and in `runs`. */
export async function nearRuns(path: string): Promise<NearRuns> {
  const inside = await runsIn(path);
  if (inside.length > 0) return { near: undefined, there: inside };
  const folder = await exists(dirname(path)) ? dirname(path) : await nearestFolder(dirname(path));
  const beside = folder === undefined ? [] : await runsIn(folder);
  const named = beside.find((run) => basename(run) === basename(path)) ?? nearestOf(path, beside);
  if (named !== undefined) return { near: named, there: beside };
  // `quickstart` for `runs/quickstart`.
  const usual = await runsIn(join(dirname(path), "runs"));
  const near = usual.find((run) => basename(run) === basename(path)) ?? nearestOf(path, usual);
  return { near, there: beside.length > 0 ? beside : usual };
}

function nearestOf(path: string, runs: readonly string[]): string | undefined {
  const name = nearest(basename(path), runs.map((run) => basename(run)));
  return runs.find((run) => basename(run) === name);
}

/** The folder that a misspelt one is, where the folder above it is there. */
async function nearestFolder(path: string): Promise<string | undefined> {
  const above = dirname(path);
  const name = nearest(basename(path), await namesIn(above));
  return name === undefined ? undefined : join(above, name);
}

/** Run folders in a folder, by name; the first twenty. */
export async function runsIn(folder: string): Promise<string[]> {
  const paths = (await namesIn(folder)).map((name) => join(folder, name));
  const found: string[] = [];
  for (const path of paths) {
    if (await isRunFolder(path)) found.push(path);
    if (found.length === most) break;
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ name, isFile }) => !isFile && !name.startsWith(".")).map(({ name }) => name).sort();
  } catch {
    return []; // a folder that is missing or closed to us suggests nothing
  }
}
