/** Files that appear whole or not at all: written aside, synced, renamed. */
import { basename, dirname, join } from "node:path";
import { isFolder } from "./exists.ts";
import { named, namedSync } from "./refusal.ts";

/**
 * Writes a file so that a reader sees the old content or the new, never a part, even when the process is killed or
 * the power fails. Creates the folder. What is not a regular file, such as a pipe or /dev/null, is written in place.
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
  static readonly #unfinished = new Set<WholeFile>();
  #open = true;
  private constructor(readonly path: string, readonly temporary: string, readonly handle: Deno.FsFile) {}

  /** Opens a temporary file beside `path`, in a folder that is created where it is missing. */
  static async create(path: string): Promise<WholeFile> {
    const folder = dirname(path);
    // Asked for first: making a folder that is there takes the permission for all that is in it.
    if (!await isFolder(folder)) await Deno.mkdir(folder, { recursive: true });
    await removeLeftoversOf(path);
    for (;;) {
      // A name of its own for each writer: two processes that write the same file must not mix their bytes.
      const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
      const open = () => Deno.open(temporary, { read: true, write: true, createNew: true });
      const handle = await named("write", path, open);
      // The lock tells others that the writer is alive. One that tidies up may have been faster: then there is no file.
      if (await isAlive(handle) && await mayBeThere(temporary)) {
        const file = new WholeFile(path, temporary, handle);
        WholeFile.#unfinished.add(file);
        return file;
      }
      handle.close();
    }
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
    await writeAll(this.handle, bytes, this.path);
  }

  /** Puts the file in its place, replacing one that is there. */
  async commit(): Promise<void> {
    await named("write", this.path, () => this.handle.sync());
    this.#open = false;
    try {
      // Windows renames no file that is open; elsewhere its lock keeps it until it has its name.
      if (!lockable) this.handle.close();
      await named("write", this.path, () => Deno.rename(this.temporary, this.path));
    } catch (error) {
      await Deno.remove(this.temporary).catch(() => {});
      throw error;
    } finally {
      WholeFile.#unfinished.delete(this);
      if (lockable) this.handle.close();
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

/** Makes a rename last through a power failure, where the system can: the file is in place all the same. */
async function syncFolder(folder: string): Promise<void> {
  try {
    using handle = await Deno.open(folder);
    await handle.sync();
  } catch {
    // Windows opens no folders, and some network file systems sync none.
  }
}

/** See `WholeFile.discardUnfinished`. */
export function discardUnfinished(): void {
  WholeFile.discardUnfinished();
}

/** Writes all bytes at a file's position: a system may take a part of them, or be interrupted. `path` is for messages. */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array, path: string): Promise<void> {
  return named("write", path, async () => {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at)).catch(again);
  });
}

/** As `writeAll`, without waiting. */
export function writeAllSync(file: Deno.FsFile, bytes: Uint8Array, path: string): void {
  namedSync("write", path, () => {
    for (let at = 0; at < bytes.length;) {
      try {
        at += file.writeSync(bytes.subarray(at));
      } catch (error) {
        again(error);
      }
    }
  });
}

/** Nothing was written, as a signal came: to be tried again. */
function again(error: unknown): 0 {
  if (error instanceof Deno.errors.Interrupted) return 0;
  throw error;
}

const temporaryName = /\.[0-9a-f]{8}\.tmp$/;

/** Milliseconds since the last write after which a writer counts as dead, where the system cannot tell. */
const longDead = 24 * 3600 * 1000;

/** Removes temporary files that killed writers left in a folder of the program's own. Those of living ones stay. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await temporaryFiles(folder)) await removeDead(join(folder, name));
}

/** Temporary files in folders that this process has written to, as they were at the first time. */
const found = new Map<string, Promise<string[]>>();

/** Removes what killed writers of this very file left: in a folder of the user's, nothing else can be ours. */
async function removeLeftoversOf(path: string): Promise<void> {
  const folder = dirname(path);
  const names = found.get(folder) ?? temporaryFiles(folder);
  found.set(folder, names);
  for (const name of await names) {
    if (name.replace(temporaryName, "") === basename(path)) await removeDead(join(folder, name));
  }
}

async function temporaryFiles(folder: string): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    return entries.filter(({ name, isFile }) => isFile && temporaryName.test(name)).map(({ name }) => name);
  } catch {
    return []; // Failing to tidy up does not stop the program.
  }
}

/** Removes a temporary file whose writer is dead: the system gave its lock back. */
async function removeDead(path: string): Promise<void> {
  try {
    using file = await Deno.open(path, { read: true, write: true });
    const { mtime } = await file.stat();
    // A time to come is that of a clock that was wrong: as old as it is far away.
    const old = mtime !== null && Math.abs(Date.now() - mtime.getTime()) >= longDead;
    if (lockable ? await file.tryLock(true).catch(() => old) : old) await Deno.remove(path);
  } catch {
    // Another process was faster, or it may not be removed by this user.
  }
}

/** Locks of Windows keep out this process's own other handles. */
const lockable = Deno.build.os !== "windows";

/** Whether a file was locked for its writer. Some network file systems have no locks: there age alone tells. */
async function isAlive(handle: Deno.FsFile): Promise<boolean> {
  return !lockable || await handle.tryLock(true).catch(() => true);
}

function mayBeThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, (error) => !(error instanceof Deno.errors.NotFound));
}
