/** Keeps the folder of decoded pictures from growing for ever: each size and option of a dataset has a file of its own. */
import { join } from "node:path";

/** Days after which a file of decoded pictures that nothing opened is removed: it can be decoded again. */
const unusedDays = 30;

const day = 24 * 3600 * 1000; // milliseconds

/** Notes that a file of decoded pictures is in use. */
export async function touch(path: string): Promise<void> {
  const now = new Date();
  await Deno.utime(path, now, now).catch(() => {}); // A cache that can only be read serves as well.
}

/**
 * Removes the files of decoded pictures that nothing has opened for `unusedDays`.
 *
 * @param now milliseconds since 1970
 */
export async function pruneStores(folder: string, now = Date.now()): Promise<void> {
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (!isFile || !name.endsWith(".bin")) continue;
      const path = join(folder, name);
      const { mtime } = await Deno.stat(path);
      const unused = now - (mtime?.getTime() ?? now);
      if (unused > unusedDays * day) await Deno.remove(path).catch(() => {}); // Windows keeps what is open elsewhere.
      else if (unused < -day) await touch(path); // A clock was wrong, and the file would stay until that time has come.
    }
  } catch {
    // There is no folder, another process removed the same file, or the disk fails: failing to tidy up does not stop the program.
  }
}
