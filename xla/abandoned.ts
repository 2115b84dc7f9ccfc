/** What a process that was killed has left behind: told from what another one is still writing by a lock. */
import { statSync } from "node:fs";

/** Milliseconds in which a file counts as new: its writer may not hold the lock yet. */
const fresh = 10_000;
/** Milliseconds from which a file counts as left behind where locks do not work, as on some network file systems. */
const old = 24 * 3600e3;

/** Holds the lock of an open file until the file is closed, or its process ends, however it ends. */
export function holdLock(file: Deno.FsFile): void {
  try {
    file.lockSync(true);
  } catch {
    // Without locks, age decides.
  }
}

/** Whether nobody writes a file any more that somebody began to write with `holdLock`. */
export function isAbandoned(path: string): boolean {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    if (age > old) return true;
    if (age < fresh) return false;
    using file = Deno.openSync(path, { read: true, write: true });
    return file.tryLockSync(true);
  } catch {
    return false; // it is gone, or locks do not work
  }
}
