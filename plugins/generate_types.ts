/** Writes what recipes in code may give the built-in plugins as TypeScript: plain types, which no compiler has to infer. */
import { z } from "zod";

/** A plugin, as far as its options go. */
export interface WithOptions {
  readonly kind: string;
  readonly name: string;
  readonly options: z.ZodType;
}

/** JSON Schema, as far as zod writes it for options. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema | readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** The text of plugins/types.ts. */
export function typesText(plugins: readonly WithOptions[]): string {
  return [
    "/** The options of the built-in plugins, for recipes in code. Written by `deno task manifest`: do not edit. */",
    "",
    "/** What may be given to the built-in plugins, by `kind/name`. */",
    "export interface BuiltinPlugins {",
    ...plugins.flatMap(({ kind, name, options }) => [
      `  /** plugins/${kind}/${name}.ts */`,
      `  readonly "${kind}/${name}": {`,
      "    /** Its options. */",
      `    readonly given: ${typeOf(schemaOf(options), "    ")};`,
      "  };",
    ]),
    "}",
    "",
  ].join("\n");
}

/** The type of what a zod schema takes, as TypeScript. */
export function typeText(options: z.ZodType): string {
  return typeOf(schemaOf(options), "");
}

function schemaOf(options: z.ZodType): Schema {
  return z.toJSONSchema(options, { io: "input", target: "draft-7", unrepresentable: "any" }) as Schema;
}

function typeOf(schema: Schema, indent: string): string {
  const { type, anyOf, allOf, items, properties, required = [], additionalProperties: more } = schema;
  const union = (types: readonly string[]) => [...new Set(types)].join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return union(schema.enum.map((value) => JSON.stringify(value)));
  if (anyOf !== undefined) return union(anyOf.map((one) => typeOf(one, indent)));
  if (allOf !== undefined) return allOf.map((one) => `(${typeOf(one, indent)})`).join(" & ");
  if (Array.isArray(type)) return union(type.map((one) => typeOf({ ...schema, type: one }, indent)));
  switch (type) {
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return type;
    case "array":
      if (Array.isArray(items)) return `readonly [${items.map((one) => typeOf(one, indent)).join(", ")}]`;
      return `readonly (${typeOf(items as Schema | undefined ?? {}, indent)})[]`;
    case "object": {
      const lines = Object.entries(properties ?? {}).flatMap(([key, one]) => {
        const optional = !required.includes(key);
        return [
          ...(one.description === undefined ? [] : [`${indent}  /** ${one.description.replaceAll("*/", "* /")} */`]),
          `${indent}  readonly ${key}${optional ? "?" : ""}: ${typeOf(one, `${indent}  `)}${
            optional ? " | undefined" : ""
          };`,
        ];
      });
      if (lines.length > 0) return `{\n${lines.join("\n")}\n${indent}}`;
      return typeof more === "object" ? `Readonly<Record<string, ${typeOf(more, indent)}>>` : "unknown";
    }
    default:
      return "unknown";
  }
}
