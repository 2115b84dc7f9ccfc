/** Resolved recipes as YAML text, and what differs between two of them. */
import { basename } from "node:path";
import { Document, isMap as isYamlMap, isScalar, type Node as YamlNode, visit } from "yaml";
import { replaceUnseen, visible, visibleJson } from "../../lib/text/mod.ts";
import { stageKey } from "./merge.ts";
import { isList, isMap, type Node, pathText } from "./node.ts";
import type { Path } from "./types.ts";

const width = 100;

/**
 * A resolved recipe as YAML: itself a recipe, which reads back equal. A stage is on one line where it fits.
 * The same recipe gives the same text.
 */
export function toYaml(resolved: Readonly<Record<string, unknown>>): string {
  const document = new Document(withBareNames(resolved), { aliasDuplicateObjects: false, version: "1.2" });
  const print = (node: YamlNode | null, indent: number) => {
    if (!isYamlMap(node)) return;
    for (const { key, value } of node.items) {
      if (!isCollection(value)) continue;
      value.flow = true;
      const line = `${" ".repeat(indent)}${isScalar(key) ? key.value : ""}: ${flowText(value)}`;
      if (line.length <= width) continue;
      // Too long for a line: broken up at this level only.
      value.flow = false;
      if (isYamlMap(value)) print(value, indent + 2);
      else for (const item of value.items) breakUp(item, indent + 4);
    }
  };
  const breakUp = (item: unknown, indent: number) => {
    if (!isCollection(item)) return;
    item.flow = indent + flowText(item).length <= width;
    if (!item.flow) print(item as YamlNode, indent);
  };
  print(document.contents, 0);
  // What cannot be seen is written by its code, which only double quotes know.
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === "string" && visible(node.value) !== node.value) node.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true, singleQuote: false }).split("\n")
    .map((line) => replaceUnseen(line, yamlEscape)).join("\n");
}

function yamlEscape(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}

/** A stage without options is its name. */
function withBareNames(resolved: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const bare = (stage: unknown) => isRecord(stage) && Object.keys(stage).join() === "use" ? stage.use : stage;
  return Object.fromEntries(
    Object.entries(resolved).map(([key, value]) => {
      const arity = stageKey(key)?.arity;
      if (arity === "one") return [key, bare(value)];
      if (arity === "list" && Array.isArray(value)) return [key, value.map(bare)];
      if (arity !== "named" || !isRecord(value)) return [key, value];
      return [key, Object.fromEntries(Object.entries(value).map(([name, stage]) => [name, bare(stage)]))];
    }),
  );
}

type Collection = Extract<YamlNode, { flow?: boolean; items: unknown[] }>;

function isCollection(node: unknown): node is Collection {
  return typeof node === "object" && node !== null && "items" in node;
}

function flowText(node: Collection): string {
  const alone = new Document(node.toJSON(), { aliasDuplicateObjects: false, version: "1.2" });
  visit(alone, { Collection: (_, inner) => void (inner.flow = true) });
  return alone.toString({ lineWidth: 0 }).trimEnd();
}

/**
 * What differs between two resolved recipes, one line each, in the order of the new one: `network.block_depth: 2 → 3`.
 * Empty when they are equal. Plugin files are compared by name: a project may be moved.
 */
export function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return compare(withoutFolders(before), withoutFolders(after), []);
}

function compare(before: unknown, after: unknown, path: Path): string[] {
  if (isRecord(before) && isRecord(after)) {
    // Another plugin has other options: what it is says more than each of them.
    const replaced = before.use !== after.use;
    const keys = replaced ? ["use"] : [...new Set([...Object.keys(after), ...Object.keys(before)])];
    return keys.flatMap((key) => compare(own(before, key), own(after, key), [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && after.some(isRecord)) {
    return after.flatMap((item, i) => compare(before[i], item, [...path, i]));
  }
  const [old, now] = [short(before), short(after)];
  return old === now ? [] : [`${pathText(path)}: ${old} → ${now}`];
}

const own = (record: Readonly<Record<string, unknown>>, key: string) =>
  Object.hasOwn(record, key) ? record[key] : undefined;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutFolders(recipe: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { plugins } = recipe;
  return Array.isArray(plugins) ? { ...recipe, plugins: plugins.map((file) => basename(String(file))) } : recipe;
}

/** A value on one line, as a recipe would write it. */
export function short(value: unknown): string {
  if (value === undefined) return "(none)";
  if (Array.isArray(value)) return list(value.map(short));
  if (isRecord(value)) return map(Object.entries(value).map(([key, item]) => [key, short(item)]));
  return typeof value === "string" && isPlain(value) ? value : visibleJson(value);
}

/** A value on one line, its numbers as the recipe writes them: `007` is another text than `7`. */
export function asWritten(node: Node): string {
  const { value, written } = node;
  if (isList(node)) return list(node.value.map(asWritten));
  if (isMap(node)) return map([...node.value].map(([key, field]) => [key, asWritten(field.node)]));
  return written ?? short(value);
}

const list = (items: readonly string[]) => `[${items.join(", ")}]`;
const map = (entries: readonly (readonly [string, string])[]) =>
  `{ ${entries.map(([key, item]) => `${short(key)}: ${item}`).join(", ")} }`;

/** Whether YAML takes a text for that text without quotes. */
function isPlain(text: string): boolean {
  return /^[\p{L}\d][\p{L}\p{N} ./_-]*$/u.test(text) && Number.isNaN(Number(text)) && !text.endsWith(" ") &&
    visible(text) === text && !/^(true|false|null)$/i.test(text);
}
