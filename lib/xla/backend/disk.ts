/** Compiled programs on disk, so that the next start does not compile. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type Executable, PjrtError } from "../pjrt/mod.ts";
import { createLocked, isAbandoned } from "../writer.ts";

const checksumBytes = 32;

/**
 * A folder of compiled programs, named by a hash of program, flags, plugin and processor. A file is a SHA-256 of its name
 * and the program, then the program: one that is damaged, or has another's name, counts as missing, as XLA may
 * end the process over it. Where the folder grows beyond its limit, the programs that were not used for longest go.
 */
export class ProgramCache {
  #writable = true;

  /**
   * @param folder made when it is needed
   * @param build what a compiled program depends on besides its text: plugin, version, flags, processor
   * @param options `limit`: bytes that the folder may hold. `lost`: told once that programs cannot be kept, and why
   */
  constructor(
    readonly folder: string,
    readonly build: string,
    private readonly options: { readonly limit?: number; readonly lost?: (message: string) => void } = {},
  ) {}

  /** The saved program; undefined where there is none. */
  find(text: string, partitions: number): Uint8Array | undefined {
    const name = this.#name(text, partitions), path = join(this.folder, name);
    try {
      const file = readFileSync(path);
      const bytes = file.subarray(checksumBytes);
      if (!checksum(name, bytes).equals(file.subarray(0, checksumBytes))) return undefined;
      touch(path);
      return bytes;
    } catch {
      return undefined;
    }
  }

  /** Saves whole or not at all. What cannot be saved is compiled again next time: no reason to stop. */
  save(text: string, partitions: number, executable: Pick<Executable, "serialize">): void {
    if (!this.#writable) return;
    const name = this.#name(text, partitions), path = join(this.folder, name);
    const aside = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
    try {
      const bytes = executable.serialize();
      mkdirSync(this.folder, { recursive: true });
      using file = createLocked(aside);
      write(file, checksum(name, bytes));
      write(file, bytes);
      file.syncDataSync();
      renameSync(aside, path);
    } catch (error) {
      this.#writable = false;
      // A plugin that saves no programs, such as that of Metal, does so at each start: there is nothing to be done.
      if (error instanceof PjrtError && error.code === "UNIMPLEMENTED") return;
      this.options.lost?.(
        `Cannot keep compiled programs in "${this.folder}": ${reasonOf(error)}. The next start compiles them again`,
      );
      try {
        rmSync(aside, { force: true });
      } catch {
        // There is no such folder, or it may not be written to.
      }
      return;
    }
    try {
      this.#prune();
    } catch {
      // Files of another user may stay: this one is kept all the same.
    }
  }

  /** Removes what is beyond the limit, and what killed writers left. */
  #prune(): void {
    const { limit = 2 ** 30 } = this.options;
    const files = readdirSync(this.folder).flatMap((name) => {
      const path = join(this.folder, name);
      const found = statSync(path, { throwIfNoEntry: false }); // another process may have removed it
      // A time to come, of a clock that was wrong, must not keep a program for ever.
      return found === undefined ? [] : [{
        path,
        size: found.size,
        used: Math.min(found.mtimeMs, Date.now()),
      }];
    }).sort((a, b) => b.used - a.used);
    let total = 0;
    for (const { path, size } of files) {
      const program = path.endsWith(".xla");
      if (program) total += size;
      const abandoned = path.endsWith(".part") && isAbandoned(path);
      if (abandoned || (program && total > limit)) rmSync(path, { force: true });
    }
  }

  #name(text: string, partitions: number): string {
    const hash = createHash("sha256").update(`${this.build}\n${partitions}\n`).update(text).digest("hex");
    return `${hash.slice(0, 40)}.xla`;
  }
}

/** Notes that a program was used just now, so that it is the last to go. A folder that is only read keeps them all. */
function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Read-only, another user's, or not permitted: the program can be used.
  }
}

/** Why the system, or Deno, does not take a file, by the code of the error. */
const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission is denied",
  EPERM: "permission is denied",
  EROFS: "the disk is read-only",
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
};

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "Deno does not permit it";
  const { code = "", message } = error as { code?: string; message: string };
  return reasons[code] ?? message;
}

function write(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

function checksum(name: string, bytes: Uint8Array) {
  return createHash("sha256").update(name).update(bytes).digest();
}
