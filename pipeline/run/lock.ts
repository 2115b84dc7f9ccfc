/** Keeps two processes out of one run folder. */
import { join } from "node:path";
import { runBusy } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";

/** Whether a process holds the lock of a run folder. */
export async function isLocked(folder: string): Promise<boolean> {
  try {
    using file = await Deno.open(join(folder, ".lock"));
    return !await file.tryLock(false);
  } catch {
    return false; // there is no lock, or none can be had here
  }
}

/**
 * Takes the lock of a run folder, which has to exist. The operating system gives it back when the process ends in
 * whatever way, so that no stale lock is left behind by a killed one.
 *
 * @throws {DenoiseError} when another process holds it: its number, and since when
 */
export async function lockFolder(folder: string): Promise<Disposable> {
  const path = join(folder, ".lock");
  const file = await Deno.open(path, { read: true, write: true, create: true });
  let held: boolean;
  try {
    held = await file.tryLock(true);
  } catch {
    // A file system without locks, such as some network ones: better to train than to refuse.
    return file;
  }
  if (!held) {
    const holder = (await Deno.readTextFile(path)).trim();
    file.close();
    throw new DenoiseError(runBusy(folder, holder === "" ? "another process" : holder));
  }
  await file.truncate(0);
  await file.write(new TextEncoder().encode(`process ${Deno.pid}, since ${new Date().toISOString()}\n`));
  // The file stays: to remove it would let a third process lock a new one while a second still holds the old.
  return file;
}
