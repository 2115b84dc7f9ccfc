/** The text of `plugins` and of `plugins show`: what there is, and all that one plugin says of itself. */
import { visible, visibleJson } from "../../lib/text/mod.ts";
import { type Kind, kinds } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import * as messages from "../problems/messages/plugins.ts";
import { DenoiseError } from "../problems/problem.ts";
import { describe, inputSchema, type JsonSchema } from "../recipe/describe.ts";
import type { PluginSource } from "../recipe/types.ts";
import { nearest } from "../terminal/nearest.ts";
import { wrap } from "../terminal/width.ts";
import { factsOfPlugin } from "./plugin_facts.ts";
import { pluginFile } from "./load_file.ts";
import { isPluginName } from "../trust/code.ts";
import { everyName } from "./registry.ts";
import { z } from "zod";

/** Columns of a page. */
export const width = 100;

/** Names by kind, each kind with what it is; those of one kind where one is given. */
export function listPlugins(source: PluginSource, only?: Kind): string {
  const names = Object.keys(kinds) as Kind[];
  const label = Math.max(...names.map((kind) => kind.length)) + 2;
  return (only === undefined ? names : [only]).flatMap((kind) => {
    const plugins = source.names(kind).join("  ") || "none";
    return [
      `${kind.padEnd(label)}${kinds[kind].summary}`,
      ...wrap(plugins, width - label).map((line) => `${" ".repeat(label)}${line}`),
      "",
    ];
  }).slice(0, -1).join("\n");
}

/**
 * The plugin called `kind/name`, or `name` where only one kind has it.
 *
 * @throws {DenoiseError} with the nearest names when there is none, or with the kinds when there are several
 */
export async function findPlugin(source: PluginSource, text: string): Promise<AnyPlugin> {
  const all = everyName(source);
  const found = all.filter(({ kind, name }) => text === `${kind}/${name}` || text === name);
  if (found.length > 1) {
    throw new DenoiseError(messages.ambiguousPlugin(text, found.map(({ kind, name }) => `${kind}/${name}`)));
  }
  const [only] = found;
  if (only === undefined) {
    if (isPluginName(text)) throw new DenoiseError(messages.noPluginInFile(text));
    // Of a kind that exists, only its own plugins can be meant; without a slash, a kind as well.
    const [kind, wanted = ""] = text.split("/");
    const own = all.filter((each) => each.kind === kind);
    if (wanted !== "" && own.length > 0) {
      // Compared without the kind: its letters would make any name look near.
      const meant = nearest(wanted, own.map(({ name }) => name));
      const ids = own.map(({ name }) => `${kind}/${name}`);
      const others = { what: `Plugins of ${kind}`, names: ids };
      throw new DenoiseError(messages.noPluginNamed(text, meant && `${kind}/${meant}`, others));
    }
    const kindNames = Object.keys(kinds) as Kind[];
    const names = text.includes("/") ? all.map(({ kind, name }) => `${kind}/${name}`) : all.map(({ name }) => name);
    const meant = nearest(text, text.includes("/") ? names : [...kindNames, ...names]);
    const meantKind = kindNames.find((kind) => kind === meant);
    const others = meantKind !== undefined
      ? { what: "Its plugins", names: source.names(meantKind) }
      : meant === undefined
      ? { what: "Kinds of plugins", names: kindNames }
      : undefined;
    throw new DenoiseError(messages.noPluginNamed(text, meant, others));
  }
  return (await source.load(only.kind, only.name))!;
}

/** One plugin: what it is, when to prefer it, source, capabilities, options and a line for a recipe. */
export async function showPlugin(source: PluginSource, text: string): Promise<string> {
  const plugin = await findPlugin(source, text);
  const id = `${plugin.kind}/${plugin.name}`;
  const label = Math.max(id.length, "capabilities".length) + 3;
  const row = (name: string, text: string | undefined) =>
    text === undefined || text === ""
      ? []
      : wrap(visible(text), width - label).map((line, i) => (i === 0 ? name : "").padEnd(label) + line);
  const options = tableOf(optionSchemas(plugin)).map((line) => `  ${line}`);
  return [
    ...row(id, plugin.summary),
    ...row("prefer", plugin.prefer),
    ...row("source", plugin.source),
    ...row("file", pluginFile(plugin)),
    ...row("needs", plugin.needs?.join(" · ")),
    ...row("capabilities", (await factsOfPlugin(source, plugin)).join(" · ")),
    ...(options.length === 0 ? row("options", "none") : ["options", ...options]),
    "in a recipe",
    `  ${exampleLine(plugin)}`,
  ].join("\n");
}

/** What a plugin says of itself, as data. */
export interface PluginFacts {
  /** Its kind. */
  readonly kind: Kind;
  /** Its name. */
  readonly name: string;
  /** What it is, in a line. */
  readonly summary: string;
  /** When to take it rather than another of its kind; null where it does not say. */
  readonly prefer: string | null;
  /** Paper or page that it is from; null where it names none. */
  readonly source: string | null;
  /** Null for a built-in plugin. */
  readonly file: string | null;
  /** Slots that it asks for. */
  readonly needs: readonly string[];
  /** What it can do, in words. */
  readonly capabilities: readonly string[];
  /** JSON Schema of its options and those of its kind. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** As `showPlugin`, for programs. */
export async function aboutPlugin(source: PluginSource, text: string): Promise<PluginFacts> {
  const plugin = await findPlugin(source, text);
  const schemas = optionSchemas(plugin);
  return {
    kind: plugin.kind,
    name: plugin.name,
    summary: plugin.summary,
    prefer: plugin.prefer ?? null,
    source: plugin.source ?? null,
    file: pluginFile(plugin) ?? null,
    needs: plugin.needs ?? [],
    capabilities: await factsOfPlugin(source, plugin),
    options: {
      type: "object",
      properties: Object.fromEntries(schemas.map(([name, schema]) => [name, schema])),
      required: schemas.flatMap(([name, , required]) => required ? [name] : []),
    },
  };
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly fallback: string;
  readonly text: string;
}

type OptionSchema = [name: string, schema: JsonSchema, required: boolean];

/** The plugin's own options first, then those that every plugin of its kind takes. */
function optionSchemas(plugin: AnyPlugin): OptionSchema[] {
  const own = inputSchema(plugin.options);
  const common = inputSchema(z.object(kinds[plugin.kind].options as z.ZodRawShape));
  const required = [own.required, common.required].flat();
  return Object.entries({ ...own.properties, ...without(common.properties, own.properties) })
    .map(([name, schema]) => [name, schema, required.includes(name)]);
}

const without = (a: JsonSchema["properties"] = {}, b: JsonSchema["properties"] = {}) =>
  Object.fromEntries(Object.entries(a).filter(([key]) => !(key in b)));

/** Lines of a table of options: name, type, default and what it is. */
export function optionTable(shape: z.ZodRawShape): string[] {
  const { properties = {}, required } = inputSchema(z.object(shape));
  return tableOf(Object.entries(properties).map(([name, schema]) => [name, schema, [required].flat().includes(name)]));
}

function tableOf(options: readonly OptionSchema[]): string[] {
  const rows = options.map(([name, schema, required]): Row => ({
    name,
    type: describe(schema),
    fallback: schema.default !== undefined ? `default ${literal(schema.default)}` : required ? "required" : "optional",
    text: visible(schema.description ?? ""),
  }));
  const column = (of: (row: Row) => string, most: number) =>
    Math.min(most, Math.max(0, ...rows.map((row) => of(row).length)));
  const widths = [column((r) => r.name, 40), column((r) => r.type, 24), column((r) => r.fallback, 22)];
  const last = width - 2 - widths.reduce((sum, width) => sum + width + 2, 0);
  return rows.flatMap(({ name, type, fallback, text }) => {
    const cells = [[name], wrap(type, widths[1]!), wrap(fallback, widths[2]!), wrap(text, last)];
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => {
      const parts = cells.map((cell, i) => (cell[line] ?? "").padEnd(widths[i] ?? 0));
      return parts.join("  ").trimEnd();
    });
  });
}

/** A value as a recipe writes it: flow style, without the quotes that YAML does not need. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value).map(([key, item]) => `${key}: ${literal(item)}`).join(", ")} }`;
  }
  return typeof value === "string" && /^[a-zA-Z][\w -]*$/.test(value) &&
      !/^(true|false|null|yes|no|on|off)$/i.test(value)
    ? value
    : visibleJson(value);
}

/** A line that uses the plugin: its required options, or its first one. */
function exampleLine(plugin: AnyPlugin): string {
  const { key, arity } = kinds[plugin.kind];
  const schemas = optionSchemas(plugin);
  const required = schemas.filter(([, , required]) => required);
  const shown = required.length > 0
    ? required
    : schemas.filter(([, schema]) => schema.default !== undefined).slice(0, 1);
  const options = shown.map(([name, schema]) => `${name}: ${example(schema)}`);
  const stage = options.length === 0 ? plugin.name : `{ use: ${[plugin.name, ...options].join(", ")} }`;
  if (arity === "named") return `${key}: { preview: ${stage} }`;
  return arity === "list" ? `${key}: [ ${stage} ]` : `${key}: ${stage}`;
}

function example({ default: fallback, examples, enum: allowed, minimum = 1, type }: JsonSchema): string {
  const value = fallback ?? (examples as unknown[] | undefined)?.[0] ?? allowed?.[0];
  if (value !== undefined) return literal(value);
  return type === "integer" || type === "number" ? String(Math.max(minimum, 1)) : type === "boolean" ? "true" : "…";
}
