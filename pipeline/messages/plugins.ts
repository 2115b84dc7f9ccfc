/** Messages about plugins: finding, loading and checking them, and writing a new one. */
import type { Kind } from "../kinds/mod.ts";
import type { Problem } from "../problem.ts";
import { nearest } from "../text/nearest.ts";

/** A message that has no place yet. */
export type Message = Omit<Problem, "place">;

const quote = (value: unknown) => (typeof value === "string" ? `"${value}"` : `${value}`);
const list = (names: readonly string[]) => names.join(", ");

function didYouMean(name: unknown, names: readonly string[]): string[] {
  const near = typeof name === "string" ? nearest(name, names) : undefined;
  return near === undefined ? [] : [`Did you mean "${near}"?`];
}

/** What a plugin object calls itself, as far as it says. */
function called(plugin: Readonly<Record<string, unknown>>): string {
  return typeof plugin.name === "string" && typeof plugin.kind === "string"
    ? `plugin ${plugin.kind}/${plugin.name}`
    : "the plugin";
}

const expected: Readonly<Record<string, string>> = {
  kind: 'kind: "sampler", or another plugin kind',
  name: 'name: "my-plugin", the name that stands in a recipe',
  summary: 'summary: "…", one line that says what it is',
  source: 'source: "…", one line that says where the method comes from',
  options: "options: z.object({ … }), empty if it has none",
  needs: 'needs: ["schedule"], a list of what create receives besides the options',
  create: "create: ({ options }) => ({ … }), the function that makes the stage",
};

export function missingProperty(plugin: Readonly<Record<string, unknown>>, property: string): Message {
  return {
    code: "plugin-incomplete",
    message: `Cannot use ${called(plugin)} without "${property}"`,
    help: [`Add ${expected[property]}`],
  };
}

export function badProperty(plugin: Readonly<Record<string, unknown>>, property: string, value: unknown): Message {
  return {
    code: "plugin-malformed",
    message: `Cannot use ${called(plugin)}: "${property}" is ${value === "" ? "empty" : typeof value}`,
    help: [`Expected ${expected[property]}`],
  };
}

export function unknownKind(kind: unknown, kinds: readonly string[]): Message {
  return {
    code: "plugin-unknown-kind",
    message: `Unknown plugin kind ${quote(kind)}`,
    help: [...didYouMean(kind, kinds), `Kinds: ${list(kinds)}`],
  };
}

export function badPluginName(name: unknown): Message {
  const text = String(name).toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[-0-9]+|-+$/g, "");
  return {
    code: "plugin-name",
    message: `Cannot call a plugin ${quote(name)}`,
    help: [`Names are lower case letters, digits and single hyphens, such as "${text || "my-plugin"}"`],
  };
}

export function unknownSlot(
  plugin: Readonly<Record<string, unknown>>,
  slot: unknown,
  slots: readonly string[],
): Message {
  return {
    code: "plugin-unknown-slot",
    message: `Cannot supply ${quote(slot)}, which ${called(plugin)} needs`,
    help: [...didYouMean(slot, slots), `A plugin can need: ${list(slots)}`],
  };
}

export function badOptions(plugin: Readonly<Record<string, unknown>>, options: unknown): Message {
  const old = typeof options === "object" && options !== null && "_def" in options && !("_zod" in options);
  return {
    code: "plugin-options",
    message: `Cannot read the options of ${called(plugin)}: they are ${old ? "a schema of zod 3" : "no z.object"}`,
    help: [`Write ${expected.options}`, 'Import z from "denoise/plugin"'],
  };
}

export function noPlugin(file: string): Message {
  return {
    code: "plugin-not-exported",
    message: `Found no plugin in "${file}"`,
    help: ["Export one: export default plugin({ kind, name, summary, options, create })"],
  };
}

export function pluginFileMissing(file: string, near: string | undefined): Message {
  return {
    code: "plugin-file-missing",
    message: `Cannot find the plugin file "${file}"`,
    help: near === undefined ? ["Paths start at the folder of the recipe"] : [`Did you mean "${near}"?`],
  };
}

export function pluginFileBroken(file: string, reason: string, hint?: string): Message {
  return {
    code: "plugin-file-broken",
    message: `Cannot load the plugin file "${file}": ${reason}`,
    help: hint === undefined ? [] : [hint],
  };
}

export function nameTaken(kind: Kind, name: string, by: string): Message {
  return {
    code: "plugin-name-taken",
    message: `Cannot add ${kind} "${name}": ${by} has that name already`,
    help: [`Rename it, such as name: "my-${name}"`],
  };
}

export function builtInBroken(id: string, reason: string): Message {
  return {
    code: "plugin-file-broken",
    message: `Cannot load the built-in plugin ${id}: ${reason}`,
    help: [],
  };
}

export function unknownPlugin(text: string, names: readonly string[]): Message {
  return {
    code: "unknown-plugin",
    message: `Found no plugin "${text}"`,
    help: [...didYouMean(text, names), 'List them with "deno task plugins"'],
  };
}

export function ambiguousPlugin(text: string, ids: readonly string[]): Message {
  return {
    code: "ambiguous-plugin",
    message: `Several plugins have the name "${text}"`,
    help: [`Say which one: ${list(ids)}`],
  };
}

export function cannotScaffold(kind: string, kinds: readonly string[]): Message {
  return {
    code: "unknown-kind",
    message: `Cannot write a plugin of kind "${kind}"`,
    help: [...didYouMean(kind, kinds), `Kinds: ${list(kinds)}`],
  };
}

export function filesExist(files: readonly string[]): Message {
  return {
    code: "files-exist",
    message: `Cannot write ${files.map((file) => `"${file}"`).join(", ")}: already there`,
    help: ["Choose another name, or another folder with --dir"],
  };
}
