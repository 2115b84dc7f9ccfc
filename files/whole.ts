/** Files that appear whole or not at all: written aside, synced, renamed. */
import { dirname, join } from "node:path";

/**
 * Writes a file so that a reader sees the old content or the new, never a part, even when the process is killed or
 * the power fails. Creates the folder.
 */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  await using file = await WholeFile.create(path);
  await file.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
  await file.commit();
}

/**
 * A file written piece by piece that takes its name only at `commit`. Without a commit nothing remains of it; what a
 * killed process leaves is removed by the next one that writes into the folder.
 *
 * ```ts
 * await using file = await WholeFile.create(`${await Deno.makeTempDir()}/words.txt`);
 * for (const word of ["one", "two"]) await file.write(new TextEncoder().encode(word));
 * await file.commit();
 * ```
 */
export class WholeFile implements AsyncDisposable {
  #open = true;
  private constructor(readonly path: string, readonly temporary: string, readonly handle: Deno.FsFile) {}

  /** Opens a temporary file beside `path`, in a folder that is created where it is missing. */
  static async create(path: string): Promise<WholeFile> {
    const folder = dirname(path);
    await Deno.mkdir(folder, { recursive: true });
    if (!tidied.has(folder)) {
      tidied.add(folder);
      await removeLeftovers(folder);
    }
    for (;;) {
      // A name of its own for each writer: two processes that write the same file must not mix their bytes.
      const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
      const handle = await Deno.open(temporary, { write: true, createNew: true });
      if (await hold(handle) !== "taken" && await isThere(temporary)) return new WholeFile(path, temporary, handle);
      handle.close(); // Another process tidied the folder between the two, and took it for a leftover.
    }
  }

  /** Appends all of `bytes`. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.handle.write(bytes.subarray(at));
  }

  /** Puts the file in its place, replacing one that stands there. */
  async commit(): Promise<void> {
    await this.handle.sync();
    // The lock goes with the handle: while the file has its temporary name, nobody is to take it for a leftover.
    const early = Deno.build.os === "windows"; // which renames no file that is open
    if (early) this.handle.close();
    this.#open = !early;
    try {
      await Deno.rename(this.temporary, this.path);
    } catch (error) {
      await Deno.remove(this.temporary).catch(() => {});
      throw error;
    } finally {
      if (!early) this.handle.close();
      this.#open = false;
    }
    await syncFolder(dirname(this.path));
  }

  /** Removes what was written, unless it was committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.handle.close();
    await Deno.remove(this.temporary).catch(() => {});
  }
}

/** Folders that this process has looked through for leftovers. */
const tidied = new Set<string>();

/**
 * Locks a file for its writer, until it is closed or the process ends in whatever way.
 *
 * @returns `unknown` where there are no such locks: on some network file systems, and on Windows, whose locks keep out
 *   this process's own other handles
 */
async function hold(handle: Deno.FsFile): Promise<"held" | "taken" | "unknown"> {
  if (Deno.build.os === "windows") return "unknown";
  try {
    return await handle.tryLock(true) ? "held" : "taken";
  } catch {
    return "unknown";
  }
}

/** Makes a rename last through a power failure, where the system can: Windows opens no folders. */
async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using handle = await Deno.open(folder);
  await handle.sync().catch(() => {}); // Some network file systems refuse it; the file is in place all the same.
}

/**
 * Removes temporary files that killed writers left in a folder. Those of living writers stay: they are locked.
 *
 * @param olderThan milliseconds since the last write after which a file counts as left behind where there are no locks
 */
export async function removeLeftovers(folder: string, olderThan = 24 * 3600 * 1000): Promise<void> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) {
      if (isFile && /\.[0-9a-f]{8}\.tmp$/.test(name)) names.push(name);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const name of names) await removeLeftover(join(folder, name), olderThan);
}

async function removeLeftover(path: string, olderThan: number): Promise<void> {
  try {
    using file = await Deno.open(path, { write: true });
    const held = await hold(file);
    const { mtime } = await file.stat();
    const old = mtime !== null && Date.now() - mtime.getTime() >= olderThan;
    // Removed while it is locked: its writer, if it is just about to start, sees that it is gone.
    if (held === "held" || (held === "unknown" && old)) await Deno.remove(path);
  } catch {
    // Another process removed it, or it is not ours to remove.
  }
}

function isThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
