/** Lays one recipe over another, stage by stage: what `extends`, defaults and overrides do. */
import { type KindInfo, kinds } from "../kinds/mod.ts";
import { type Field, isList, isMap, type MapNode, type Node, nodeOf, withField, withFields } from "./node.ts";

/** Keys at the root of a recipe that are not stages. */
const plainKeys = ["name", "seed", "extends", "plugins", "train", "sweep"] as const;

/** How the stages of a key are held, or undefined for other keys. */
export function stageKey(key: string): KindInfo | undefined {
  return Object.values(kinds).find((kind) => kind.key === key);
}

/** Every key that the root of a recipe can have. */
export const rootKeys: readonly string[] = [...plainKeys, ...Object.values(kinds).map((kind) => kind.key)];

/** The plugin that a stage names, if it does. */
export function useOf(stage: Node | undefined): string | undefined {
  const value = isMap(stage) ? stage.value.get("use")?.node.value : stage?.value;
  return typeof value === "string" ? value : undefined;
}

/**
 * One stage over another. A name, a list or another `use` replaces; a map with the same `use`, or none, changes the
 * options it names and keeps the others.
 */
export function mergeStage(base: Node | undefined, over: Node): Node {
  if (base === undefined || !isMap(over)) return over;
  const baseUse = useOf(base);
  if (baseUse === undefined || (over.value.has("use") && useOf(over) !== baseUse)) return over;
  if (isMap(base)) return mergeMaps(base, over);
  return mergeMaps(withFields(over, new Map([["use", { key: undefined, node: base }]])), over);
}

/** One map over another, maps within them as well; nothing undoes, anything else replaces. */
function mergeMaps(base: MapNode, over: MapNode, merge: (base: Node, over: Node) => Node = mergeValues): MapNode {
  let merged: MapNode = withFields(over, base.value);
  for (const [key, field] of over.value) {
    const below = base.value.get(key);
    merged = withField(merged, key, below ? { key: field.key, node: merge(below.node, field.node) } : field);
  }
  return merged;
}

function mergeValues(base: Node, over: Node): Node {
  if (over.value === null) return { ...over, undoes: true };
  return isMap(base) && isMap(over) ? mergeMaps(base, over) : over;
}

/**
 * One recipe over another. Stages merge by `mergeStage`, named ones by name; lists replace, except that `plugins`
 * adds up: what a base uses it has to find. The name of a base is its own and not inherited.
 */
export function mergeRecipes(base: MapNode, over: MapNode): MapNode {
  const own = ["name", "extends"];
  const below = withFields(base, new Map([...base.value].filter(([key]) => !own.includes(key))));
  let merged: MapNode = withFields(over, below.value);
  for (const [key, field] of over.value) {
    const node = below.value.get(key)?.node;
    merged = withField(merged, key, node === undefined ? field : { ...field, node: mergeKey(key, node, field.node) });
  }
  return merged;
}

function mergeKey(key: string, base: Node, over: Node): Node {
  if (key === "plugins") {
    return isList(base) && isList(over) ? { ...over, value: [...base.value, ...over.value] } : over;
  }
  if (key === "train") return isMap(base) && isMap(over) ? mergeMaps(otherLength(base, over), over) : over;
  switch (stageKey(key)?.arity) {
    case "one":
      return mergeStage(base, over);
    case "named":
      return isMap(base) && isMap(over) ? mergeMaps(base, over, mergeStage) : over;
    default:
      return over;
  }
}

/** Epochs replace steps and steps replace epochs: a recipe has one of the two. */
function otherLength(base: MapNode, over: MapNode): MapNode {
  const lengths = ["epochs", "steps"];
  if (!lengths.some((key) => over.value.has(key))) return base;
  return withFields(base, new Map([...base.value].filter(([key]) => !lengths.includes(key))));
}

/** A recipe with what it leaves out. A stage without `use` takes that of the default. */
export function withDefaults(recipe: MapNode, defaults: Readonly<Record<string, unknown>>): MapNode {
  let filled = recipe;
  for (const [key, data] of Object.entries(defaults)) {
    const field: Field | undefined = recipe.value.get(key);
    const node = nodeOf(data);
    if (field === undefined) filled = withField(filled, key, { key: undefined, node });
    else if (stageKey(key)?.arity === "one" && isMap(field.node) && !field.node.value.has("use")) {
      filled = withField(filled, key, { ...field, node: mergeStage(node, field.node) });
    }
  }
  return filled;
}
