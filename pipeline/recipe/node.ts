/** YAML values that remember where they came from: what recipes are merged and checked as. */
import type { Place } from "../problems/problem.ts";
import { placeIn, sourceOf } from "../problems/source.ts";
import type { Origin, Path } from "./types.ts";

/** A value that holds no others. */
export type Scalar = string | number | boolean | null;

/** A value of a recipe. Nodes are never changed: merging makes new ones. */
export interface Node {
  readonly value: Scalar | readonly Node[] | Fields;
  readonly origin: Origin;
  /** Place of the value; undefined for defaults. */
  readonly place: Place | undefined;
  /** How a number, a boolean or nothing is written, such as `007`; undefined for text, and for defaults. */
  readonly written?: string | undefined;
  /** Nothing, laid over a value: an option that cannot be nothing has its default then. */
  readonly undoes?: boolean;
}

/** The fields of a map. A `Map`, so that no key can mean anything to JavaScript. */
export type Fields = ReadonlyMap<string, Field>;

/** A key and its value. */
export interface Field {
  /** Place of the key. */
  readonly key: Place | undefined;
  readonly node: Node;
}

/** A node that is a map. */
export interface MapNode extends Node {
  readonly value: Fields;
}

/** A node that is a list. */
export interface ListNode extends Node {
  readonly value: readonly Node[];
}

/** Whether a node is a map. */
export function isMap(node: Node | undefined): node is MapNode {
  return node?.value instanceof Map;
}

/** Whether a node is a list. */
export function isList(node: Node | undefined): node is ListNode {
  return Array.isArray(node?.value);
}

/** A map with other fields, at the same place. */
export function withFields(node: Node, fields: Fields): MapNode {
  return { ...node, value: fields };
}

/** A map with one field set, where the key keeps its turn and its place if it has one. */
export function withField(node: MapNode, key: string, value: Field): MapNode {
  const fields = new Map(node.value);
  fields.set(key, { key: value.key ?? fields.get(key)?.key, node: value.node });
  return withFields(node, fields);
}

/** The field at the end of a path, or undefined. An item of a list has no key. */
export function fieldAt(root: Node, path: Path): Field | undefined {
  let field: Field | undefined = { key: undefined, node: root };
  for (const step of path) {
    const value: Node["value"] | undefined = field?.node.value;
    if (value instanceof Map) field = value.get(String(step));
    else if (Array.isArray(value)) {
      const node: Node | undefined = value[Number(step)];
      field = node && { key: undefined, node };
    } else return undefined;
  }
  return field;
}

/** The plain data of a node. */
export function dataOf(node: Node): unknown {
  const { value } = node;
  if (Array.isArray(value)) return value.map(dataOf);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, field]) => [key, dataOf(field.node)]));
}

/** A node of plain data, such as a default. */
export function nodeOf(data: unknown, origin: Origin = { from: "default" }): Node {
  const node = (value: Node["value"]): Node => ({ value, origin, place: undefined });
  if (Array.isArray(data)) return node(data.map((item) => nodeOf(item, origin)));
  if (typeof data !== "object" || data === null) return node((data ?? null) as Scalar);
  return node(
    new Map(Object.entries(data).map(([key, item]) => [key, { key: undefined, node: nodeOf(item, origin) }])),
  );
}

/** A path for people: `samplers.preview.steps`, `metrics[0].every`. */
export function pathText(path: Path): string {
  return path.map((step, i) => typeof step === "number" ? `[${step}]` : i === 0 ? step : `.${step}`).join("");
}

/** From the key to the end of the value, where both are on one line. */
export function spanOf({ key, node: { place } }: Field): Place | undefined {
  if (key === undefined || place === undefined) return place ?? key;
  const together = key.file === place.file && key.line === place.line && place.column >= key.column;
  if (!together) return place;
  return placeIn(sourceOf(key) ?? "", { ...key, length: place.column + place.length - key.column });
}
