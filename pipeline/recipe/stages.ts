/** Checks the stages of a recipe: their form, their plugin, their options. */
import { z } from "zod";
import { unseen } from "../../lib/text/mod.ts";
import { type Kind, type KindInfo, kinds } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import * as messages from "../problems/messages/recipe.ts";
import type { Message } from "../problems/messages/text.ts";
import { DenoiseError, type Place, type Problem } from "../problems/problem.ts";
import { nearest } from "../terminal/nearest.ts";
import { dataOf, type Field, isList, isMap, type MapNode, pathText, withFields } from "./node.ts";
import { checkOptions } from "./options.ts";
import { guidePath, pathOfOption, pathOptions } from "./option_paths.ts";
import type { ReportProblem } from "./parse.ts";
import type { Path, PluginSource, RecipeStage } from "./types.ts";
import { useOf } from "./merge.ts";
import type { UnknownKey } from "./unknown.ts";

/** What stages are checked with. */
export interface StageTools {
  readonly plugins: PluginSource;
  readonly report: ReportProblem;
  /** Names of the recipe's samplers. */
  readonly samplers: readonly string[];
  /** Takes problems that have their places, such as those of a plugin that does not load. */
  readonly add: (problems: readonly Problem[]) => void;
  /** Whether a file is the recipe of a run, or a checkpoint. */
  readonly isOfRun: (file: string) => boolean;
  /** Place to report missing keys at. */
  readonly nowhere: Place | undefined;
}

/** A stage that passed, and how a recipe would write it. */
export interface CheckedStage {
  readonly stage: RecipeStage;
  readonly resolved: Readonly<Record<string, unknown>>;
}

const kindNames = Object.keys(kinds) as Kind[];

/** Checks every stage of one kind, in the recipe's order. */
export async function checkStages(kind: Kind, field: Field | undefined, tools: StageTools): Promise<CheckedStage[]> {
  const { key, arity, summary }: KindInfo = kinds[kind];
  const names = tools.plugins.names(kind);
  if (field === undefined) {
    if (arity === "one") tools.report(messages.missingStage(key, summary, names), tools.nowhere);
    return [];
  }
  const checked: CheckedStage[] = [];
  const check = async (path: Path, field: Field) => {
    const stage = await checkStage(kind, path, field, tools);
    if (stage !== undefined) checked.push(stage);
  };
  const { node } = field;
  const wrong = (example: string) => {
    tools.report(messages.wrongStageForm(key, arity, dataOf(node), example, node.written), node.place ?? field.key);
  };
  const meant = useOf(isList(node) ? node.value[0] : node);
  const name = meant !== undefined && names.includes(meant) ? meant : names[0] ?? "name";
  if (arity === "one") await check([key], field);
  else if (arity === "list") {
    if (!isList(node)) wrong(`${key}: [ ${name} ]`);
    else for (const [i, item] of node.value.entries()) await check([key, i], { key: undefined, node: item });
  } else if (!isMap(node)) wrong(`${key}: { preview: ${name} }`);
  else {
    for (const [own, item] of node.value) {
      if (/^[\p{L}][\p{L}\p{N}_-]*$/u.test(own) && !unseen.test(own)) await check([key, own], item);
      else {
        const allowed = "a letter, then letters, digits, - and _";
        tools.report(messages.unfitName("the name of a sampler", own, allowed), item.key);
      }
    }
  }
  return checked;
}

async function checkStage(kind: Kind, path: Path, field: Field, tools: StageTools): Promise<CheckedStage | undefined> {
  const { plugins, report } = tools;
  const { node } = field;
  const id = pathText(path);
  const names = plugins.names(kind);
  const name = useOf(node);
  const useField = isMap(node) ? node.value.get("use") : field;
  if (name === undefined) {
    const place = useField?.node.place ?? field.key ?? node.place;
    const wrong = !isMap(node) || useField !== undefined;
    const last = path.at(-1);
    const own = typeof last === "number" ? "" : `${last}: `;
    const inside = isList(node) ? useOf(node.value[0]) : undefined;
    const meant = inside !== undefined && names.includes(inside) ? inside : undefined;
    const held = useField?.node ?? node;
    const example = `${own}${meant ?? names[0] ?? "name"}`;
    report(
      wrong
        ? messages.wrongStageForm(id, "one", dataOf(held), example, held.written)
        : messages.missingUse(id, kind, names),
      place,
    );
    return undefined;
  }
  const plugin = await load(kind, name, tools);
  if (plugin === undefined) {
    if (!names.includes(name)) {
      const elsewhere = kindNames.filter((other) => other !== kind && plugins.names(other).includes(name));
      report(messages.unknownPlugin(kind, name, names, elsewhere), useField?.node.place ?? field.key);
    }
    return undefined;
  }
  const place = useField?.node.place ?? field.key ?? tools.nowhere;
  const options = await checkStageOptions(plugin, isMap(node) ? node : withFields(node, new Map()), place, tools);
  if (plugin.needs?.includes("sampler")) {
    // Also where other options are wrong: everything is said at once.
    const sampler = isMap(node) ? node.value.get("sampler") : undefined;
    checkSampler(sampler ? sampler.node.value : options?.options.sampler, sampler?.node.place ?? place, tools);
  }
  if (options === undefined) return undefined;
  const paths: Record<string, string> = {};
  for (const option of pathOptions(plugin)) {
    const value = options.options[option];
    const { origin } = (isMap(node) ? node.value.get(option)?.node : undefined) ?? node;
    if (typeof value === "string") paths[option] = await pathOfOption(value, origin, tools.isOfRun);
  }
  const by = isMap(node) ? await guidePath(options.options.guidance, node, tools.isOfRun) : undefined;
  const withPaths = (all: Readonly<Record<string, unknown>>) => ({
    ...all,
    ...paths,
    ...(by === undefined ? {} : { guidance: { ...all.guidance as object, by } }),
  });
  const stage: RecipeStage = { kind, path, id, plugin, options: withPaths(options.options) };
  return { stage, resolved: { use: name, ...withPaths(options.resolved) } };
}

/** Whatever names a sampler names one that exists. */
export function checkSampler(name: unknown, place: Place | undefined, { samplers, report }: StageTools): void {
  if (typeof name === "string" && !samplers.includes(name)) report(messages.unknownSampler(name, samplers), place);
}

/** The plugin's own options and those of its kind; each schema sees its own, so that a plugin's checks stay in force. */
async function checkStageOptions(plugin: AnyPlugin, node: MapNode, place: Place | undefined, tools: StageTools) {
  const owner = { name: `${plugin.kind}/${plugin.name}`, place };
  const own = Object.keys(plugin.options.shape);
  const common = Object.entries(kinds[plugin.kind].options as z.ZodRawShape).filter(([key]) => !own.includes(key));
  const commonNames = common.map(([key]) => key);
  const part = (keep: (key: string) => boolean) =>
    withFields(node, new Map([...node.value].filter(([key]) => key !== "use" && keep(key))));
  const known = [...own, ...commonNames];
  const unknownText = (unknown: UnknownKey) => unknownOption(unknown, plugin, known, tools);
  const first = await checkOptions(
    plugin.options,
    part((key) => !commonNames.includes(key)),
    owner,
    tools.report,
    unknownText,
  );
  const second = await checkOptions(
    z.object(Object.fromEntries(common)),
    part((key) => commonNames.includes(key)),
    owner,
    tools.report,
    unknownText,
  );
  if (first === undefined || second === undefined) return undefined;
  return {
    options: { ...first.options, ...second.options },
    resolved: { ...first.resolved, ...second.resolved },
  };
}

async function load(kind: Kind, name: string, tools: StageTools): Promise<AnyPlugin | undefined> {
  if (!tools.plugins.names(kind).includes(name)) return undefined;
  try {
    return await tools.plugins.load(kind, name);
  } catch (error) {
    if (!(error instanceof DenoiseError)) throw error;
    tools.add(error.problems);
    return undefined;
  }
}

async function unknownOption(
  { path, key, known }: UnknownKey,
  plugin: AnyPlugin,
  all: readonly string[],
  tools: StageTools,
): Promise<Message> {
  const owner = `${plugin.kind}/${plugin.name}`;
  if (path.length > 0) return messages.unknownOption(pathText([...path, key]), owner, known);
  if (nearest(key, all) === undefined) {
    const owners = await optionOwners(key, [plugin.kind, ...kindNames], tools.plugins);
    if (owners.length > 0) return messages.foreignOption(key, owner, owners, all);
  }
  return messages.unknownOption(key, owner, all);
}

/** Plugins that have an option, `network/clear-unet`; those of the first kind that has any. */
export async function optionOwners(option: string, order: readonly Kind[], source: PluginSource): Promise<string[]> {
  for (const kind of new Set(order)) {
    const owners: string[] = [];
    for (const name of source.names(kind)) {
      // Backends load whole runtimes, and a plugin that does not load does not help here.
      const plugin = kind === "backend" && kind !== order[0]
        ? undefined
        : await source.load(kind, name).catch(() => undefined);
      const has = plugin !== undefined &&
        [plugin.options.shape, kinds[kind].options].some((shape) => Object.hasOwn(shape, option));
      if (has) owners.push(`${kind}/${name}`);
    }
    if (owners.length > 0) return owners;
  }
  return [];
}
