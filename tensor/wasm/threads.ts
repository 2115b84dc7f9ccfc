/**
 * Threads for tfjs's WebAssembly backend outside browsers. tfjs ships a threaded module and refuses it wherever Node's
 * API is found (github.com/tensorflow/tfjs/issues/3830), because its threads start through Node's `require`. Here they
 * start as web workers, and only once all have loaded: a main thread that waits for a thread cannot load it.
 */
import * as tf from "@tensorflow/tfjs";
import os from "node:os";
import workerThreads from "node:worker_threads";
import { tfjsBackend } from "../backend.ts";

/** Workers that the module makes, whatever is asked for. */
const MODULE_WORKERS = 8;

/** The part of tfjs's WebAssembly backend that is used here. */
interface ThreadedModule {
  readonly tfjs: { initWithThreadsCount(threads: number): void; getThreadsCount(): number };
  readonly PThread?: { readonly unusedWorkers: { terminate(): void }[] };
}

/**
 * tfjs's WebAssembly backend with several threads, where the threaded module can run; with one elsewhere.
 *
 * @param threads by default one a processor, up to 8
 * @returns `start` resolves to how many threads there are
 */
export function threadedWasm(threads?: number): { start(): Promise<number>; stop(): Promise<void> } {
  const backend = tfjsBackend("wasm");
  return {
    stop: backend.stop,
    async start() {
      if (tf.findBackend("wasm") == null) return startThreaded(threads ?? navigator.hardwareConcurrency, backend.start);
      await backend.start(); // it has the threads it has
      return threadedModule().tfjs.getThreadsCount();
    },
  };
}

async function startThreaded(wanted: number, start: () => Promise<void>): Promise<number> {
  const threads = Math.min(wanted, MODULE_WORKERS);
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  const possible = threads > 1 && typeof SharedArrayBuffer !== "undefined" && typeof Worker !== "undefined" &&
    await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", possible);
  if (!possible) {
    await start();
    return 1;
  }
  wasm.setThreadsCount(1); // one thread first: it needs no worker, and so starts before the workers have loaded
  const workers = lendWorkers(threads);
  try {
    await start();
    await workers.loaded();
    const module = threadedModule();
    module.tfjs.initWithThreadsCount(threads);
    for (const worker of module.PThread?.unusedWorkers.splice(0) ?? []) worker.terminate();
    return module.tfjs.getThreadsCount();
  } finally {
    workers.restore();
  }
}

function threadedModule(): ThreadedModule {
  return (tf.findBackend("wasm") as unknown as { wasm: ThreadedModule }).wasm;
}

/** Gives the module web workers where it asks for Node's, and the number of processors that lets it have `threads`. */
function lendWorkers(threads: number) {
  const saved = { Worker: globalThis.Worker, NodeWorker: workerThreads.Worker, cpus: os.cpus };
  const loading: Promise<void>[] = [];

  class Thread {
    onmessage?: (event: MessageEvent) => void; // set by the module
    onerror?: (event: ErrorEvent) => void;
    readonly #worker = new saved.Worker(new URL("./thread.js", import.meta.url), { type: "module" });

    constructor() {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      loading.push(promise);
      this.#worker.onmessage = (event) => {
        this.onmessage?.(event);
        if (event.data?.cmd === "loaded") resolve();
      };
      this.#worker.onerror = (event) => {
        this.onerror?.(event);
        reject(new Error(`Cannot start a thread of the WebAssembly backend: ${event.message}`));
      };
    }
    on() {} // Node's way to listen; the module also sets onmessage, which is enough
    ref() {}
    unref() {}
    async postMessage(data: { cmd?: string; urlOrBlob?: Blob }) {
      if (data.cmd !== "load") return this.#worker.postMessage(data);
      const { urlOrBlob, ...rest } = data;
      this.#worker.postMessage({ ...rest, source: await urlOrBlob!.text() });
    }
    terminate() {
      this.#worker.terminate();
    }
  }

  Object.assign(workerThreads, { Worker: Thread });
  Object.assign(os, { cpus: () => Array.from({ length: 2 * threads }, () => saved.cpus()[0]!) }); // it takes half of them
  return {
    loaded: () => Promise.all(loading),
    restore() {
      Object.assign(workerThreads, { Worker: saved.NodeWorker });
      Object.assign(os, { cpus: saved.cpus });
      globalThis.Worker = saved.Worker; // the module has put Node's in its place
    },
  };
}
