/** tfjs's WebAssembly backend with the convolutions and matrix products of ours on all cores. */
import { tfjsBackend } from "../backend.ts";
import { setWasmThreads } from "./wasm_runtime.ts";
import { wasmThreads } from "./mod.ts";

/**
 * tfjs's WebAssembly backend with several threads, where its memory can be shared; with one elsewhere. Results are the
 * same bits on any number of threads.
 *
 * tfjs ships a threaded module of its own, which it refuses wherever Node's API is found
 * (github.com/tensorflow/tfjs/issues/3830); the one without threads serves here, and the threads are ours.
 *
 * @param threads by default one a processor
 * @returns `start` resolves to how many threads there are
 */
export function threadedWasm(
  threads: number = navigator.hardwareConcurrency,
): { start(): Promise<number>; stop(): Promise<void> } {
  const backend = tfjsBackend("wasm");
  return {
    stop: backend.stop,
    async start() {
      await import("@tensorflow/tfjs-backend-wasm");
      setWasmThreads(threads);
      await backend.start();
      return wasmThreads(); // one that runs already has the threads it has
    },
  };
}
