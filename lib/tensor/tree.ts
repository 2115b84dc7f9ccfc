/** Trees of tensors: what a compiled function takes and returns, and what a checkpoint stores. */
import * as tf from "@tensorflow/tfjs";

/** A tensor, or a record or list of trees. Plain numbers are not leaves: they would be frozen into a compiled program. */
export type Tree = tf.Tensor | { readonly [name: string]: Tree } | readonly Tree[];

/** A flat record of named tensors, such as `{ "down0.block1.conv2.kernel": … }`. */
export type TensorRecord = Record<string, tf.Tensor>;

/**
 * A tensor of a record, such as `tensorOf(weights, "conv.kernel")`: of the rank that its place asks for.
 *
 * @throws {RangeError} where the record has no tensor of that name
 */
export function tensorOf<T extends tf.Tensor = tf.Tensor>(record: TensorRecord, name: string): T {
  const tensor = record[name];
  if (tensor === undefined) throw new RangeError(`Found no tensor "${name}" among ${Object.keys(record).join(", ")}`);
  return tensor as T;
}

/** What a network carries from step to step: `trainable` is what the optimizer sees, `buffers` are running statistics. */
// A type, not an interface: only type aliases are assignable to the index signature of `Tree`.
export type State = {
  trainable: TensorRecord;
  buffers: TensorRecord;
};

/** Whether a value of a tree is a tensor. */
export function isTensor(value: unknown): value is tf.Tensor {
  return typeof value === "object" && value !== null && "dataId" in value && "shape" in value && "dtype" in value;
}

/**
 * The leaves of a tree with their paths, such as `["network/trainable/conv.kernel", tensor]`, in a stable order:
 * records by key as inserted, lists by index.
 *
 * @throws {TypeError} where a leaf is not a tensor; a number must be passed as a tensor
 */
export function leaves(tree: Tree, path = ""): [path: string, tensor: tf.Tensor][] {
  if (isTensor(tree)) return [[path, tree]];
  if (typeof tree !== "object" || tree === null) {
    throw new TypeError(
      `Cannot use ${typeof tree} "${tree}" at "${path || "the root"}" as a tensor: ` +
        `a plain value would be frozen into the compiled program, so pass it as tf.scalar(value)`,
    );
  }
  return Object.entries(tree).flatMap(([key, child]) => leaves(child as Tree, path === "" ? key : `${path}/${key}`));
}

/** A tree of the same structure with every tensor replaced by `fn(tensor, path)`. */
export function mapTree<T extends Tree>(tree: T, fn: (tensor: tf.Tensor, path: string) => tf.Tensor, path = ""): T {
  if (isTensor(tree)) return fn(tree, path) as T;
  const join = (key: string) => (path === "" ? key : `${path}/${key}`);
  if (Array.isArray(tree)) return tree.map((child, i) => mapTree(child, fn, join(String(i)))) as unknown as T;
  return Object.fromEntries(
    Object.entries(tree).map(([key, child]) => [key, mapTree(child as Tree, fn, join(key))]),
  ) as unknown as T;
}

/** Frees the tensors of a tree, except those that `keep` also holds. */
export function disposeTree(tree: Tree, keep?: Tree): void {
  const kept = new Set(keep === undefined ? [] : leaves(keep).map(([, tensor]) => tensor));
  for (const [, tensor] of leaves(tree)) if (!kept.has(tensor) && !tensor.isDisposed) tensor.dispose();
}

/** Runs `fn` and frees every tensor made in it, except those of the tree it returns. */
export function tidyTree<T extends Tree>(fn: () => T): T {
  // Trees are tensor containers, but for the read-only ones, which the types of tfjs do not know.
  return tf.tidy(fn as unknown as () => tf.TensorContainer) as unknown as T;
}
