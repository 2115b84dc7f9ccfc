/** The folder of a run: where its files are, and how it is taken, moved aside and tidied. */
import { dirname, join } from "node:path";
import { exists, isFile, isFolder, refusalOf, removeLeftovers } from "../../lib/files/mod.ts";
import { runFolderUnwritable } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import { runAround } from "../recipe/starts.ts";
import { listCheckpoints } from "./checkpoint.ts";
import { lockFolder } from "./lock.ts";

/** Paths of the files of a run. */
export interface RunFolder extends Disposable {
  readonly path: string;
  readonly recipe: string;
  readonly log: string;
  readonly checkpoints: string;
  readonly snapshots: string;
  readonly samples: string;
}

/** The run folder of a recipe: that of `runFolderAt` where a run or a file of one was named, else `runs/<name>`. */
export async function runFolderOf(recipeFile: string, name: string, runs: string): Promise<string> {
  return await runFolderAt(recipeFile) ?? join(runs, name);
}

/**
 * The run folder that is named, or that contains what is named: a checkpoint, a snapshot, an average that was computed, a
 * folder of these, or the run's recipe.
 */
export async function runFolderAt(path: string): Promise<string | undefined> {
  const run = runAround(await isFolder(path) ? path : dirname(path));
  return await hasRun(run) ? run : undefined;
}

/** Whether a run has left checkpoints or a log in a folder. */
async function hasRun(folder: string): Promise<boolean> {
  return (await listCheckpoints(join(folder, "checkpoints"))).length > 0 || await isFile(join(folder, "log.jsonl"));
}

/**
 * Takes a run folder for this process, and removes what killed writers left in it.
 *
 * @param fresh moves what is there aside first: `moved` tells where to
 * @throws {DenoiseError} when another process trains there, or nothing can be written there
 */
export async function takeRunFolder(
  path: string,
  options: { fresh: boolean; moved: (to: string) => void },
): Promise<RunFolder> {
  const lock = await takeFolder(path, options.fresh && await hasRun(path) ? options.moved : undefined);
  const folder = {
    path,
    recipe: join(path, "recipe.yaml"),
    log: join(path, "log.jsonl"),
    checkpoints: join(path, "checkpoints"),
    snapshots: join(path, "snapshots"),
    samples: join(path, "samples"),
    [Symbol.dispose]: () => lock[Symbol.dispose](),
  };
  for (const each of [path, folder.checkpoints, folder.snapshots, folder.samples]) await removeLeftovers(each);
  return folder;
}

/**
 * Makes a folder, and takes it for this process.
 *
 * @param moved given when what is there is to be moved aside first: it is told where to
 * @throws {DenoiseError} when another process has it, or nothing can be written there
 */
export async function takeFolder(path: string, moved?: (to: string) => void): Promise<Disposable> {
  const lock = await makeFolder(path);
  if (moved === undefined) return lock;
  const aside = await freeName(path);
  await Deno.rename(path, aside);
  lock[Symbol.dispose]();
  moved(aside);
  return await makeFolder(path);
}

async function makeFolder(path: string): Promise<Disposable> {
  try {
    await Deno.mkdir(path, { recursive: true });
    return await lockFolder(path);
  } catch (error) {
    if (error instanceof DenoiseError || !(error instanceof Error)) throw error;
    const reason = refusalOf(error)?.reason ?? error.message;
    throw new DenoiseError(runFolderUnwritable(path, reason), { cause: error });
  }
}

async function freeName(path: string): Promise<string> {
  for (let i = 1;; i++) {
    const name = `${path}.old-${i}`;
    if (!await exists(name)) return name;
  }
}
