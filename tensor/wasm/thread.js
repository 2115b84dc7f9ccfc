/**
 * What runs in a thread of tfjs's WebAssembly module: a web worker that speaks the protocol of Emscripten's threads.
 * The module's own worker script wants Node's `require`; this one needs web APIs only. Plain JavaScript, so that it
 * loads as it stands wherever the program was bundled to.
 */

let Module = {};
let entered = false;

// The module calls this once it stands in this thread.
globalThis.startWorker = (instance) => {
  Module = instance;
  postMessage({ cmd: "loaded" });
};

function load({ wasmModule, wasmMemory, handlers, source }) {
  for (const handler of handlers) {
    Module[handler] = (...args) => postMessage({ cmd: "callHandler", handler, args });
  }
  Object.assign(Module, {
    wasmModule,
    wasmMemory,
    buffer: wasmMemory.buffer,
    ENVIRONMENT_IS_PTHREAD: true,
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(wasmModule, imports);
      receive(instance);
      return instance.exports;
    },
  });
  // The factory comes as the text of a classic script. `process` and `window` are hidden from it: it must take this
  // for a web worker, which it recognises by `importScripts`.
  const factory = new Function(
    "process",
    "window",
    "importScripts",
    `${source}; return WasmBackendModuleThreadedSimd;`,
  );
  factory(undefined, undefined, () => {})(Module);
}

function run(data) {
  Module.__emscripten_thread_init(data.pthread_ptr, 0, 0, 1);
  Module.establishStackSpace();
  Module.PThread.receiveObjectTransfer(data);
  Module.PThread.threadInitTLS();
  entered = true;
  try {
    Module.invokeEntryPoint(data.start_routine, data.arg);
  } catch (error) {
    if (error !== "unwind") throw error; // how Emscripten leaves a thread that goes on
  }
}

globalThis.onmessage = ({ data }) => {
  if (data.cmd === "load") load(data);
  else if (data.cmd === "run") run(data);
  else if (data.cmd === "processProxyingQueue" && entered) Module.executeNotifiedProxyingQueue(data.queue);
};
