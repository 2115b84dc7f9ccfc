/** Puts a runtime in its place: filled aside, and moved there whole by one rename. */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createLocked, isAbandoned, isOld } from "../writer.ts";
import { reasonOf, RuntimeError } from "./error.ts";
import { findInstalled, folderOf, type RuntimeId, writeManifest } from "./installed.ts";
import type { Installed } from "./types.ts";
import type { Unpacked } from "./unpack.ts";

/** What a runtime was filled with. */
export interface Filled {
  /** Path of the plugin among the files. */
  readonly plugin: string;
  /** Where it was taken from: "pip" or the address of an archive. */
  readonly source: string;
  /** SHA-256 of all files, by their paths relative to the folder. */
  readonly files: Unpacked;
}

/**
 * Installs a runtime, unless it is installed already. Processes that do it at once do not disturb each other; one that is
 * killed leaves nothing that is taken for a runtime, and the next one removes it.
 *
 * @param folder of all runtimes
 * @param fill puts the files into a folder that it makes; `aside` is another one, for what is needed on the way
 * @throws RuntimeError where the folder cannot be written to, and what `fill` throws
 */
export async function installRuntime(
  row: RuntimeId,
  folder: string,
  fill: (into: string, aside: string) => Promise<Filled>,
): Promise<Installed> {
  const present = findInstalled(row, folder);
  if (present !== undefined) {
    await removeAbandoned(folder).catch(() => {}); // of one that was killed after its last rename
    return present;
  }
  const id = crypto.randomUUID().slice(0, 8);
  const [aside, marker] = [join(folder, `${id}.part`), join(folder, markerOf(`${id}.part`))];
  let alive: Disposable | undefined;
  try {
    await mkdir(folder, { recursive: true });
    await removeAbandoned(folder);
    alive = createLocked(marker);
    await mkdir(aside);
  } catch (error) {
    alive?.[Symbol.dispose]();
    await rm(marker, { force: true }).catch(() => {});
    throw new RuntimeError(`Cannot install the runtime "${row.name}" in "${folder}": ${reasonOf(error)}`, [
      "name another folder of caches in DENOISE_CACHE",
    ], { cause: error });
  }
  try {
    const inside = join(aside, "runtime");
    const { plugin, source, files } = await fill(inside, aside);
    if (!(plugin in files)) throw new RuntimeError(`Cannot use ${row.name}: "${plugin}" is not in it`, []);
    const { name, version } = row;
    writeManifest(inside, {
      name,
      version,
      source,
      plugin,
      files: await sizes(inside, Object.keys(files)),
      sha256: files,
    });
    const target = folderOf(row, folder);
    await rename(inside, target).catch(async (error) => {
      if (findInstalled(row, folder) !== undefined) return; // another process was faster
      await rm(target, { recursive: true, force: true }); // damaged
      await rename(inside, target).catch(() => {
        throw error;
      });
    });
  } finally {
    // What cannot be removed now goes at the next installation: this one is done, or has failed for another reason.
    await rm(aside, { recursive: true, force: true }).catch(() => {});
    alive[Symbol.dispose]();
    await rm(marker, { force: true }).catch(() => {});
  }
  return findInstalled(row, folder)!;
}

async function sizes(folder: string, files: readonly string[]): Promise<Record<string, number>> {
  const found = await Promise.all(files.map(async (name) => [name, (await stat(join(folder, name))).size] as const));
  return Object.fromEntries(found);
}

/** The file beside a folder that is being filled whose lock says that somebody does. */
function markerOf(name: string): string {
  return name.replace(/\.part$/, ".lock.part");
}

/** Removes what processes left that were killed. */
async function removeAbandoned(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names) {
    if (!/^[0-9a-f]{8}\.part$/.test(name)) continue;
    const marker = markerOf(name);
    const abandoned = names.includes(marker) ? isAbandoned(join(folder, marker)) : isOld(join(folder, name));
    if (abandoned) await rm(join(folder, name), { recursive: true, force: true });
  }
  for (const name of names) {
    if (name.endsWith(".lock.part") && isAbandoned(join(folder, name))) await rm(join(folder, name), { force: true });
  }
}
