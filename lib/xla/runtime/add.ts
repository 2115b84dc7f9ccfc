/** Installs a runtime: fetched, checked, unpacked aside, and put in its place by one rename. */
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fetchArchive } from "./archive.ts";
import { reasonOf, RuntimeError } from "./error.ts";
import { findInstalled, folderOf, runtimesFolder, writeManifest } from "./installed.ts";
import { createLocked, isAbandoned, isOld } from "../writer.ts";
import { findPip, type Pip, pipDownload } from "./pip.ts";
import { platform, runtimeNamed } from "./table.ts";
import type { Installed, ReportBytes, Runtime, RuntimeName } from "./types.ts";
import type { Unpacked } from "./unpack.ts";

/** How to install a runtime. */
export interface AddOptions {
  /** Folder of all runtimes; by default one in the user's cache. */
  readonly folder?: string | undefined;
  /** Aborting it stops the download; nothing of it is left. */
  readonly signal?: AbortSignal | undefined;
  /** Called while it is downloaded. */
  readonly progress?: ReportBytes | undefined;
  /** How to call pip; null: not at all. By default it is looked for. */
  readonly pip?: Pip | null | undefined;
}

/**
 * Installs a runtime, unless it is installed already.
 *
 * @param runtime one of the table, or its name
 * @throws RuntimeError with what to do, where it is unavailable
 */
export async function addRuntime(runtime: Runtime | RuntimeName, options: AddOptions = {}): Promise<Installed> {
  const row = typeof runtime === "string" ? runtimeNamed(runtime) : runtime;
  const folder = options.folder ?? runtimesFolder();
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
    const { plugin, source, files } = await fill(row, inside, aside, options);
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

interface Filled {
  readonly plugin: string;
  readonly source: string;
  /** SHA-256 of all files, by their paths relative to the folder. */
  readonly files: Unpacked;
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
      const { untar } = await import("./unpack.ts"); // its libraries take their time to load
      const files = await untar(path, { into, files: new RegExp(`^${RegExp.escape(archive.plugin)}$`), signal });
      return { plugin: archive.plugin, source: archive.url, files };
    } catch (error) {
      signal?.throwIfAborted();
      reasons.push(reasonOf(error));
      if (error instanceof RuntimeError && help.length === 0) help.push(...error.help);
    }
  }
  if (reasons.includes("there is no pip")) help.unshift("install pip, such as with: apt install python3-pip");
  const ofDisk = (reason: string) => /^E[A-Z]+:|\(os error/.test(reason) && !/\(Connect\)/.test(reason);
  if (help.length === 0 || reasons.some(ofDisk)) {
    help.unshift(`look at the space on the disk of "${into}", and at who may write there`);
  }
  throw new RuntimeError(`Cannot install the runtime "${row.name}": ${reasons.join("; ")}`, help);
}

async function fromWheels(row: Runtime, pip: Pip, into: string, aside: string, options: AddOptions): Promise<Filled> {
  const { signal, progress } = options;
  const total = row.wheels.reduce((sum, { size }) => sum + size, 0);
  const files: Record<string, string> = {};
  const { unzip } = await import("./unpack.ts");
  let before = 0;
  for (const [i, wheel] of row.wheels.entries()) {
    const folder = join(aside, `wheel-${i}`);
    const path = await pipDownload(pip, wheel, folder, {
      platform: row.platform,
      signal,
      progress: (done) => progress?.(`downloading ${row.name}`, before + done, total),
    });
    Object.assign(files, await unzip(path, { into, files: wheel.unpack, signal }));
    await rm(folder, { recursive: true }); // before the next one comes: they have gigabytes together
    before += wheel.size;
  }
  return { plugin: row.plugin, source: "pip", files };
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
