/** What contract tests are made of: laws of a kind, draws to try them with, comparisons. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { opByOp, tfjsBackend } from "../../lib/tensor/backend.ts";
import type { Random } from "../../lib/tensor/random.ts";
import { createRandom, seedTensor } from "../../lib/tensor/random_create.ts";
import { leaves, type Tree } from "../../lib/tensor/tree.ts";
import { threadedWasm } from "../../lib/tensor/wasm/threads.ts";
import { gpuBackend } from "../../lib/tensor/webgpu/mod.ts";
import type { ImageShape } from "../kinds/common.ts";
import type { Kind, Kinds } from "../kinds/mod.ts";
import type { AnyPlugin } from "../kinds/plugin.ts";

/** What a law is tried on. */
export interface Subject<K extends Kind> {
  readonly plugin: AnyPlugin<K>;
  /** Shape of the pictures that are tried. */
  readonly image: ImageShape;
  /** Whether a dataset may download what it lacks. */
  readonly download: boolean;
  /** Makes the stage with the options of the test, and with these changes. */
  create(changes?: Readonly<Record<string, unknown>>): Promise<Kinds[K]>;
}

/** Laws by what the plugin does when it keeps them: "keeps the shape of the image". Each throws where it is broken. */
export type Laws<K extends Kind> = Readonly<Record<string, (subject: Subject<K>) => void | Promise<void>>>;

/** Makes a backend of tfjs the current one, as its plugin does, and frees what `test` leaves behind. */
export async function onBackend(name: string, test: () => void | Promise<void>): Promise<void> {
  await (name === "wasm" ? threadedWasm() : name === "webgpu" ? gpuBackend() : tfjsBackend(name)).start();
  tf.engine().startScope();
  try {
    await test();
  } finally {
    tf.engine().endScope();
  }
}

/** Draws for the pictures of these numbers. */
export function draws(items: readonly number[], step = 1): Random {
  return createRandom({
    seed: seedTensor(1234),
    stream: "contract",
    step: tf.scalar(step, "int32"),
    items: tf.tensor1d([...items], "int32"),
  });
}

/** Draws that a stage must not make. */
export const forbidden: Random = {
  fork: () => forbidden,
  bits: forbid,
  uniform: forbid,
  normal: forbid,
};

function forbid(): never {
  throw new Error("Cannot draw random numbers here: the stage says that it is deterministic");
}

/** Normal numbers `[batch, height, width, channels]`, the same every time; `name` tells different ones apart. */
export function normal(name: string, batch: number, { height, width, channels }: ImageShape): tf.Tensor4D {
  return draws(numbers(batch)).fork(name).normal([height, width, channels]) as tf.Tensor4D;
}

/** Uniform numbers in 0 to 1, as pictures. */
export function randomPictures(name: string, batch: number, { height, width, channels }: ImageShape): tf.Tensor4D {
  return draws(numbers(batch)).fork(name).uniform([height, width, channels]) as tf.Tensor4D;
}

/** `[0, 1, …]`. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Runs a function as a backend would that compiles it: values cannot be read in it, and what it is given stays whole. */
export async function compiled<A extends readonly Tree[], R extends Tree>(
  fn: (...args: A) => R,
  ...args: A
): Promise<R> {
  const before = leaves(args).map(([path, tensor]) => ({ path, tensor, values: tensor.dataSync().slice() }));
  const result = await opByOp<A, R>(fn, { name: "contract" })(...args);
  for (const { path, tensor, values } of before) {
    assert.ok(!tensor.isDisposed, `argument ${path} is not freed`);
    assert.deepEqual(tensor.dataSync(), values, `argument ${path} is not changed`);
  }
  return result;
}

/** Fails where two trees of tensors differ in structure, or by more than `tolerance` times the largest value in a tensor. */
export function assertTreesClose(actual: Tree, expected: Tree, tolerance: number, what: string): void {
  const found = leaves(actual), wanted = leaves(expected);
  assert.deepEqual(shapesOf(actual), shapesOf(expected), `${what}: names and shapes`);
  for (const [i, [path, tensor]] of found.entries()) {
    const values = Array.from(tensor.dataSync()), others = Array.from(wanted[i]![1].dataSync());
    const largest = others.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6);
    const worst = values.reduce((worst, value, j) => Math.max(worst, Math.abs(value - others[j]!)), 0);
    const nan = values.some(Number.isNaN) || others.some(Number.isNaN);
    assert.ok(!nan && worst <= tolerance * largest, `${what}${path && ` (${path})`}: differs by ${nan ? NaN : worst}`);
  }
}

/** As `assertTreesClose`, on a backend whose values can be read only with `await`. */
export async function assertTreesCloseOnDevice(actual: Tree, expected: Tree, tolerance: number, what: string) {
  // tfjs keeps what was read: reading it at once then is allowed.
  await Promise.all([...leaves(actual), ...leaves(expected)].map(([, tensor]) => tensor.data()));
  assertTreesClose(actual, expected, tolerance, what);
}

/** Fails where a tensor holds NaN or infinity. */
export function assertFinite(tree: Tree, what: string): void {
  for (const [path, tensor] of leaves(tree)) {
    assert.ok(tensor.dataSync().every(Number.isFinite), `${what}${path && ` (${path})`} is finite`);
  }
}

/** Paths and shapes of a tree. */
export function shapesOf(tree: Tree): [path: string, dtype: tf.DataType, shape: number[]][] {
  return leaves(tree).map(([path, { dtype, shape }]) => [path, dtype, shape]);
}

/** The value of a scalar. */
export function scalarValue(tensor: tf.Tensor): number {
  assert.deepEqual(tensor.shape, [], "shape of a scalar");
  return tensor.dataSync()[0]!;
}
