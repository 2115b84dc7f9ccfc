/** One JSON Schema for whole recipes, so that editors complete and check them. */
import { type Kind, type KindInfo, kinds } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";
import { inputSchema, type JsonSchema } from "./describe.ts";
import { trainSchema } from "./train.ts";
import type { PluginSource } from "./types.ts";

/** First line of a recipe, so that a YAML language server finds the schema. */
export function modeline(schemaFile: string): string {
  return `# yaml-language-server: $schema=${schemaFile}`;
}

/**
 * The schema (draft 7, which YAML language servers know best) of recipes that use the plugins of a source.
 *
 * A recipe that names plugin files, or extends another, may name plugins that the schema does not know; stages of one
 * that extends may leave out `use`, and take things back by `null`. Without these two keys the schema is as strict as it
 * can be.
 */
export async function jsonSchema(plugins: PluginSource): Promise<Readonly<Record<string, unknown>>> {
  const definitions: Record<string, JsonSchema> = {};
  const closed: Record<string, JsonSchema> = {};
  const mayBeNull = new Set<string>();
  const properties: Record<string, JsonSchema> = {
    name: { type: "string", description: "name of the recipe and of its run folder (default: the file's)" },
    seed: orNull({
      type: "integer",
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 0,
      description: "everything random follows from it",
    }),
    extends: {
      type: "string",
      description: "recipe that this one changes: relative to this file, or denoise/recipes/… for one of Denoise",
    },
    plugins: {
      type: "array",
      items: { type: "string", pattern: "\\.(ts|js|mjs)$" },
      description: "files with plugins of your own (.ts, .js or .mjs), relative to this file",
    },
    sweep: orNull({
      type: "object",
      additionalProperties: { type: "array", minItems: 1 },
      description: "settings with their values, which the command sweep goes through: { schedule: [cosine, linear] }",
    }),
  };
  for (const kind of Object.keys(kinds) as Kind[]) {
    const { key, arity, summary, options }: KindInfo = kinds[kind];
    const names = plugins.names(kind);
    const loaded = (await Promise.all(names.map((name) => plugins.load(kind, name))))
      .filter((plugin) => plugin !== undefined)
      .map((plugin) => pluginSchema(plugin, options, mayBeNull));
    definitions[kind] = stageSchema(loaded, names);
    definitions[`known ${kind}`] = knownSchema(loaded, arity === "one" ? useOf(plugins.defaults[key]) : undefined);
    const { additionalProperties: named, ...all } = stages(arity, kind);
    const eachOrNull = named === undefined ? {} : { additionalProperties: orNull(named as JsonSchema) };
    properties[key] = { description: summary, ...orNull({ ...all, ...eachOrNull }) };
    closed[key] = stages(arity, `known ${kind}`);
  }
  const train = inputSchema(trainSchema);
  properties.train = { ...orNull(strict(train, mayBeNull)), description: "how long to train, and what is kept" };
  const length: JsonSchema = { oneOf: [{ required: ["epochs"] }, { required: ["steps"] }] };
  closed.train = length;
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Denoise recipe",
    type: "object",
    properties,
    additionalProperties: false,
    if: { not: { anyOf: [{ required: ["extends"] }, { required: ["plugins"] }] } },
    then: { allOf: [{ $ref: "#/definitions/given" }, { properties: closed }] },
    allOf: [{
      if: { not: { required: ["extends"] } },
      then: {
        required: [
          ...Object.values(kinds).filter((kind) => kind.arity === "one" && required(kind.key, plugins))
            .map((kind) => kind.key),
          "train",
        ],
        properties: { train: length },
      },
    }],
    definitions: { ...definitions, given: given(mayBeNull) },
  };
}

/** Holds no null at any depth, but in options of which it is a value: there is nothing that it would take back. */
function given(mayBeNull: ReadonlySet<string>): JsonSchema {
  const inner = { $ref: "#/definitions/given" };
  return {
    type: ["object", "array", "string", "number", "boolean"],
    properties: Object.fromEntries([...mayBeNull].toSorted().map((name) => [name, {}])),
    additionalProperties: inner,
    items: inner,
  };
}

/** A schema that takes null as well. */
function orNull(schema: JsonSchema): JsonSchema {
  const { type, anyOf, enum: values, const: only, $ref, description, ...rest } = schema;
  if (anyOf !== undefined) return takesNull(schema) ? schema : { ...schema, anyOf: [...anyOf, { type: "null" }] };
  if (only !== undefined || $ref !== undefined) {
    return { anyOf: [schema, { type: "null" }], ...(description === undefined ? {} : { description }) };
  }
  if (type === undefined && values === undefined) return schema; // anything
  return {
    ...rest,
    ...(type === undefined ? {} : { type: [...new Set([type, "null"].flat())] }),
    ...(values === undefined ? {} : { enum: [...values, null] }),
    ...(description === undefined ? {} : { description }),
  };
}

/** Whether null is a value of an option, by what zod writes for `nullable`. */
function takesNull({ type, anyOf = [] }: JsonSchema): boolean {
  return [type].flat().includes("null") || anyOf.some(takesNull);
}

/** Whether a recipe has to say something for a key. */
function required(key: string, plugins: PluginSource): boolean {
  return !Object.hasOwn(plugins.defaults, key);
}

function stages(arity: KindInfo["arity"], definition: string): JsonSchema {
  const stage: JsonSchema = { $ref: `#/definitions/${encodeURIComponent(definition)}` };
  if (arity === "list") return { type: "array", items: stage };
  return arity === "named" ? { type: "object", additionalProperties: stage } : stage;
}

/** A name, or a map with a plugin's options; names that are not built in are left open, as is a map without name. */
function stageSchema(plugins: readonly PluginSchema[], names: readonly string[]): JsonSchema {
  const foreign: JsonSchema = { type: "string", not: { enum: names } };
  return {
    anyOf: [
      { enum: names },
      ...plugins.map(({ schema }) => schema),
      foreign,
      {
        type: "object",
        properties: { use: foreign },
        not: { required: ["use"], properties: { use: { enum: names } } },
      },
    ],
  };
}

/**
 * What a recipe without a base has to say: a plugin that exists, and what has no default. A map without `use` has
 * the options of the default plugin.
 */
function knownSchema(plugins: readonly PluginSchema[], byDefault: string | undefined): JsonSchema {
  const whole = plugins.map(({ name, needed }): JsonSchema => ({
    type: "object",
    properties: { use: { const: name } },
    required: ["use", ...needed],
  }));
  const { schema } = plugins.find(({ name }) => name === byDefault) ?? {};
  return {
    anyOf: [
      { enum: plugins.filter(({ needed }) => needed.length === 0).map(({ name }) => name) },
      ...whole,
      ...(schema === undefined ? [] : [{ ...schema, required: [], not: { required: ["use"] } }]),
    ],
  };
}

interface PluginSchema {
  readonly name: string;
  /** Options without default. */
  readonly needed: readonly string[];
  readonly schema: JsonSchema;
}

function pluginSchema(plugin: AnyPlugin, common: KindInfo["options"], mayBeNull: Set<string>): PluginSchema {
  const { name, summary, prefer, options } = plugin;
  const description = prefer === undefined ? summary : `${summary}. ${prefer}`;
  const own = strict(inputSchema(options), mayBeNull);
  const more = Object.fromEntries(
    Object.entries(common).filter(([key]) => !Object.hasOwn(own.properties ?? {}, key))
      .map(([key, option]) => [key, orNull(inputSchema(option))]),
  );
  return {
    name,
    needed: Array.isArray(own.required) ? own.required : [],
    schema: {
      ...own,
      description,
      properties: { use: { const: name, description }, ...own.properties, ...more },
      required: ["use"], // the rest may be in the recipe that this one extends
    },
  };
}

/** The plugin that a default stage names. */
function useOf(stage: unknown): string | undefined {
  const name = typeof stage === "object" && stage !== null ? (stage as { use?: unknown }).use : stage;
  return typeof name === "string" ? name : undefined;
}

/**
 * Refuses keys that are not named, at every depth; zod leaves them open for what is read. Those that are named may be null,
 * for a recipe that takes back what it extends; `mayBeNull` gets the names of those of which null is a value.
 */
function strict(schema: JsonSchema, mayBeNull: Set<string>): JsonSchema {
  const inner: Record<string, unknown> = { ...schema };
  if (schema.properties !== undefined) {
    inner.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, value]) => {
        if (takesNull(value)) mayBeNull.add(key);
        return [key, orNull(strict(value, mayBeNull))];
      }),
    );
    inner.additionalProperties ??= false;
  }
  if (typeof schema.items === "object" && !Array.isArray(schema.items)) {
    inner.items = strict(schema.items as JsonSchema, mayBeNull);
  }
  if (schema.anyOf !== undefined) inner.anyOf = schema.anyOf.map((one) => strict(one, mayBeNull));
  return inner;
}
