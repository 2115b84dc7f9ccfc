/** The plugin files of a recipe: where they are, and which of them may be loaded. */
import { basename, dirname, resolve } from "node:path";
import { isFile, isFolder } from "../../lib/files/exists.ts";
import { type Kind, kinds } from "../kinds/mod.ts";
import { pluginFileMissing } from "../problems/messages/plugins.ts";
import { pluginFileIsFolder, wrongType } from "../problems/messages/recipe.ts";
import * as messages from "../problems/messages/trust.ts";
import { overridesFile } from "../problems/source.ts";
import { nearest } from "../terminal/nearest.ts";
import { type Code, codeOfPlugin, isPluginName, pluginEndings } from "../trust/code.ts";
import { hasChanged, mayRun, type Trust } from "../trust/trust.ts";
import { inQuotes } from "./in_quotes.ts";
import { useOf } from "./merge.ts";
import { dataOf, isList, isMap, type MapNode, type Node } from "./node.ts";
import type { ReportProblem } from "./parse.ts";
import type { PluginSource } from "./types.ts";

/** What plugin files are looked for with. */
export interface FileTools {
  readonly plugins: PluginSource;
  readonly trust: Trust;
  /** Where a file of a recipe came from; undefined for one that the user typed. */
  readonly elsewhere: (file: string) => messages.Elsewhere | undefined;
  /** Real paths of the checkpoints that the recipe was read from. */
  readonly checkpoints: readonly string[];
  readonly report: ReportProblem;
}

/** The plugin files of a recipe. */
export interface PluginFiles {
  /** To load, as absolute paths. */
  readonly files: readonly string[];
  /** Their code. */
  readonly code: readonly Code[];
  /** Those that are loaded because the user trusts all. */
  readonly trusted: readonly string[];
  /** Whether one is missing, or may not be loaded: that was reported. */
  readonly lacking: boolean;
}

interface Item {
  readonly written: string;
  readonly node: Node | undefined;
  readonly path: string;
}

/** Finds the plugin files that a merged recipe names, each relative to the file that names it. */
export async function findPluginFiles(root: MapNode, tools: FileTools): Promise<PluginFiles> {
  const { items, wrong } = itemsOf(root, tools.report);
  const isTyped = ({ node }: Item) => node?.place === undefined || node.place.file === overridesFile;
  const given = [
    ...(tools.trust.plugins ?? []).map((written): Item => ({ written, node: undefined, path: resolve(written) })),
    ...items.filter(isTyped),
  ];
  const files = new Map<string, Code | undefined>();
  const trusted: string[] = [];
  let lacking = wrong;
  const add = async (item: Item) => {
    // One that cannot be read is left to the loader, which says so.
    if (await isUsable(item, tools)) files.set(item.path, await codeOfPlugin(item.path).catch(() => undefined));
    else lacking = true;
  };
  for (const item of items) {
    if (isTyped(item)) continue;
    const instead = given.find(({ path }) => basename(path) === basename(item.path));
    const from = tools.elsewhere(item.node!.place!.file);
    if (instead !== undefined && (from !== undefined || !await isFile(item.path))) await add(instead);
    else if (from === undefined) await add(item);
    else {
      const code = await codeToLoad(item, from, root, tools);
      if (code === undefined) lacking = true;
      else files.set(item.path, code);
      if (code !== undefined && tools.trust.all) trusted.push(item.path);
    }
  }
  for (const item of given) if (!files.has(item.path)) await add(item);
  const code = [...files.values()].filter((code) => code !== undefined);
  return { files: [...files.keys()], code, trusted, lacking };
}

function itemsOf(root: MapNode, report: ReportProblem): { items: Item[]; wrong: boolean } {
  const node = root.value.get("plugins")?.node;
  if (node === undefined) return { items: [], wrong: false };
  if (!isList(node)) {
    const hints = typeof node.value === "string" ? [`write plugins: [${node.value}]`] : [];
    report(wrongType("plugins", "the recipe", "a list of files", dataOf(node), hints, node.written), node.place);
    return { items: [], wrong: true };
  }
  let wrong = false;
  const items = node.value.flatMap((item): Item[] => {
    if (typeof item.value === "string") {
      const from = item.place === undefined || item.place.file === overridesFile ? "." : dirname(item.place.file);
      return [{ written: item.value, node: item, path: resolve(from, item.value) }];
    }
    const hints = inQuotes(item);
    report(wrongType("plugins", "the recipe", "a list of files", dataOf(item), hints, item.written), item.place);
    wrong = true;
    return [];
  });
  return { items, wrong };
}

/** Whether a file is there and can be a plugin; says what is wrong with it otherwise. */
async function isUsable({ written, node, path }: Item, { checkpoints, report }: FileTools): Promise<boolean> {
  const real = await Deno.realPath(path).catch(() => path);
  if (checkpoints.includes(real) || await isOneOf(real, checkpoints)) {
    report(messages.pluginIsCheckpoint(written), node?.place);
  } else if (await isFolder(path)) report(pluginFileIsFolder(written), node?.place);
  else if (!isPluginName(path) || !isPluginName(real)) {
    report(messages.pluginEnding(written, pluginEndings), node?.place);
  } else if (!await isFile(path)) {
    report(pluginFileMissing(written, await nearestBeside(path, written)), node?.place);
  } else return true;
  return false;
}

/** The code of a file that a recipe from elsewhere names, where it may be loaded; says why not otherwise. */
async function codeToLoad(
  item: Item,
  from: messages.Elsewhere,
  root: MapNode,
  tools: FileTools,
): Promise<Code | undefined> {
  const { trust, report } = tools;
  const exists = await isFile(item.path);
  // What can be no plugin is told before whether it may be one.
  if ((exists || !isPluginName(item.path)) && !await isUsable(item, tools)) return undefined;
  const code = exists ? await codeOfPlugin(item.path) : undefined;
  if (code !== undefined && await mayRun(code, trust)) return code;
  report(
    messages.pluginUntrusted({
      named: item.written,
      path: item.path,
      from,
      file: item.node!.place!.file,
      lacks: notBuiltIn(root, tools.plugins),
      changed: await hasChanged(code),
      exists,
      mayTrust: trust.trained === true,
    }),
    item.node!.place,
  );
  return undefined;
}

/** Stages whose plugin is not built in, such as "sampler halves". */
function notBuiltIn(root: MapNode, plugins: PluginSource): string[] {
  const found = (Object.keys(kinds) as Kind[]).flatMap((kind) => {
    const node = root.value.get(kinds[kind].key)?.node;
    const stages = isList(node)
      ? node.value
      : kinds[kind].arity === "named" && isMap(node)
      ? [...node.value.values()].map((field) => field.node)
      : [node];
    return stages.map(useOf).filter((use) => use !== undefined && !plugins.names(kind).includes(use))
      .map((use) => `${kind} "${use}"`);
  });
  return [...new Set(found)];
}

/** Whether a file is one of these by another name, such as a hard link. */
async function isOneOf(path: string, others: readonly string[]): Promise<boolean> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (info?.ino == null) return false;
  for (const other of others) {
    const there = await Deno.stat(other).catch(() => undefined);
    if (there?.ino === info.ino && there.dev === info.dev) return true;
  }
  return false;
}

async function nearestBeside(path: string, written: string): Promise<string | undefined> {
  try {
    const names = await Array.fromAsync(Deno.readDir(dirname(path)), (entry) => entry.name);
    const own = basename(path);
    const near = nearest(own, names.filter(isPluginName));
    return near === undefined ? undefined : written.slice(0, written.length - own.length) + near;
  } catch {
    return undefined; // the folder is missing as well
  }
}
