/** Says in words what an option takes: "integer ≥ 1", "list of numbers from 0 to 1", `"mae" or "mse"`. */
import { z } from "zod";
import { interval } from "../kinds/interval.ts";
import { listed } from "../problems/messages/text.ts";

/** The part of JSON Schema that zod writes for options. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** JSON Schema (draft 7) of what a recipe may hold for a zod schema. */
export function inputSchema(schema: z.core.$ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", target: "draft-7", unrepresentable: "any" });
  return rest as JsonSchema;
}

/** The schema of a value within a schema, or undefined where it has no say. */
export function schemaAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  const { properties, additionalProperties: more, items, anyOf = [] } = schema;
  const inner: JsonSchema | undefined = typeof step === "string" && properties && Object.hasOwn(properties, step)
    ? properties[step]
    : typeof step === "string"
    ? (typeof more === "object" ? more : undefined)
    : Array.isArray(items)
    ? items[Number(step)]
    : items as JsonSchema | undefined;
  if (inner !== undefined) return schemaAt(inner, rest);
  for (const option of anyOf) {
    const found = schemaAt(option, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

const intervalPattern = inputSchema(interval).pattern;

/** What an option takes, without article: "integer ≥ 1", "list of integers", "text", "true or false". */
export function describe(schema: JsonSchema, many = false): string {
  const plural = (noun: string) => (many ? `${noun}s` : noun);
  if (schema.pattern !== undefined && schema.pattern === intervalPattern) {
    return `${plural("interval")} such as "1 epoch" or "500 steps"`;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return listed(schema.enum.map((value) => JSON.stringify(value)), "or");
  if (schema.anyOf !== undefined) return listed([...new Set(schema.anyOf.map((one) => describe(one, many)))], "or");
  if (Array.isArray(schema.type)) {
    return describe({ anyOf: schema.type.map((type: string) => ({ ...schema, type })) }, many);
  }
  switch (schema.type) {
    case "integer":
      return `${plural("integer")}${range(schema, true)}`;
    case "number":
      return `${plural("number")}${range(schema, false)}`;
    case "boolean":
      return "true or false";
    case "null":
      return "nothing";
    case "string":
      return `${plural("text")}${
        size(schema.minLength === 1 ? 0 : schema.minLength, schema.maxLength, "character", " of ")
      }`;
    case "array":
      return describeList(schema, plural("list"));
    case "object":
      return `${plural("map")} of ${
        schema.properties ? listed(Object.keys(schema.properties), "and") : "names to values"
      }`;
    default:
      return plural("value");
  }
}

/** The same for the middle of a sentence: "an integer ≥ 1". */
export function describeOne(schema: JsonSchema): string {
  const words = describe(schema);
  return /^(text|true|nothing|"|-?\d)/.test(words) ? words : /^[aeiou]/.test(words) ? `an ${words}` : `a ${words}`;
}

function describeList({ items, minItems, maxItems }: JsonSchema, list: string): string {
  if (Array.isArray(items)) return `${list} of ${items.length}: ${listed(items.map((item) => describe(item)), "and")}`;
  const what = describe((items ?? {}) as JsonSchema, true);
  return `${list} of ${size(minItems, maxItems, "", "") ? `${size(minItems, maxItems, "", "")} ` : ""}${what}`;
}

function size(min: number | undefined, max: number | undefined, noun: string, before: string): string {
  const unit = noun === "" ? "" : ` ${noun}s`;
  if (min === undefined || min === 0) return max === undefined ? "" : `${before}at most ${max}${unit}`;
  if (max === undefined) return `${before}${min} or more${unit}`;
  return `${before}${min === max ? min : `${min} to ${max}`}${unit}`;
}

function range(schema: JsonSchema, whole: boolean): string {
  // For whole numbers an open bound is the next closed one; zod's own bounds of safe integers say nothing.
  const step = (bound: number | undefined, by: number) => bound === undefined || !whole ? undefined : bound + by;
  const safe = (bound: number | undefined) => bound === undefined || Math.abs(bound) >= 2 ** 53 - 1 ? undefined : bound;
  const lowest = safe(schema.minimum ?? step(schema.exclusiveMinimum, 1));
  const highest = safe(schema.maximum ?? step(schema.exclusiveMaximum, -1));
  const above = whole ? undefined : schema.exclusiveMinimum;
  const below = whole ? undefined : schema.exclusiveMaximum;
  const steps = schema.multipleOf === undefined || (whole && schema.multipleOf === 1)
    ? ""
    : ` in multiples of ${schema.multipleOf}`;
  if (lowest !== undefined && highest !== undefined) return ` from ${lowest} to ${highest}${steps}`;
  const bounds = [
    lowest !== undefined && `≥ ${lowest}`,
    above !== undefined && `> ${above}`,
    highest !== undefined && `≤ ${highest}`,
    below !== undefined && `< ${below}`,
  ].filter((bound) => bound !== false);
  return (bounds.length > 0 ? ` ${bounds.join(" and ")}` : "") + steps;
}
