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
function mergeMaps(base: MapNode, over: MapNode): MapNode {
  let merged: MapNode = withFields(over, base.value);
  for (const [key, field] of over.value) {
    const below = base.value.get(key);
    merged = withField(merged, key, below ? { key: field.key, node: mergeValues(below.node, field.node) } : field);
  }
  return merged;
}

/** The same of fields that are left out whole where they are taken back: stages, and what is at the root. */
function mergeFields(base: MapNode, over: MapNode, merge: (key: string, base: Node, over: Node) => Node): MapNode {
  let merged: MapNode = withFields(over, base.value);
  for (const [key, field] of over.value) {
    const below = base.value.get(key)?.node;
    if (below === undefined) merged = withField(merged, key, field);
    else if (field.node.value !== null || below.origin.from === "default") {
      merged = withField(merged, key, { ...field, node: merge(key, below, field.node) });
    } else merged = withFields(merged, new Map([...merged.value].filter(([other]) => other !== key)));
  }
  return merged;
}

function mergeValues(base: Node, over: Node): Node {
  if (over.value === null) return { ...over, undoes: true };
  return isMap(base) && isMap(over) ? mergeMaps(base, over) : over;
}

/**
 * One recipe over another. Stages merge by `mergeStage`, named ones by name; lists replace, except that `plugins`
 * adds up: what a base uses it has to find. Nothing takes back what is below, unless that is a default. The name of a
 * base is its own and not inherited.
 */
export function mergeRecipes(base: MapNode, over: MapNode): MapNode {
  const own = ["name", "extends"];
  const below = withFields(base, new Map([...base.value].filter(([key]) => !own.includes(key))));
  return mergeFields(below, over, mergeKey);
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
      return isMap(base) && isMap(over) ? mergeFields(base, over, (_, base, over) => mergeStage(base, over)) : over;
    default:
      return over;
  }
}

/** Epochs replace steps and steps replace epochs: a recipe has one of the two. One may be taken back besides. */
function otherLength(base: MapNode, over: MapNode): MapNode {
  const lengths = ["epochs", "steps"];
  const isNothing = (key: string) => (over.value.get(key)?.node.value ?? null) === null;
  if (lengths.every(isNothing)) return base;
  const replaced = (key: string) => lengths.includes(key) && !(over.value.has(key) && isNothing(key));
  return withFields(base, new Map([...base.value].filter(([key]) => !replaced(key))));
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
