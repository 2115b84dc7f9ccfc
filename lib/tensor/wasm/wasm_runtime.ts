/** What kernels of our own need of tfjs's wasm backend: addresses, room, and threads. */
import * as tf from "@tensorflow/tfjs";
import { assemble } from "./assemble.ts";
import { channelFunctions } from "./channel_code.ts";
import { convolve, gatherFilter } from "./convolution_code.ts";
import { ThreadPool } from "./thread_pool.ts";
import { allPages } from "./memory.ts";

/** The parts of tfjs's wasm backend that are used here. Checked against 4.22.0, which deno.json pins. */
interface WasmBackend extends tf.KernelBackend {
  readonly wasm: {
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
}

/** An argument of a WebAssembly function: an integer. */
export type Arguments = Readonly<Record<string, number>>;

const runtimes = new WeakMap<tf.KernelBackend, WasmRuntime>();
let threads: number = navigator.hardwareConcurrency;

/** How many threads the next start of the backend uses, where its memory is shared. By default one a processor. */
export function setWasmThreads(count: number): void {
  threads = count;
}

/** The functions over the memory of one backend. */
export class WasmRuntime {
  readonly pool: ThreadPool;
  readonly #backend: WasmBackend;
  readonly #list: number;

  /** The runtime of a backend; made when it is first asked for. */
  static of(backend: tf.KernelBackend): WasmRuntime {
    let runtime = runtimes.get(backend);
    if (runtime === undefined) runtimes.set(backend, runtime = new WasmRuntime(backend as WasmBackend));
    return runtime;
  }

  private constructor(backend: WasmBackend) {
    this.#backend = backend;
    const { memory } = backend.wasm.asm;
    const shared = memory.buffer instanceof SharedArrayBuffer;
    const relaxed = WebAssembly.validate(assemble([convolve(true)], { minimum: 1, shared: false }));
    const gather = ([3, 2, 1] as const).map((vectors) => gatherFilter(vectors, relaxed));
    const functions = [convolve(relaxed), ...gather, ...channelFunctions];
    const limits = shared ? { minimum: allPages, maximum: allPages, shared } : { minimum: 16, shared };
    this.pool = new ThreadPool(assemble(functions, limits), memory, threads);
    this.#list = this.allocate(256);
  }

  /** Room in the heap, in bytes. Free it. */
  allocate(bytes: number): number {
    const address = this.#backend.wasm._malloc(bytes) >>> 0;
    if (address === 0) throw new Error(`Cannot find ${bytes} bytes in the memory of the wasm backend`);
    return address;
  }
  free(address: number): void {
    this.#backend.wasm._free(address);
  }
  /** Where the values of a tensor lie. */
  address(tensor: tf.TensorInfo): number {
    return this.#backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }
  /** A float32 tensor with undefined values. */
  output(shape: readonly number[]): tf.TensorInfo {
    return this.#backend.makeOutput(shape, "float32");
  }
  /** `count` float32 numbers from an address on, as long as nothing is allocated. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.#backend.wasm.asm.memory.buffer, address, count);
  }
  /** Runs the tasks of a function on all threads. `names` are its arguments, in order. */
  run(
    name: string,
    tasks: number,
    names: readonly string[],
    values: Arguments,
    scratch: { address: number; bytes: number } = { address: 0, bytes: 0 },
  ): void {
    const list = new Int32Array(this.#backend.wasm.asm.memory.buffer, this.#list, names.length);
    names.forEach((name, i) => list[i] = values[name]!);
    this.pool.run(name, tasks, this.#list, scratch.address, scratch.bytes);
  }
}
