/** The form of a tree of tensors: its keys without its tensors. For calls of compiled functions, which are to be quick. */
import * as tf from "@tensorflow/tfjs";
import type { Tree } from "./tree.ts";

/** A tensor (`null`), or a list or record with the forms of what is in it. */
export type Form = null | {
  readonly list: boolean;
  readonly keys: readonly string[];
  readonly forms: readonly Form[];
};

/** The form of a tree. */
export function formOf(tree: Tree): Form {
  if (tree instanceof tf.Tensor) return null;
  const keys = Object.keys(tree);
  return { list: Array.isArray(tree), keys, forms: keys.map((key) => formOf((tree as Record<string, Tree>)[key]!)) };
}

/** Appends the tensors of a tree, in the order of the form. @returns false where the tree has another form */
export function collect(form: Form, tree: Tree, into: tf.Tensor[]): boolean {
  if (form === null) return tree instanceof tf.Tensor && into.push(tree) > 0;
  if (typeof tree !== "object" || tree === null || tree instanceof tf.Tensor) return false;
  const { keys, forms, list } = form;
  if (list !== Array.isArray(tree)) return false;
  if ((list ? (tree as readonly Tree[]) : Object.keys(tree)).length !== keys.length) return false;
  for (let i = 0; i < keys.length; i++) {
    const child = (tree as Record<string, Tree>)[keys[i]!];
    if (child === undefined || !collect(forms[i]!, child, into)) return false;
  }
  return true;
}

/** A tree of a form, with tensors as `next` gives them. */
export function build(form: Form, next: () => tf.Tensor): Tree {
  if (form === null) return next();
  if (form.list) return form.forms.map((each) => build(each, next));
  const record: Record<string, Tree> = {};
  for (let i = 0; i < form.keys.length; i++) record[form.keys[i]!] = build(form.forms[i]!, next);
  return record;
}
