/** Tells what living writers have under way from what killed ones left: a lock, which the system gives back. */
import { existsSync, statSync } from "node:fs";

/** Locks of Windows keep out this process's own other handles. */
const lockable = Deno.build.os !== "windows";

/** Milliseconds since the last write after which a writer counts as dead, where the system has no locks. */
const longDead = 24 * 3600e3;

/** Creates a file that nobody takes for abandoned before it is closed, or the process ends in whatever way. */
export function createLocked(path: string): Deno.FsFile {
  for (;;) {
    const file = Deno.openSync(path, { read: true, write: true, createNew: true });
    // One that tidies up may have been faster: then there is no file.
    if (tryLock(file, true) && existsSync(path)) return file;
    file.close();
  }
}

/** Whether a file that `createLocked` made, or that is old, has no writer any more. False where it cannot be told. */
export function isAbandoned(path: string): boolean {
  try {
    using file = Deno.openSync(path, { read: true, write: true });
    return tryLock(file, isOld(path));
  } catch {
    return false;
  }
}

/** Whether the last write to a file or folder was long ago, or is to come, by a clock that was wrong. */
export function isOld(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && Math.abs(Date.now() - found.mtimeMs) >= longDead;
}

function tryLock(file: Deno.FsFile, otherwise: boolean): boolean {
  if (!lockable) return otherwise;
  try {
    return file.tryLockSync(true);
  } catch {
    return otherwise; // some network file systems have no locks
  }
}
