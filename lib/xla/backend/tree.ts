/** Trees of tensors: a tensor, or a list or record of trees. */
import * as tf from "@tensorflow/tfjs";

/** What compiled functions take and return: a tensor, or a list or record of trees. */
export type Tree = tf.Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** Calls `visit` for each tensor, in order, with the keys that lead to it. @throws TypeError where something else is found */
export function visitTree(tree: Tree, path: string, visit: (tensor: tf.Tensor, path: string) => void): void {
  if (tree instanceof tf.Tensor) visit(tree, path);
  else if (typeof tree === "object" && tree !== null) {
    for (const key of Object.keys(tree)) visitTree((tree as Record<string, Tree>)[key]!, `${path}/${key}`, visit);
  } else {
    const hint = typeof tree === "number" || typeof tree === "boolean"
      ? "; it would be frozen into compiled programs, so pass it as tf.scalar"
      : "";
    throw new TypeError(`Cannot use ${typeof tree} "${String(tree)}" at "${path}" as a tensor${hint}`);
  }
}

/** The same tree with each tensor, in order, replaced. */
export function mapTree(tree: Tree, replace: (tensor: tf.Tensor) => tf.Tensor): Tree {
  if (tree instanceof tf.Tensor) return replace(tree);
  if (Array.isArray(tree)) return tree.map((each) => mapTree(each, replace));
  return Object.fromEntries(Object.entries(tree).map(([key, each]) => [key, mapTree(each, replace)]));
}
