/** What is installed: folders with a manifest of their files. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../cache_folder.ts";
import { runtimes } from "./table.ts";
import type { Installed, Runtime, RuntimeName } from "./types.ts";

export const manifestName = "runtime.json";

/** Folder of all runtimes, in the user's cache. */
export function runtimesFolder(): string {
  return join(cacheFolder(), "runtimes");
}

/** The folder of one runtime: a new version gets another one. */
export function folderOf({ name, version }: Pick<Runtime, "name" | "version">, folder: string): string {
  return join(folder, `${name}-${version}`);
}

/** A runtime of the pinned version with all its files; undefined where it is not installed. */
export function findInstalled(
  row: Pick<Runtime, "name" | "version">,
  folder = runtimesFolder(),
): Installed | undefined {
  return read(folderOf(row, folder));
}

/** All that is installed and whole, older versions too. */
export function listInstalled(folder = runtimesFolder()): Installed[] {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return [];
  }
  return names.filter((name) => !name.endsWith(".part")).flatMap((name) => read(join(folder, name)) ?? []);
}

/** Removes a runtime: all its versions, whole or damaged. @returns bytes of what was whole, undefined where there was none */
export function removeRuntime(name: RuntimeName, folder = runtimesFolder()): number | undefined {
  const size = listInstalled(folder).reduce((sum, one) => sum + (one.name === name ? one.size : 0), 0);
  const folders = existsSync(folder) ? readdirSync(folder).filter((each) => each.startsWith(`${name}-`)) : [];
  for (const each of folders) rmSync(join(folder, each), { recursive: true });
  return folders.length === 0 ? undefined : size;
}

/** Whole: each file of the manifest has its size. */
function read(folder: string): Installed | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, manifestName), "utf8"));
    const { name, version, source, plugin, files } = manifest;
    if (!runtimes.some((row) => row.name === name)) return undefined;
    let size = 0;
    for (const [file, bytes] of Object.entries(files as Record<string, number>)) {
      if (statSync(join(folder, file)).size !== bytes) return undefined;
      size += bytes;
    }
    return { name, version, source, folder, plugin: join(folder, plugin), size };
  } catch {
    return undefined; // not there, or not whole
  }
}
