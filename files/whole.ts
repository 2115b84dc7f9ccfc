/** Files that appear whole or not at all: written aside, synced, renamed. */
import { basename, dirname, join } from "node:path";

/**
 * Writes a file so that a reader sees the old content or the new, never a part, even when the process is killed or
 * the power fails. Creates the folder. What is no file, such as a pipe or /dev/null, is written to where it is.
 */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const there = await Deno.stat(path).catch(() => undefined);
  // To rename a file over a device would take the device away.
  if (there !== undefined && !there.isFile && !there.isDirectory) return await Deno.writeFile(path, bytes);
  await using file = await WholeFile.create(path);
  await file.write(bytes);
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
  #open = true;
  private constructor(readonly path: string, readonly temporary: string, readonly handle: Deno.FsFile) {}

  /** Opens a temporary file beside `path`, in a folder that is created where it is missing. */
  static async create(path: string): Promise<WholeFile> {
    await Deno.mkdir(dirname(path), { recursive: true });
    // A name of its own for each writer: two processes that write the same file must not mix their bytes.
    const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
    return new WholeFile(path, temporary, await Deno.open(temporary, { write: true, createNew: true }));
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

/** Makes a rename last through a power failure, where the system can: Windows opens no folders. */
async function syncFolder(folder: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using handle = await Deno.open(folder);
  await handle.sync().catch(() => {}); // Some network file systems refuse it; the file is in place all the same.
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
      if (mtime !== null && Date.now() - mtime.getTime() >= olderThan) await Deno.remove(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
