/** zod's issues in our words: the one table from its closed set of codes to messages. */
import { z } from "zod";
import * as messages from "../problems/messages/recipe.ts";
import type { Message } from "../problems/messages/text.ts";
import { describe, describeOne, type JsonSchema, schemaAt } from "./describe.ts";
import { asMeant, visible } from "../../lib/text/mod.ts";
import { inQuotes } from "./in_quotes.ts";
import { type Node, pathText } from "./node.ts";
import type { Path } from "./types.ts";

type Issue = z.core.$ZodIssue;

const englishOf = z.locales.en().localeError;

/**
 * An issue as a message.
 *
 * @param owner what has the options: `network/clear-unet`, `train`
 * @param schema of the options, for what is allowed
 * @param data what was checked
 * @param nodeAt the node at a path, for how it is written
 */
export function issueText(
  issue: Issue,
  owner: string,
  schema: JsonSchema,
  data: unknown,
  nodeAt: (path: Path) => Node | undefined = () => undefined,
): Message {
  const path = issue.path as (string | number)[];
  const option = pathText(path);
  const value = valueAt(data, path);
  const inner = schemaAt(schema, path);
  const node = nodeAt(path);
  const source = node?.written;
  const wrongType = () => messages.wrongType(option, owner, allowed, value, hints(value, node, inner), source);
  const allowed = inner === undefined ? "another value" : describeOne(inner);
  if (value === undefined && issue.code !== "custom") {
    return messages.missingOption(option, owner, inner === undefined ? "value" : describe(inner), inner?.description);
  }
  // A schema's own `error` text knows more than its type.
  const said = issue.code === "custom" ? issue.message : ownText(issue);
  if (said !== undefined) {
    const fix = issue.code === "custom" ? issue.params?.fix : undefined;
    return messages.pluginCheck(option || undefined, owner, value, said, typeof fix === "string" ? [fix] : []);
  }
  switch (issue.code) {
    case "invalid_value":
      if (typeof value === "string") return messages.wrongValue(option, owner, value, issue.values.map(String));
      return wrongType();
    case "too_big":
    case "too_small":
    case "not_multiple_of":
      return messages.outOfRange(option, owner, allowed, value, sizes(issue, value), source);
    case "invalid_type":
      // A fraction where a whole number belongs is of the right type for people.
      if (typeof value === "number" && /integer|number/.test(describe(inner ?? {}))) {
        return messages.outOfRange(option, owner, allowed, value, [], source);
      }
      return wrongType();
    case "invalid_union":
      return wrongType();
    default:
      // invalid_format, invalid_key, invalid_element, unrecognized_keys within unions, and what zod may add
      return messages.pluginCheck(option || undefined, owner, value, lowerFirst(issue.message));
  }
}

/** The text that a schema gives for its own failure, or undefined where zod's applies. */
function ownText(issue: Issue): string | undefined {
  const english = englishOf(issue as Parameters<typeof englishOf>[0]);
  return issue.message === (typeof english === "string" ? english : english?.message) ? undefined : issue.message;
}

/** What people write where YAML means something else. */
function hints(value: unknown, node: Node | undefined, schema: JsonSchema = {}): string[] {
  const types = [schema, ...schema.anyOf ?? []].flatMap((one) => one.type ?? []);
  const takes = (...wanted: string[]) => wanted.some((type) => types.includes(type));
  if (typeof value === "string") {
    const number = asMeant(value).trim().replaceAll(/(?<=\d)[_,](?=\d{3})/g, "");
    if (takes("integer", "number") && number !== "" && Number.isFinite(Number(number))) {
      const meant = /^[-+]?(\d+(\.\d+)?|\.\d+)(e[-+]?\d+)?$/i.test(number) ? number : String(Number(number));
      return [meant === value ? `quotes make it text: write ${meant}` : `write ${meant}`];
    }
    if (takes("boolean") && /^(yes|on|y|true)$/i.test(value)) return ["write true, without quotes"];
    if (takes("boolean") && /^(no|off|n|false)$/i.test(value)) return ["write false, without quotes"];
  }
  const { written } = node ?? {};
  const text = written ?? String(value);
  if (takes("array") && !Array.isArray(value) && typeof value !== "object") return [`write [${visible(text)}]`];
  const words = schema.enum?.filter((word) => typeof word === "string") ?? [];
  // In quotes it would be text, but none that is allowed.
  const quotable = words.length === 0 || words.includes(text);
  if (value === null) {
    if (takes("string") && written !== undefined && written !== "~" && quotable) return inQuotes(node!);
    const typed = node?.origin.from === "command line";
    return [typed ? "leave it out for its default" : "write a value after the colon, or remove the line"];
  }
  const fits = typeof schema.pattern !== "string" || new RegExp(schema.pattern, "u").test(text);
  return takes("string") && typeof value !== "object" && fits && quotable && node !== undefined ? inQuotes(node) : [];
}

function sizes(issue: Issue, value: unknown): string[] {
  if (Array.isArray(value) && value.length > 0) return [`it has ${value.length}`];
  if (typeof value === "string" && value !== "" && issue.code !== "not_multiple_of") {
    return [`it has ${value.length} characters`];
  }
  return [];
}

function valueAt(data: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    data,
  );
}

const lowerFirst = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);
