/** Finds keys that a zod schema does not have; zod itself drops them in silence, or stops at them. */
import type { z } from "zod";
import { type Field, isList, isMap, type Node, withFields } from "./node.ts";
import type { Path } from "./types.ts";

/** A key that the schema does not have. */
export interface UnknownKey {
  readonly path: Path;
  readonly key: string;
  readonly field: Field;
  /** Keys that the schema has there. */
  readonly known: readonly string[];
}

/** The node without the keys that the schema does not have, and these keys. */
export function splitUnknown(
  schema: z.core.$ZodType,
  node: Node,
  path: Path = [],
): { node: Node; unknown: UnknownKey[] } {
  const unknown: UnknownKey[] = [];
  const inner = (schema: z.core.$ZodType, node: Node, step: string | number): Node => {
    const split = splitUnknown(schema, node, [...path, step]);
    unknown.push(...split.unknown);
    return split.node;
  };
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object": {
      if (!isMap(node)) break;
      const fields = new Map<string, Field>();
      const open = def.catchall !== undefined && def.catchall._zod.def.type !== "never";
      for (const [key, field] of node.value) {
        const own = Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
        if (own) fields.set(key, { ...field, node: inner(own, field.node, key) });
        else if (open) fields.set(key, field);
        else unknown.push({ path, key, field, known: Object.keys(def.shape) });
      }
      return { node: withFields(node, fields), unknown };
    }
    case "record":
      if (!isMap(node)) break;
      return {
        node: withFields(
          node,
          new Map([...node.value].map(([k, field]) => [k, { ...field, node: inner(def.valueType, field.node, k) }])),
        ),
        unknown,
      };
    case "array":
      if (!isList(node)) break;
      return { node: { ...node, value: node.value.map((item, i) => inner(def.element, item, i)) }, unknown };
    case "optional":
    case "nonoptional":
    case "nullable":
    case "default":
    case "prefault":
    case "catch":
    case "readonly":
      return splitUnknown(def.innerType, node, path);
    case "pipe":
      return splitUnknown(def.in, node, path);
    case "lazy":
      return splitUnknown(def.getter(), node, path);
    default:
      // Which part of a union is meant is for zod to say.
  }
  return { node, unknown };
}
