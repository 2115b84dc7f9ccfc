/** Files that appear whole or not at all: written aside, synced, renamed. */
import { basename, dirname, join } from "node:path";

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
 * A file written piece by piece that takes its name only at `commit`. Without a commit nothing remains of it.
 *
 * ```ts
 * await using file = await WholeFile.create(`${await Deno.makeTempDir()}/words.txt`);
 * for (const word of ["one", "two"]) await file.write(new TextEncoder().encode(word));
 * await file.commit();
 * ```
 */
export class WholeFile implements AsyncDisposable {
  static readonly #unfinished = new Set<WholeFile>();
  #open = true;
  private constructor(readonly path: string, readonly temporary: string, readonly handle: Deno.FsFile) {}

  /** Opens a temporary file beside `path`, in a folder that is created where it is missing. */
  static async create(path: string): Promise<WholeFile> {
    await Deno.mkdir(dirname(path), { recursive: true });
    // A name of its own for each writer: two processes that write the same file must not mix their bytes.
    const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
    const file = new WholeFile(path, temporary, await Deno.open(temporary, { write: true, createNew: true }));
    WholeFile.#unfinished.add(file);
    return file;
  }

  /** Removes the temporary files of all that are being written, where a process ends without waiting for them. */
  static discardUnfinished(): void {
    for (const { temporary } of WholeFile.#unfinished) {
      try {
        Deno.removeSync(temporary);
      } catch {
        // It took its name just now, or cannot be removed: the next writer tidies up.
      }
    }
    WholeFile.#unfinished.clear();
  }

  /** Appends all of `bytes`. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.handle.write(bytes.subarray(at));
  }

  /** Puts the file in its place, replacing one that stands there. */
  async commit(): Promise<void> {
    await this.handle.sync();
    this.handle.close();
    this.#open = false;
    try {
      await Deno.rename(this.temporary, this.path);
    } catch (error) {
      await Deno.remove(this.temporary).catch(() => {});
      throw error;
    } finally {
      WholeFile.#unfinished.delete(this);
    }
    await syncFolder(dirname(this.path));
  }

  /** Removes what was written, unless it was committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    WholeFile.#unfinished.delete(this);
    this.handle.close();
    await Deno.remove(this.temporary).catch(() => {});
  }
}

/** Makes a rename last through a power failure, where the system can: Windows opens no folders. */
async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using handle = await Deno.open(folder);
  await handle.sync().catch(() => {}); // Some network file systems refuse it; the file is in place all the same.
}

/** See `WholeFile.discardUnfinished`. */
export function discardUnfinished(): void {
  WholeFile.discardUnfinished();
}

/**
 * Removes temporary files that killed writers left in a folder.
 *
 * @param olderThan milliseconds since the last write; younger ones may belong to a living writer
 */
export async function removeLeftovers(folder: string, olderThan = 24 * 3600 * 1000): Promise<void> {
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isFile || !/\.[0-9a-f]{8}\.tmp$/.test(entry.name)) continue;
      const path = join(folder, basename(entry.name));
      const { mtime } = await Deno.stat(path);
      // A time to come is that of a clock that was wrong: as old as it is far away.
      if (mtime !== null && Math.abs(Date.now() - mtime.getTime()) >= olderThan) await Deno.remove(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
