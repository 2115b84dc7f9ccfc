/** Loads the kernels of tfjs-node from its package's files, on the tfjs that this program computes with. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import util from "node:util";
import * as tf from "@tensorflow/tfjs";

const builtIn = createRequire(import.meta.url);

/** What tfjs-node's addon exports, as far as it is used here. */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, values: ArrayBufferView | readonly Uint8Array[]): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array;
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): { id: number; shape: number[]; dtype: number }[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_STRING: number;
}

/** An attribute of an op of TensorFlow: its name, the number of its type, its value. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** tfjs-node's backend, as far as it is used here. */
export interface NodeBackend extends tf.KernelBackend {
  readonly binding: Binding;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** What is used of the package. */
export interface NodePackage {
  readonly Backend: new (binding: Binding, packageName: string) => NodeBackend;
  /** Registers its kernels with tfjs, for the backend `tensorflow`. */
  registerKernels(): void;
}

/**
 * Reads the files that define backend and kernels. They are given this program's tfjs: the package itself would load a
 * second one, and with it programs for saved models, images and TensorBoard that nothing here uses.
 *
 * @param dist the package's folder `dist`
 */
export function loadPackage(dist: string): NodePackage {
  const modules = new Map<string, { exports: unknown }>();
  const load = (path: string): unknown => {
    const known = modules.get(path);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    modules.set(path, module);
    if (path.endsWith("api_pb.js")) return module.exports; // messages of TensorBoard, with a library of their own
    const code = `${readFileSync(path, "utf8")}\n//# sourceURL=${path}`;
    const run = new Function("module", "exports", "require", code);
    run(
      module,
      module.exports,
      (name: string) =>
        name.startsWith("./") || name.startsWith("../") ? load(resolve(dirname(path), `${name}.js`)) : given(name),
    );
    return module.exports;
  };
  const { NodeJSKernelBackend } = load(join(dist, "nodejs_kernel_backend.js")) as {
    NodeJSKernelBackend: NodePackage["Backend"];
  };
  return {
    Backend: NodeJSKernelBackend,
    registerKernels: () => void load(join(dist, "register_all_kernels.js")),
  };
}

/** What the files ask for by name. */
function given(name: string): unknown {
  if (name === "@tensorflow/tfjs" || name === "@tensorflow/tfjs-core") return tf;
  // Node 23 and Deno have no longer these two, which tfjs-node 4.22 calls.
  if (name === "util") {
    return { ...util, isNullOrUndefined: (x: unknown) => x === null || x === undefined, isArray: Array.isArray };
  }
  if (name === "os") return builtIn("node:os");
  throw new Error(`Cannot load tfjs-node: it asks for "${name}", which is not expected of it`);
}

/** Loads an addon. Its permission is that of FFI on its path. */
export function loadAddon(path: string): Binding {
  return builtIn(path) as Binding;
}
