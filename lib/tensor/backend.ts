/** How backends that run op by op "compile" a function, and what a backend of tfjs needs around it. */
import * as tf from "@tensorflow/tfjs";
import { registerRandomKernels } from "./random_kernels.ts";
import { isTensor, leaves, mapTree, tidyTree, type Tree } from "./tree.ts";
import { registerWasmKernels, startWasm, stopWasm } from "./wasm/mod.ts";

/** How to make each backend that was stopped again: tfjs forgets it. */
const factories = new Map<string, ReturnType<typeof tf.findBackendFactory>>();

/** Starts the tfjs backend `name` with the kernels that tfjs does not bring, and stops it so that it can start again. */
export function tfjsBackend(name: string): { start(): Promise<void>; stop(): Promise<void> } {
  return {
    async start() {
      const factory = factories.get(name);
      if (tf.findBackendFactory(name) == null && factory !== undefined) tf.registerBackend(name, factory);
      registerRandomKernels(name);
      if (name === "wasm") registerWasmKernels();
      const begin = async () => {
        if (await tf.setBackend(name)) return await tf.ready();
        throw new Error(`Cannot start the backend "${name}": tfjs could not initialise it`);
      };
      if (name === "wasm" && tf.findBackend(name) == null) await startWasm(begin);
      else await begin();
      // The cpu backend of tfjs greets users of Node with an advertisement at its first tensor.
      if (name === "cpu") Object.assign(tf.backend(), { firstUse: false });
    },
    stop() {
      if (tf.findBackend(name) != null) {
        factories.set(name, tf.findBackendFactory(name));
        if (name === "wasm") stopWasm();
        tf.removeBackend(name);
      }
      return Promise.resolve();
    },
  };
}

let running: string | undefined;

/**
 * Compiles for a backend that runs op by op: a call checks its arguments and runs `fn` in a tidy.
 *
 * Results are tensors of their own: one that `fn` merely passes on is cloned (its data shared). Donated arguments are
 * freed after the call. Values cannot be read inside `fn`, so that what works here also works where functions are traced.
 *
 * @returns a function that rejects with TypeError where an argument holds a plain number or a freed tensor
 */
export function opByOp<A extends readonly Tree[], R extends Tree>(
  fn: (...args: A) => R,
  options: { readonly name: string; readonly donate?: readonly number[] },
): (...args: A) => Promise<R> {
  const { name, donate = [] } = options;
  guardReads();
  // deno-lint-ignore require-await -- callers await the enqueueing; here it is done when the call returns
  return async (...args) => {
    const given = new Set(args.flatMap((arg, i) => checked(arg, `argument ${i + 1} of "${name}"`)));
    const outer = running;
    running = name;
    try {
      return tidyTree(() => {
        const taken = new Set(given);
        return mapTree(fn(...args), (tensor) => {
          const own = taken.has(tensor) ? tf.clone(tensor) : tensor;
          taken.add(own);
          return own;
        });
      });
    } finally {
      running = outer;
      for (const i of donate) for (const [, tensor] of leaves(args[i]!)) tensor.dispose();
    }
  };
}

function checked(arg: Tree, place: string): tf.Tensor[] {
  return leaves(arg, isTensor(arg) ? place : `${place}: `).map(([path, tensor]) => {
    if (!tensor.isDisposed) return tensor;
    throw new TypeError(`Cannot use the tensor at ${path}: it is freed, perhaps because an earlier call consumed it`);
  });
}

let guarded = false;

/** Refuses the reading of values inside a compiled function. */
function guardReads(): void {
  if (guarded) return;
  guarded = true;
  for (const method of ["data", "dataSync", "array", "arraySync", "bytes", "buffer", "bufferSync"] as const) {
    const original = tf.Tensor.prototype[method] as (...args: unknown[]) => unknown;
    const guard = function (this: tf.Tensor, ...args: unknown[]): unknown {
      if (running === undefined) return original.apply(this, args);
      throw new Error(
        `Cannot read values with "${method}" inside the compiled function "${running}": ` +
          `they are not known while it is compiled, so compute with tensors or return the tensor and read it outside`,
      );
    };
    Object.defineProperty(tf.Tensor.prototype, method, { value: guard, writable: true, configurable: true });
  }
}
