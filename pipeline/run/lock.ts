/** Keeps two processes out of one run folder. */
import { join } from "node:path";
import { runBusy } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";

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
  // Whoever lists the runs looks at the lock for an instant.
  if (!held) held = await new Promise((resolve) => setTimeout(resolve, 50)).then(() => file.tryLock(true));
  if (!held) {
    const holder = await Deno.readTextFile(path);
    file.close();
    throw new DenoiseError(runBusy(folder, holderIn(holder)));
  }
  await file.truncate(0);
  await file.write(new TextEncoder().encode(`process ${Deno.pid}, since ${new Date().toISOString()}\n`));
  // The file stays: to remove it would let a third process lock a new one while a second still holds the old.
  return file;
}

/** Whether a process has the lock of a run folder: it trains there. */
export async function isLocked(folder: string): Promise<boolean> {
  try {
    using file = await Deno.open(join(folder, ".lock"));
    return !await file.tryLock(false);
  } catch {
    return false; // never locked, or on a file system without locks
  }
}

/** Who holds a lock, as it says of itself; the time as this machine's clock shows it. */
function holderIn(text: string): { process: string | undefined; since: Date | undefined } {
  const [, process, time] = /^process (\d+), since (\S+)/.exec(text) ?? [];
  const since = new Date(time ?? NaN);
  return { process, since: Number.isNaN(since.getTime()) ? undefined : since };
}
