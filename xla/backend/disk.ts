/** Compiled programs on disk, so that the next start does not compile. */
import { createHash } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Executable } from "../pjrt/mod.ts";

/** A folder of compiled programs, named by a hash of program, flags, plugin and processor. */
export class ProgramCache {
  #writable = true;

  /**
   * @param folder made when it is needed
   * @param build what a compiled program depends on besides its text: plugin, version, flags, processor
   */
  constructor(readonly folder: string, readonly build: string) {}

  /** The saved program; undefined where there is none. */
  async find(text: string, partitions: number): Promise<Uint8Array | undefined> {
    try {
      return await readFile(this.#path(text, partitions));
    } catch {
      return undefined;
    }
  }

  /** Saves whole or not at all. What cannot be saved is compiled again next time: no reason to stop. */
  async save(text: string, partitions: number, executable: Executable): Promise<void> {
    if (!this.#writable) return;
    const path = this.#path(text, partitions);
    const aside = `${path}.${process.pid}.part`;
    try {
      const bytes = executable.serialize();
      await mkdir(this.folder, { recursive: true });
      const file = await open(aside, "w");
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(aside, path);
    } catch {
      this.#writable = false;
      await rm(aside, { force: true }).catch(() => {});
    }
  }

  #path(text: string, partitions: number): string {
    const hash = createHash("sha256").update(`${this.build}\n${partitions}\n`).update(text).digest("hex");
    return join(this.folder, `${hash.slice(0, 40)}.xla`);
  }
}
