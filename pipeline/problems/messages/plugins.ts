/** Messages about plugins: finding, loading and checking them, and writing a new one; in alphabetical order of code. */
import { shellWord } from "../../terminal/shell.ts";
import { pathHints } from "../../../lib/files/mod.ts";
import type { Kind } from "../../kinds/mod.ts";
import { choices, found, listed, type Message, quote } from "./text.ts";

/** What a plugin object calls itself, as far as it says. */
function called(plugin: Readonly<Record<string, unknown>>): string {
  return typeof plugin.name === "string" && typeof plugin.kind === "string"
    ? `plugin ${plugin.kind}/${plugin.name}`
    : "the plugin";
}

const expected: Readonly<Record<string, string>> = {
  kind: 'kind: "sampler", or another plugin kind',
  name: 'name: "my-plugin", its name in a recipe',
  summary: 'summary: "…", one line that says what it is',
  prefer: 'prefer: "…", one line that says when to take it',
  source: 'source: "…", one line that says where the method comes from',
  options: "options: z.object({ … }), empty if it has none",
  outside: 'outside: { folder: "file" }, the options that lead to a "file", an "address" or a "library"',
  locates: 'locates: ["folder"], a list of names of its options that say where something is and not what it is',
  needs: 'needs: ["schedule"], a list of what create receives besides the options',
  create: "create: ({ options }) => ({ … }), the function that makes the stage",
};

/** A name that plugins of several kinds have. */
export function ambiguousPlugin(text: string, ids: readonly string[]): Message {
  return {
    code: "ambiguous-plugin",
    message: `Several plugins have the name "${text}"`,
    help: [`say which one: ${listed(ids, "or")}`],
  };
}

/** A built-in plugin that cannot be imported. */
export function builtInBroken(id: string, reason: string): Message {
  return {
    code: "built-in-broken",
    message: `Cannot load the built-in plugin ${id}: ${reason}`,
    help: [],
  };
}

/** Files that would be overwritten. */
export function filesExist(files: readonly string[]): Message {
  return {
    code: "files-exist",
    message: `Cannot write ${listed(files.map(quote), "and")}: already there`,
    help: ["choose another name, or another folder with --dir"],
  };
}

/** A file where a plugin is named. */
export function noPluginInFile(file: string): Message {
  return {
    code: "no-plugin-file",
    message: `Cannot show "${file}": a plugin is shown by its name, not by its file`,
    help: [`name the plugin in it: deno task plugins show <name> --plugins ${shellWord(file)}`],
  };
}

/**
 * A plugin that is not there. `others`: what there is to choose from, all of one sort, and what to call it; none where
 * what was meant is found among too many to list.
 */
export function noPluginNamed(
  text: string,
  meant: string | undefined,
  others: { readonly what: string; readonly names: readonly string[] } | undefined,
): Message {
  const list = others === undefined ? [] : [`${others.what}: ${listed([...others.names].sort())}`];
  const [first, ...rest] = meant === undefined ? list : [[`did you mean ${meant}?`, ...list].join(" ")];
  return {
    code: "no-plugin-named",
    message: `Found no plugin "${text}"`,
    help: [...(first === undefined ? [] : [first]), ...rest, "deno task plugins lists all plugins by kind"],
  };
}

/** `plugins show` alone. */
export function noPluginToShow(kinds: readonly string[]): Message {
  return {
    code: "no-plugin-to-show",
    message: "Cannot show a plugin: none was named",
    help: [
      "name one, such as sampler/ddim; one of your own with its file: plugins show mine --plugins mine.ts",
      `or a kind: ${listed(kinds, undefined, kinds.length)}`,
      "deno task plugins lists all plugins by kind",
    ],
  };
}

/** A kind without a template. */
export function cannotScaffold(kind: string, kinds: readonly string[]): Message {
  return {
    code: "no-template",
    message: `Cannot write a plugin of kind "${kind}"`,
    help: [choices(kind, "Kinds", kinds)],
  };
}

/** A plugin file that cannot be imported. */
export function pluginFileBroken(file: string, reason: string, hint?: string): Message {
  return {
    code: "plugin-file-broken",
    message: `Cannot load the plugin file "${file}": ${reason}`,
    help: hint === undefined ? [] : [hint],
  };
}

/** A plugin file that is not there. */
export function pluginFileMissing(file: string, near: string | undefined): Message {
  return {
    code: "plugin-file-missing",
    message: `Cannot find the plugin file "${file}"`,
    help: [
      ...pathHints(file),
      near === undefined
        ? "paths in a recipe are relative to it; --plugins <file> names a file of that name elsewhere"
        : `did you mean ${near}?`,
    ],
  };
}

/** A plugin object that lacks something every plugin has. */
export function missingProperty(plugin: Readonly<Record<string, unknown>>, property: string): Message {
  return {
    code: "plugin-incomplete",
    message: `Cannot use ${called(plugin)} without "${property}"`,
    help: [`add ${expected[property]}`],
  };
}

/** A property of a plugin object that holds the wrong thing. */
export function badProperty(plugin: Readonly<Record<string, unknown>>, property: string, value: unknown): Message {
  return {
    code: "plugin-malformed",
    message: `Cannot use ${called(plugin)}: ${quote(property)} is ${found(value)}`,
    help: [`expected ${expected[property]}`],
  };
}

/** A name that cannot be used in a recipe. */
export function badPluginName(name: unknown): Message {
  const text = String(name).toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^[-0-9]+|-+$/g, "");
  return {
    code: "plugin-name",
    message: `Cannot call a plugin ${quote(name)}`,
    help: [`names are lower case letters, digits and single hyphens, such as "${text || "my-plugin"}"`],
  };
}

/** A plugin with the name of another. `by`: whose it is. */
export function nameTaken(kind: Kind, name: string, by: string): Message {
  return {
    code: "plugin-name-taken",
    message: `Cannot add ${kind} "${name}": ${by} already has that name`,
    help: [`rename it, such as name: "my-${name}"`],
  };
}

/** A file that exports no plugin. */
export function noPlugin(file: string): Message {
  return {
    code: "plugin-not-exported",
    message: `Found no plugin in ${quote(file)}`,
    help: ["export one: export default plugin({ kind, name, summary, options, create })"],
  };
}

/** Options that are not a zod object of this major version. */
export function badOptions(plugin: Readonly<Record<string, unknown>>, options: unknown): Message {
  const old = typeof options === "object" && options !== null && "_def" in options && !("_zod" in options);
  return {
    code: "plugin-options",
    message: `Cannot read the options of ${called(plugin)}: they are ${old ? "a zod 3 schema" : "not a z.object"}`,
    help: [`write ${expected.options}`, 'import z from "denoise/plugin"'],
  };
}

/** A plugin of an unknown kind. */
export function unknownKind(kind: unknown, kinds: readonly string[]): Message {
  return {
    code: "plugin-unknown-kind",
    message: `Unknown plugin kind ${quote(kind)}`,
    help: [choices(String(kind), "Kinds", kinds)],
  };
}

/** A plugin that needs what nothing can supply. */
export function unknownSlot(
  plugin: Readonly<Record<string, unknown>>,
  slot: unknown,
  slots: readonly string[],
): Message {
  return {
    code: "plugin-unknown-slot",
    message: `Cannot supply ${quote(slot)}, which ${called(plugin)} needs`,
    help: [choices(String(slot), "A plugin can need", slots)],
  };
}
