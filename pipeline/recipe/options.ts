/** Checks the options of one stage, or of `train`, against their zod schema. */
import type { z } from "zod";
import { isExplained } from "../../lib/files/explained.ts";
import { pluginCheckFailed } from "../problems/messages/recipe.ts";
import * as messages from "../problems/messages/recipe.ts";
import type { Place } from "../problems/problem.ts";
import { nearest } from "../terminal/nearest.ts";
import { inputSchema } from "./describe.ts";
import { issueText } from "./issues.ts";
import { dataOf, fieldAt, isMap, type MapNode, type Node, spanOf, withFields } from "./node.ts";
import type { ReportProblem } from "./parse.ts";
import type { Path } from "./types.ts";
import { splitUnknown, type UnknownKey } from "./unknown.ts";

/** Options that passed. */
export interface CheckedOptions {
  /** What the schema gives: what `create` receives. */
  readonly options: Record<string, unknown>;
  /** What a recipe would say to get them, defaults written out. */
  readonly resolved: Record<string, unknown>;
}

/** Whose options they are, and where problems without a place of their own are shown. */
export interface OptionsOwner {
  /** Such as `network/clear-unet`. */
  readonly name: string;
  readonly place: Place | undefined;
}

/**
 * Checks a map of options, and reports everything that is wrong.
 *
 * @param unknownText says what is wrong with a key that the schema does not have
 * @returns undefined when something was reported
 */
export async function checkOptions(
  schema: z.ZodObject,
  node: MapNode,
  owner: OptionsOwner,
  report: ReportProblem,
  unknownText: (key: UnknownKey) => Promise<ReturnType<typeof messages.unknownOption>>,
): Promise<CheckedOptions | undefined> {
  const split = splitUnknown(schema, node);
  for (const unknown of split.unknown) {
    report(await unknownText(unknown), unknown.field.key ?? unknown.field.node.place ?? owner.place);
  }
  const given = await withoutUndone(schema, split.node);
  const meant = new Set(split.unknown.map(({ key, known, path }) => [...path, nearest(key, known)].join(".")));
  const data = dataOf(given) as Record<string, unknown>;
  let result: z.ZodSafeParseResult<Record<string, unknown>>;
  try {
    result = await schema.safeParseAsync(data, { reportInput: true });
  } catch (error) {
    // A check of a plugin may use `refuse`, as its `create` does.
    const refusal = isExplained(error) ? error : undefined;
    const option = refusal?.option;
    const place = placeOf(given, option === undefined ? [] : [option]) ?? owner.place;
    report(
      refusal === undefined
        ? pluginCheckFailed(owner.name, (error as Error).message)
        : messages.pluginCheck(option, owner.name, option && data[option], refusal.message, refusal.help),
      place,
    );
    return undefined;
  }
  if (!result.success) {
    const json = inputSchema(schema);
    for (const issue of result.error.issues) {
      const text = issueText(issue, owner.name, json, data, (path) => fieldAt(given, path)?.node);
      // The misspelt key above is the missing one.
      if (text.code === "missing-option" && meant.has(issue.path.join("."))) continue;
      const path = issue.path as (string | number)[];
      const field = issue.code === "custom" && path.length > 0 ? fieldAt(given, path) : undefined;
      report(text, (field && spanOf(field)) ?? placeOf(given, path) ?? owner.place);
    }
    return undefined;
  }
  if (split.unknown.length > 0) return undefined;
  return { options: result.data, resolved: await resolve(schema, data, result.data) };
}

/** The options without those that are undone, unless nothing is among the values that they may have. */
async function withoutUndone(schema: z.ZodObject, node: Node): Promise<Node> {
  if (!undoesAny(node)) return node;
  try {
    const { error } = await schema.safeParseAsync(dataOf(node));
    return (error?.issues ?? []).reduce((left, { path }) => without(left, path as Path), node);
  } catch {
    return node; // a check that fails does so again, and is reported
  }
}

function undoesAny({ undoes = false, value }: Node): boolean {
  return undoes || (value instanceof Map && [...value.values()].some(({ node }) => undoesAny(node)));
}

/** A map without the value at a path, where it undoes another. */
function without(node: Node, [key, ...inner]: Path): Node {
  const field = isMap(node) ? node.value.get(String(key)) : undefined;
  if (field === undefined) return node;
  const fields = new Map((node as MapNode).value);
  if (field.node.undoes) fields.delete(String(key));
  else fields.set(String(key), { ...field, node: without(field.node, inner) });
  return withFields(node, fields);
}

/** Place of the value at a path; undefined when it is missing, or only a default. */
function placeOf(node: Node, path: readonly (string | number)[]): Place | undefined {
  if (path.length === 0) return undefined;
  const field = fieldAt(node, path);
  return field?.node.place ?? field?.key ?? placeOf(node, path.slice(0, -1));
}

/** What a recipe would say: the values with defaults, unless the schema turned them into what it would not read. */
async function resolve(
  schema: z.ZodObject,
  data: Record<string, unknown>,
  output: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const resolved: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(output)) {
    if (value === undefined) continue;
    const option = Object.hasOwn(schema.shape, key) ? schema.shape[key] as z.ZodType : undefined;
    const again = await option?.safeParseAsync(value);
    const same = again === undefined || (again.success && JSON.stringify(again.data) === JSON.stringify(value));
    if (same) resolved[key] = value;
    else if (Object.hasOwn(data, key)) resolved[key] = data[key];
  }
  return resolved;
}
