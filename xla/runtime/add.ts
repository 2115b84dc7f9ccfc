/** Installs a runtime: fetched, checked, unpacked aside, and put in its place by one rename. */
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fetchArchive } from "./archive.ts";
import { reasonOf, RuntimeError } from "./error.ts";
import { findInstalled, folderOf, manifestName, runtimesFolder } from "./installed.ts";
import { findPip, type Pip, pipDownload } from "./pip.ts";
import { platform, runtimeNamed } from "./table.ts";
import type { Installed, ReportBytes, Runtime, RuntimeName } from "./types.ts";
import { untar, unzip } from "./unpack.ts";

export interface AddOptions {
  /** Folder of all runtimes; by default one in the user's cache. */
  readonly folder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ReportBytes | undefined;
  /** How to call pip; null: not at all. By default it is looked for. */
  readonly pip?: Pip | null | undefined;
}

/**
 * Installs a runtime, unless it is installed already.
 *
 * @param runtime one of the table, or its name
 * @throws RuntimeError with what to do, where it cannot be had
 */
export async function addRuntime(runtime: Runtime | RuntimeName, options: AddOptions = {}): Promise<Installed> {
  const row = typeof runtime === "string" ? runtimeNamed(runtime) : runtime;
  const folder = options.folder ?? runtimesFolder();
  const present = findInstalled(row, folder);
  if (present !== undefined) return present;
  const aside = join(folder, `${crypto.randomUUID().slice(0, 8)}.part`);
  try {
    await mkdir(aside, { recursive: true });
    await removeAbandoned(folder);
  } catch (error) {
    throw new RuntimeError(`Cannot install the runtime "${row.name}" in "${folder}": ${reasonOf(error)}`, [
      "name another folder of caches in DENOISE_CACHE",
    ], { cause: error });
  }
  try {
    const inside = join(aside, "runtime");
    const { plugin, source, files } = await fill(row, inside, aside, options);
    if (!files.includes(plugin)) throw new RuntimeError(`Cannot use ${row.name}: "${plugin}" is not in it`, []);
    const sizes = await Promise.all(files.map(async (name) => [name, (await stat(join(inside, name))).size] as const));
    const manifest = { name: row.name, version: row.version, source, plugin, files: Object.fromEntries(sizes) };
    await writeFile(join(inside, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
    const target = folderOf(row, folder);
    await rename(inside, target).catch(async (error) => {
      if (findInstalled(row, folder) !== undefined) return; // another process was faster
      await rm(target, { recursive: true, force: true }); // damaged
      await rename(inside, target).catch(() => {
        throw error;
      });
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return findInstalled(row, folder)!;
}

interface Filled {
  readonly plugin: string;
  readonly source: string;
  /** Paths of all files, relative to the folder. */
  readonly files: string[];
}

/** Tries pip, then the archive; says why neither will do. */
async function fill(row: Runtime, into: string, aside: string, options: AddOptions): Promise<Filled> {
  const { signal } = options;
  const reasons: string[] = [];
  const help: string[] = [];
  const here = platform();
  if (row.platform !== here) {
    reasons.push(`its wheels are built for ${row.platform}, and this machine is ${here}`);
  } else {
    const pip = options.pip === undefined ? await findPip() : options.pip ?? undefined;
    if (pip === undefined) reasons.push("there is no pip");
    else {
      try {
        return await fromWheels(row, pip, into, aside, options);
      } catch (error) {
        signal?.throwIfAborted();
        reasons.push(reasonOf(error));
        if (error instanceof RuntimeError) help.push(...error.help);
      }
    }
  }
  const archive = row.archives[here];
  if (archive !== undefined) {
    try {
      const progress = (done: number, total: number) => options.progress?.(`downloading ${row.name}`, done, total);
      const path = await fetchArchive(archive, aside, { signal, progress });
      const files = await untar(path, { into, files: new RegExp(`^${RegExp.escape(archive.plugin)}$`), signal });
      return { plugin: archive.plugin, source: archive.url, files };
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(reasonOf(error));
      if (error instanceof RuntimeError && help.length === 0) help.push(...error.help);
    }
  }
  if (reasons.includes("there is no pip")) help.unshift("install pip, such as with: apt install python3-pip");
  if (help.length === 0 || reasons.some((reason) => /^E[A-Z]+:|\(os error/.test(reason))) {
    help.unshift(`look at the space on the disk of "${into}", and at who may write there`);
  }
  throw new RuntimeError(`Cannot install the runtime "${row.name}": ${reasons.join("; ")}`, help);
}

async function fromWheels(row: Runtime, pip: Pip, into: string, aside: string, options: AddOptions): Promise<Filled> {
  const { signal, progress } = options;
  const total = row.wheels.reduce((sum, { size }) => sum + size, 0);
  const files: string[] = [];
  let before = 0;
  for (const [i, wheel] of row.wheels.entries()) {
    const folder = join(aside, `wheel-${i}`);
    const path = await pipDownload(pip, wheel, folder, {
      processor: row.platform.split("-")[1]!,
      signal,
      progress: (done) => progress?.(`downloading ${row.name}`, before + done, total),
    });
    files.push(...await unzip(path, { into, files: wheel.unpack, signal }));
    await rm(folder, { recursive: true }); // before the next one comes: they have gigabytes together
    before += wheel.size;
  }
  return { plugin: row.plugin, source: "pip", files };
}

/** Removes what processes that were killed left a day ago or more. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".part")) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > 24 * 3600e3) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
