/** What is installed: folders with a manifest of their files. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../cache_folder.ts";
import { hashOf } from "./hash.ts";
import { runtimes } from "./table.ts";
import type { Installed } from "./types.ts";

export const manifestName = "runtime.json";

/** What tells runtimes apart: a new version gets another folder. */
export interface RuntimeId {
  /** Its name in `runtime add`. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
}

/** Folder of all runtimes, in the user's cache. */
export function runtimesFolder(): string {
  return join(cacheFolder(), "runtimes");
}

/** The folder of one runtime. */
export function folderOf({ name, version }: RuntimeId, folder: string): string {
  return join(folder, `${name}-${version}`);
}

/** A runtime of the pinned version with all its files; undefined where it is not installed. */
export function findInstalled(
  row: RuntimeId,
  folder: string = runtimesFolder(),
): Installed | undefined {
  const found = read(folderOf(row, folder));
  return typeof found === "object" ? found : undefined;
}

/** What is wrong with a runtime that is installed but not whole, as a clause; undefined where it is whole, or not there. */
export function damageOf(
  row: RuntimeId,
  folder: string = runtimesFolder(),
): string | undefined {
  const found = read(folderOf(row, folder));
  return typeof found === "string" ? found : undefined;
}

/** All of the given names that is installed and whole, older versions too; by default the runtimes of XLA. */
export function listInstalled(
  folder: string = runtimesFolder(),
  known: readonly string[] = runtimes.map(({ name }) => name),
): Installed[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return [];
  }
  return names.filter((name) => !name.endsWith(".part")).flatMap((name) => {
    const found = read(join(folder, name));
    return typeof found === "object" && known.includes(found.name) ? [found] : [];
  });
}

/** Removes a runtime: all its versions, whole or damaged. @returns bytes of what was whole, undefined where there was none */
export function removeRuntime(name: string, folder: string = runtimesFolder()): number | undefined {
  const size = listInstalled(folder, [name]).reduce((sum, one) => sum + one.size, 0);
  const folders = existsSync(folder) ? readdirSync(folder).filter((each) => isFolderOf(each, name)) : [];
  for (const each of folders) rmSync(join(folder, each), { recursive: true });
  return folders.length === 0 ? undefined : size;
}

/** Whether a folder is of a runtime, in any version: `cuda13-compiler` has a folder of its own beside those of `cuda13`. */
function isFolderOf(folder: string, name: string): boolean {
  return folder.startsWith(`${name}-`) && /^\d/.test(folder.slice(name.length + 1));
}

/** What is written down of an installation. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly plugin: string;
  /** Bytes of each file, by its path. */
  readonly files: Readonly<Record<string, number>>;
  /** SHA-256 of each file, by its path. Older installations have none. */
  readonly sha256?: Readonly<Record<string, string>> | undefined;
  /** When the plugin was changed last, in milliseconds since 1970: at another time its hash is looked at again. */
  readonly modified?: number | undefined;
}

/** Writes down what is installed in a folder, whole or not at all. */
export function writeManifest(folder: string, manifest: Manifest): void {
  const modified = statSync(join(folder, manifest.plugin)).mtimeMs;
  const aside = join(folder, `${manifestName}.${crypto.randomUUID().slice(0, 8)}.part`);
  try {
    writeFileSync(aside, `${JSON.stringify({ ...manifest, modified }, null, 2)}\n`, { flush: true });
    renameSync(aside, join(folder, manifestName));
  } finally {
    rmSync(aside, { force: true });
  }
}

/** What is installed in a folder; what is wrong with it, where it is not whole; undefined where nothing is there. */
function read(folder: string): Installed | string | undefined {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(readFileSync(join(folder, manifestName), "utf8"));
    Object.entries(manifest.files); // throws where there are none
  } catch {
    return existsSync(folder) ? `${manifestName}, the list of its files, cannot be read` : undefined;
  }
  const { name, version, source, plugin, files } = manifest;
  let size = 0;
  for (const [file, bytes] of Object.entries(files)) {
    const found = statSync(join(folder, file), { throwIfNoEntry: false })?.size;
    if (found === undefined) return `"${file}" is missing`;
    if (found !== bytes) return `"${file}" has ${found} bytes, and ${bytes} were installed`;
    size += bytes;
  }
  if (files[plugin] === undefined) return `${manifestName}, the list of its files, does not list its plugin`;
  return changed(folder, manifest) ?? { name, version, source, folder, plugin: join(folder, plugin), size };
}

/** What is wrong with a plugin that was touched since it was installed. It has hundreds of megabytes: read once. */
function changed(folder: string, manifest: Manifest): string | undefined {
  const { plugin, sha256, modified } = manifest, expected = sha256?.[plugin], path = join(folder, plugin);
  if (expected === undefined || statSync(path).mtimeMs === modified) return undefined;
  if (hashOf(path) !== expected) return `"${plugin}" is not the file that was installed: its SHA-256 is another`;
  try {
    writeManifest(folder, manifest);
  } catch {
    // Not writable: it is read again next time.
  }
  return undefined;
}
