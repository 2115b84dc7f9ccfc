/** Imports a user's plugin file, and says what is wrong with it at its own file, line and column. */
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { isFile } from "../../lib/files/exists.ts";
import { refusalOf } from "../../lib/files/refusal.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import { lacking } from "../problems/messages/permission.ts";
import * as messages from "../problems/messages/plugins.ts";
import { pluginEnding } from "../problems/messages/trust.ts";
import { DenoiseError, type Place, type Problem } from "../problems/problem.ts";
import { charactersIn, columnAt } from "../problems/source.ts";
import { nearest } from "../terminal/nearest.ts";
import { isPluginName, pluginEndings } from "../trust/code.ts";
import { checkPlugin, looksLikePlugin, type ShapeProblem } from "./shape.ts";

const origins = new WeakMap<AnyPlugin, { readonly file: string; readonly source: string }>();

/** The file that a user's plugin came from; undefined for a built-in one. */
export function pluginFile(plugin: AnyPlugin): string | undefined {
  return origins.get(plugin)?.file;
}

/** Place of a property of a user's plugin in its file; undefined for a built-in one. */
export function placeInPlugin(plugin: AnyPlugin, property: string): Place | undefined {
  const origin = origins.get(plugin);
  return origin && placeOfProperty(origin.file, origin.source, { property });
}

/**
 * The plugins that a file exports, as default or by name.
 *
 * @param file path or file URL
 * @throws {DenoiseError} with every problem of the file
 */
export async function loadPluginFile(file: string): Promise<AnyPlugin[]> {
  const path = file.startsWith("file:") ? fileURLToPath(file) : resolve(file);
  await checkEnding(path);
  const source = await readSource(path);
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new DenoiseError(importProblem(path, source, error), { cause: error });
  }
  const candidates = [...new Set(Object.values(module))].filter(looksLikePlugin);
  if (candidates.length === 0) {
    // A default export that is anything but a plugin is more use to check than to ignore.
    if (typeof module.default === "object" && module.default !== null) candidates.push(module.default);
    else throw new DenoiseError({ ...messages.noPlugin(path), place: startOf(path) });
  }
  const problems: Problem[] = [];
  const plugins: AnyPlugin[] = [];
  for (const candidate of candidates) {
    const checked = checkPlugin(candidate);
    if ("plugin" in checked) {
      origins.set(checked.plugin, { file: path, source });
      plugins.push(checked.plugin);
    } else {
      for (const problem of checked.problems) {
        problems.push({ ...problem.problem, place: placeOfProperty(path, source, problem) });
      }
    }
  }
  if (problems.length > 0) throw new DenoiseError(problems);
  return plugins;
}

/** Refuses files of any other ending, links to such files as well: JavaScript can be hidden in files of many kinds. */
async function checkEnding(path: string): Promise<void> {
  if (await isFile(path) && !(isPluginName(path) && isPluginName(await Deno.realPath(path)))) {
    throw new DenoiseError(pluginEnding(path, pluginEndings));
  }
}

async function readSource(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new DenoiseError(messages.pluginFileMissing(path, await nearestFile(path)), { cause: error });
    }
    const text = error instanceof Deno.errors.IsADirectory
      ? messages.pluginFileBroken(path, "it is a directory", "name the files in it")
      : messages.pluginFileBroken(path, refusalOf(error)?.reason ?? reasonOf(error));
    throw new DenoiseError(text, { cause: error });
  }
}

async function nearestFile(path: string): Promise<string | undefined> {
  try {
    const names = await Array.fromAsync(Deno.readDir(dirname(path)), (entry) => entry.name);
    const near = nearest(basename(path), names.filter(isPluginName));
    return near === undefined ? undefined : join(dirname(path), near);
  } catch {
    return undefined; // the folder is missing too
  }
}

const startOf = (file: string): Place => ({ file, line: 1, column: 1, length: 1 });

/** Line and column of a character of a text, counted from 1. */
function position(text: string, index: number): { line: number; column: number } {
  const before = text.slice(0, index).split("\n");
  return { line: before.length, column: charactersIn(before.at(-1)!) + 1 };
}

/** Place of a property in the source; the call of `plugin` when it is missing; the first line as a last resort. */
function placeOfProperty(
  file: string,
  source: string,
  { property, value }: Pick<ShapeProblem, "property" | "value">,
): Place {
  const word = value === undefined ? undefined : new RegExp(`(["'\`])${RegExp.escape(value)}\\1`);
  const at = word?.exec(source) ?? new RegExp(`\\b${property}\\b(?=\\s*[:,(])`).exec(source) ??
    /\bplugin(?=\s*\()/.exec(source) ?? /\bexport\b/.exec(source);
  return at === null ? startOf(file) : { file, ...position(source, at.index), length: at[0].length };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `it throws ${JSON.stringify(error) ?? String(error)}`;
  const [first = ""] = stripVTControlCharacters(error.message).split("\n");
  const text = first.replace(/ at file:\/\/\S+$/, "").replace(/\.$/, "");
  const name = error.name === "Error" || text.startsWith(`${error.name}:`) || isLoaderError(error)
    ? ""
    : `${error.name}: `;
  return name + text;
}

const isLoaderError = (error: Error) => (error as { code?: unknown }).code === "ERR_MODULE_NOT_FOUND";

/** Places in files that an error of Deno names, in its message or its stack (where spaces are unescaped): `file:///…/my.ts:3:5`. */
export function placesInError(error: unknown): Place[] {
  if (!(error instanceof Error)) return [];
  const text = stripVTControlCharacters(`${error.message}\n${error.stack ?? ""}`); // Deno colours its messages
  return [...text.matchAll(/(file:\/\/[^\n]+?):(\d+):(\d+)/g)].flatMap(([, url, line, column]) => {
    try {
      return [{ file: fileURLToPath(url!), line: Number(line), column: Number(column), length: 1 }];
    } catch {
      return [];
    }
  });
}

function importProblem(path: string, source: string, error: unknown): Problem {
  const places = placesInError(error);
  // Prefer the user's own file; a file it imports comes next, and this program's own frames never.
  const isProgram = ({ file }: Place) => pathToFileURL(file).href === Deno.mainModule;
  const own = places.find((place) => place.file === path) ??
    places.find((place) => dirname(place.file) === dirname(path) && !isProgram(place)) ?? startOf(path);
  const place = own.file === path ? marked(source, own) : own;
  const forbidden = lacking(error);
  if (forbidden !== undefined) {
    const text = messages.pluginFileBroken(path, `it is not permitted to ${forbidden.deed}`);
    return { ...text, help: forbidden.help, place };
  }
  const reason = reasonOf(error);
  const bare = /^Import "([^"]+)" not a dependency/.exec(reason)?.[1];
  const missing = /^Module not found "([^"]+)"/.exec(reason)?.[1];
  const hint = bare?.startsWith("denoise")
    ? 'a plugin imports "denoise/plugin"'
    : bare !== undefined
    ? `name a package with its version, such as "npm:${bare}@1.0.0"`
    : missing !== undefined
    ? "relative imports start at the file itself and end in .ts"
    : /^ReferenceError: (tf|z|plugin|refuse) is not defined/.test(reason)
    ? `import it: import { ${/: (\w+)/.exec(reason)![1]} } from "denoise/plugin"`
    : undefined;
  return { ...messages.pluginFileBroken(path, reason, hint), place };
}

/** A place of the engine's, whose columns are UTF-16 units, as one of ours: it reaches as far as the word or string there. */
function marked(source: string, place: Place): Place {
  const line = source.split("\n")[place.line - 1] ?? "";
  const word = /^(?:[\w$]+|(["'`])[^"'`]*\1)/.exec(line.slice(place.column - 1))?.[0] ?? "x";
  return { ...place, column: columnAt(line, place.column - 1), length: charactersIn(word) };
}
