/** The structure of a tree of tensors: its keys without its tensors. For calls of compiled functions, which are to be quick. */
import * as tf from "@tensorflow/tfjs";
import type { Tree } from "./tree.ts";

/** A tensor (`null`), or a list or record with the structures of what is in it. */
export type TreeStructure = null | {
  readonly list: boolean;
  readonly keys: readonly string[];
  readonly children: readonly TreeStructure[];
};

/** The structure of a tree. */
export function structureOf(tree: Tree): TreeStructure {
  if (tree instanceof tf.Tensor) return null;
  const keys = Object.keys(tree);
  return {
    list: Array.isArray(tree),
    keys,
    children: keys.map((key) => structureOf((tree as Record<string, Tree>)[key]!)),
  };
}

/** Appends the tensors of a tree, in the order of the structure. @returns false where the tree has another structure */
export function collect(structure: TreeStructure, tree: Tree, into: tf.Tensor[]): boolean {
  if (structure === null) return tree instanceof tf.Tensor && into.push(tree) > 0;
  if (typeof tree !== "object" || tree === null || tree instanceof tf.Tensor) return false;
  const { keys, children, list } = structure;
  if (list !== Array.isArray(tree)) return false;
  if ((list ? (tree as readonly Tree[]) : Object.keys(tree)).length !== keys.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const child = (tree as Record<string, Tree>)[keys[i]!];
    if (child === undefined || !collect(children[i]!, child, into)) return false;
  }
  return true;
}

/** A tree of a structure, with tensors as `next` gives them. */
export function build(structure: TreeStructure, next: () => tf.Tensor): Tree {
  if (structure === null) return next();
  if (structure.list) return structure.children.map((each) => build(each, next));
  const record: Record<string, Tree> = {};
  for (let i = 0; i < structure.keys.length; i++) record[structure.keys[i]!] = build(structure.children[i]!, next);
  return record;
}
