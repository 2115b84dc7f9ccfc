/** Runs a function on shapes alone, and tells what it would cost. */
import * as tf from "@tensorflow/tfjs";
import { isTensor, leaves, type Tree } from "../tree.ts";
import { arrangeRules } from "./arrange.ts";
import { ShapesBackend } from "./backend.ts";
import { elementwiseRules } from "./elementwise.ts";
import { linearRules } from "./linear.ts";
import type { Attributes, Inputs, Output, Rules, Ruling, Work } from "./rule.ts";

/** Thrown where a function uses an op whose shapes and cost are not known: that is not a fault of the function. */
export class UnknownOpError extends Error {
  override readonly name = "UnknownOpError";
  constructor(traced: string, readonly kernel: string, options?: ErrorOptions) {
    super(`Cannot tell what ${traced} costs: the kernel "${kernel}" has no shape rule`, options);
  }
}

/** Shape and dtype of a tensor. A tensor is its own. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/** A tree with the shape and dtype of each tensor in its place. */
export type SpecTree = TensorSpec | { readonly [name: string]: SpecTree } | readonly SpecTree[];

/** A tensor, and the kernel that makes it. */
export interface LargestTensor {
  readonly kernel: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** What one call of a function costs. */
export interface Cost {
  /** Floating point operations by kind; a multiply-add counts as two. */
  readonly flops: Readonly<Record<Work, number>>;
  /** The most bytes that tensors take at once, arguments and results among them. */
  readonly peakBytes: number;
  /** The largest tensor that a kernel gives, and the kernel. */
  readonly largest: LargestTensor;
  /** The most rows that the result of a convolution or a matrix product has: its size without the last dimension. */
  readonly rows: number;
  /** Bytes of the arguments and of the results. */
  readonly argumentBytes: number;
  readonly resultBytes: number;
  /** How often each kernel runs. */
  readonly kernels: Readonly<Record<string, number>>;
  /** Shapes and dtypes of what the function returns. */
  readonly output: SpecTree;
}

const rules: Rules = { ...elementwiseRules, ...arrangeRules, ...linearRules };

const backendName = "shapes";
let traces: Promise<unknown> = Promise.resolve();

/**
 * Calls `fn` once with tensors that have shapes but no values, and counts what its kernels would compute and hold.
 * Nothing is computed: a training step of any size takes milliseconds.
 *
 * @param fn a function as `compile` takes it; gradients inside are counted too
 * @param args the shapes of its arguments: trees of `{ shape, dtype }`, or of tensors
 * @param name for error messages
 * @throws {UnknownOpError} where a kernel has no shape rule
 * @throws {Error} where a value is read
 */
export function traceCost<A extends readonly Tree[], R extends Tree>(
  fn: (...args: A) => R,
  args: readonly SpecTree[],
  name = "the function",
): Promise<Cost> {
  const trace = traces.then(() => traceAlone(fn as unknown as (...args: readonly Tree[]) => Tree, args, name));
  traces = trace.catch(() => {});
  return trace;
}

async function traceAlone(
  fn: (...args: readonly Tree[]) => Tree,
  args: readonly SpecTree[],
  name: string,
): Promise<Cost> {
  const flops: Record<Work, number> = { convolution: 0, matmul: 0, elementwise: 0 };
  const kernels: Record<string, number> = {};
  let largest: LargestTensor = { kernel: "none", shape: [], bytes: 0 };
  let rows = 0;
  const backend = new ShapesBackend();
  const before = tf.getBackend();
  tf.registerBackend(backendName, () => backend, 0);
  for (const [kernelName, rule] of Object.entries(rules)) {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) => {
      const ruling = rule(inputs as Inputs, (attrs ?? {}) as Attributes);
      flops[ruling.work] += ruling.flops;
      kernels[kernelName] = (kernels[kernelName] ?? 0) + 1;
      for (const { shape, dtype } of ruling.outputs) {
        const bytes = tf.util.sizeFromShape([...shape]) * tf.util.bytesPerElement(dtype);
        if (bytes > largest.bytes) largest = { kernel: kernelName, shape, bytes };
        if (ruling.work !== "elementwise") rows = Math.max(rows, tf.util.sizeFromShape(shape.slice(0, -1)));
      }
      return outputs(backend, ruling);
    };
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
  // From here to the return of the old backend nothing is awaited that could let other code run in between: switching to
  // a backend whose factory is synchronous is done when `setBackend` returns.
  const started = tf.setBackend(backendName);
  try {
    tf.engine().startScope();
    const given = args.map((spec) => allocate(backend, spec));
    const argumentBytes = backend.bytes;
    const result = fn(...given);
    const output = specs(result);
    const distinct = new Map(leaves(result).map(([, tensor]) => [tensor.dataId, tensor]));
    const resultBytes = [...distinct.values()].reduce((sum, t) => sum + t.size * tf.util.bytesPerElement(t.dtype), 0);
    tf.engine().endScope();
    return { flops, kernels, output, largest, rows, peakBytes: backend.peak, argumentBytes, resultBytes };
  } catch (error) {
    tf.engine().endScope();
    const kernel = error instanceof Error && error.message.match(/^Kernel '(\w+)' not registered for backend 'shapes'/);
    if (!kernel) throw error;
    throw new UnknownOpError(name, kernel[1]!, { cause: error });
  } finally {
    // Without a backend before, tfjs chooses one when the next tensor is made.
    const restored = before == null || before === backendName ? undefined : tf.setBackend(before);
    tf.removeBackend(backendName);
    for (const kernelName of Object.keys(rules)) tf.unregisterKernel(kernelName, backendName);
    await started;
    await restored;
  }
}

function outputs(backend: ShapesBackend, { outputs, list }: Ruling): tf.TensorInfo | tf.TensorInfo[] {
  const infos = outputs.map(({ shape, dtype, shares }: Output) => {
    if (shares === undefined || !backend.owns(shares.dataId)) {
      return { dataId: backend.allocate(shape, dtype), shape: [...shape], dtype };
    }
    backend.incRef(shares.dataId);
    return { dataId: shares.dataId, shape: [...shape], dtype };
  });
  return list || infos.length > 1 ? infos : infos[0]!;
}

function isSpec(tree: SpecTree): tree is TensorSpec {
  return "shape" in tree && "dtype" in tree && typeof tree.dtype === "string";
}

function allocate(backend: ShapesBackend, tree: SpecTree): Tree {
  if (isSpec(tree)) {
    const { shape, dtype } = tree;
    const info = { dataId: backend.allocate(shape, dtype), shape: [...shape], dtype };
    return tf.engine().makeTensorFromTensorInfo(info, backend);
  }
  if (Array.isArray(tree)) return tree.map((child) => allocate(backend, child));
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, allocate(backend, child)]));
}

/** The shapes and dtypes of a tree of tensors. */
export function specs(tree: Tree): SpecTree {
  if (isTensor(tree)) return { shape: [...tree.shape], dtype: tree.dtype };
  if (Array.isArray(tree)) return tree.map(specs);
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, specs(child)]));
}
