/** Installs a runtime of XLA: fetched, checked, unpacked. */
import { fetchArchive } from "./archive.ts";
import { reasonOf, RuntimeError } from "./error.ts";
import { fetchWheels } from "./fetch_wheels.ts";
import { type Filled, installRuntime } from "./install.ts";
import { runtimesFolder } from "./installed.ts";
import { findPip, type Pip } from "./pip.ts";
import { platform, runtimeNamed } from "./table.ts";
import type { Installed, ReportBytes, Runtime, RuntimeName } from "./types.ts";

/** What to do without a network. */
const offline = "offline, set DENOISE_PJRT_PLUGIN to the path of a PJRT plugin that you have";

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
  return await installRuntime(row, folder, (into, aside) => fill(row, into, aside, options));
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
        const files = await fetchWheels(row, pip, into, aside, { ...options, offline });
        return { plugin: row.plugin, source: "pip", files };
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
  // Nothing was tried that could have failed.
  if (row.platform !== here && archive === undefined) help.push("take what starts here: backend: auto");
  const ofDisk = (reason: string) => /^E[A-Z]+:|\(os error/.test(reason) && !/\(Connect\)/.test(reason);
  if (help.length === 0 || reasons.some(ofDisk)) {
    help.unshift(`look at the space on the disk of "${into}", and at who may write there`);
  }
  throw new RuntimeError(`Cannot install the runtime "${row.name}": ${reasons.join("; ")}`, help);
}
