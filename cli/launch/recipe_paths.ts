/** What a recipe names on the disk: its bases, plugin files with all that they import, folders of pictures. */
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { parseDocument } from "yaml";
import { exists } from "../../lib/files/exists.ts";
import { guidingOf } from "../../pipeline/kinds/guiding.ts";
import { readCheckpointRecipe } from "../../pipeline/recipe/checkpoint.ts";
import { baseOf, startsOfRun } from "../../pipeline/recipe/starts.ts";
import { isProgram, localModules } from "../../pipeline/trust/code.ts";

/** Options of built-in plugins whose value is a file or a folder: a test holds the list to what the plugins say. */
export const fileOptions: readonly string[] = ["folder", "weights"];
/** Options of built-in plugins whose value is an address. */
export const addressOptions: readonly string[] = ["mirror", "hub"];

/** What was found. */
export interface Named {
  /** Files and folders to read. */
  readonly paths: Set<string>;
  /** What is not there: whoever says so looks for what was meant beside it. */
  readonly missing: Set<string>;
  /** Hosts of addresses that the user typed. */
  readonly hosts: Set<string>;
  /** Models to guide by that have been followed. */
  readonly guides: Set<string>;
  /** The plugin of the backend, as far as the recipe and the command line say. */
  backend: string | undefined;
}

const sizeLimit = 2 ** 18; // bytes; no recipe is larger
const mostValues = 2000;

/** Reads a recipe and its bases, and the overrides. What cannot be read is left to the command, which says so. */
export async function namedBy(target: string | undefined, overrides: readonly string[], cwd: string): Promise<Named> {
  const named: Named = {
    paths: new Set(),
    missing: new Set(),
    hosts: new Set(),
    guides: new Set(),
    backend: undefined,
  };
  if (target !== undefined) await follow(resolve(cwd, target), true, new Set(), named, cwd);
  for (const text of overrides) {
    const equals = text.indexOf("=");
    const key = text.slice(0, Math.max(0, equals));
    // A sweep has several values with commas between them.
    for (const value of [text.slice(equals + 1), ...text.slice(equals + 1).split(",")]) {
      const data = yaml(value);
      if (/^backend(\.use)?$/.test(key)) named.backend = useOf(data) ?? named.backend;
      await collect({ [key.split(".").at(-1)!]: data }, { from: cwd, starts: [cwd], typed: true }, named);
    }
  }
  return named;
}

/** Models that the command line names to guide by. */
export async function guidePaths(named: readonly string[], cwd: string, into: Named): Promise<void> {
  for (const by of named) await guide(by, [cwd], into);
}

/** What samplers name that are typed as stages, such as `{ use: ddim, guidance: { scale: 2, by: runs/small } }`. */
export async function samplerPaths(texts: readonly string[], cwd: string, named: Named): Promise<void> {
  for (const text of texts) await collect(yaml(text), { from: cwd, starts: [cwd], typed: true }, named);
}

/** Plugin files that the command line names. */
export async function pluginPaths(files: readonly string[], cwd: string, named: Named): Promise<void> {
  for (const file of files) await plugin(resolve(cwd, file), named);
}

async function follow(path: string, typed: boolean, seen: Set<string>, named: Named, cwd: string): Promise<void> {
  if (seen.has(path) || seen.size > 50) return;
  seen.add(path);
  const info = await Deno.stat(path).catch(() => undefined);
  if (info === undefined) return void named.missing.add(path);
  named.paths.add(path);
  if (info.isDirectory) return await follow(join(path, "recipe.yaml"), false, seen, named, cwd);
  if (!info.isFile) return; // a device or a pipe may never end
  const stored = path.endsWith(".safetensors");
  const text = stored
    ? await readCheckpointRecipe(path).then(({ text }) => text, () => undefined)
    : info.size > sizeLimit
    ? undefined
    : await Deno.readTextFile(path).catch(() => undefined);
  const data = typeof text === "string" ? yaml(text) : undefined;
  if (typeof data !== "object" || data === null) return;
  const { extends: base, plugins, backend, ...rest } = data as Record<string, unknown>;
  const own = typed && !stored;
  named.backend ??= useOf(backend);
  const isOfRun = stored || (basename(path) === "recipe.yaml" && await isRun(dirname(path)));
  const starts = isOfRun ? startsOfRun(path).map((start) => resolve(cwd, start)) : [dirname(path)];
  await collect({ ...rest, backend }, { from: dirname(path), starts, typed: own }, named);
  if (Array.isArray(plugins)) {
    for (const file of plugins) if (typeof file === "string") await plugin(resolve(dirname(path), file), named);
  }
  if (typeof base === "string" && !stored) {
    await follow(baseOf(path, base), own, seen, named, cwd);
  }
}

/** Adds a model that guides, with the code that its recipe names. */
async function guide(by: string, starts: readonly string[], named: Named): Promise<void> {
  if (guidingOf(by)?.from !== "path" || named.guides.has(by)) return;
  named.guides.add(by);
  for (const start of starts) {
    const path = resolve(start, by);
    // Its backend is not asked for: that of the model that it guides is.
    if (await exists(path)) await follow(path, false, new Set(), { ...named, backend: "" }, start);
    else named.missing.add(path);
  }
}

/** Adds a plugin file, and what it names: what lies below its folder and is not hidden, and programs anywhere. */
async function plugin(path: string, named: Named): Promise<void> {
  const folder = dirname(path);
  const isOwn = (file: string) => {
    const way = relative(folder, file);
    return !isAbsolute(way) && way.split(/[/\\]/).every((part) => !part.startsWith("."));
  };
  try {
    // An import that leads nowhere may be looked for: that it is missing is then said, not that it may not be read.
    const add = (file: string) => void ((isOwn(file) || isProgram(file)) && named.paths.add(file));
    const { files } = await localModules(path, add);
    files.forEach(add);
  } catch {
    named.missing.add(path);
  }
}

/** Whether a folder is that of a run. */
async function isRun(folder: string): Promise<boolean> {
  return await exists(join(folder, "checkpoints")) || await exists(join(folder, "log.jsonl"));
}

/** Adds every text that is a path of something, relative to one of `starts`, and hosts of addresses. */
async function collect(
  data: unknown,
  where: { from: string; starts: readonly string[]; typed: boolean },
  named: Named,
): Promise<void> {
  const open: [key: string, value: unknown][] = [["", data]];
  for (let count = 0; open.length > 0 && count < mostValues; count++) {
    const [key, value] = open.pop()!;
    if (typeof value === "object" && value !== null) {
      for (const [inner, item] of Object.entries(value)) open.push([Array.isArray(value) ? key : inner, item]);
    } else if (typeof value === "string" && value !== "" && value.length < 4096 && !/[\0\n]/.test(value)) {
      if (key === "plugins") {
        await plugin(resolve(where.from, value), named);
        continue;
      }
      if (key === "by") {
        await guide(value, where.starts, named);
        continue;
      }
      if (addressOptions.includes(key) && where.typed) hostOf(value, named);
      for (const start of where.starts) {
        const path = resolve(start, value);
        if (await exists(path)) named.paths.add(path);
        else if (fileOptions.includes(key)) named.missing.add(path);
      }
    }
  }
}

function hostOf(address: string, named: Named): void {
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol)) named.hosts.add(url.host);
}

const useOf = (stage: unknown): string | undefined => {
  const name = typeof stage === "object" ? (stage as { use?: unknown } | null)?.use : stage;
  return typeof name === "string" ? name : undefined;
};

function yaml(text: string): unknown {
  try {
    const options = { prettyErrors: false, uniqueKeys: false, merge: false, resolveKnownTags: false } as const;
    return parseDocument(text, { version: "1.2", ...options }).toJS({ maxAliasCount: 100 });
  } catch {
    return undefined;
  }
}
