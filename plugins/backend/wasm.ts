/** Backend `wasm`: tfjs's WebAssembly kernels, op by op. Runs everywhere. */
import { opByOp, plugin, tf, tfjsBackend, z } from "denoise/plugin";

export default plugin({
  kind: "backend",
  name: "wasm",
  summary: "WebAssembly on the processor, op by op: runs everywhere, in up to 4 GB",
  source: "https://github.com/tensorflow/tfjs/tree/master/tfjs-backend-wasm",
  options: z.object({}),
  create: () => {
    const held = tfjsBackend("wasm");
    let description = "wasm (WebAssembly)";
    return {
      name: "wasm",
      get description() {
        return description;
      },
      memory: 2 ** 32, // bytes that 32-bit addresses reach
      async start() {
        const { getThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
        await held.start();
        const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
        const threads = await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT") ? getThreadsCount() : 1;
        description = `wasm (WebAssembly${simd ? " SIMD" : ""}, ${threads} thread${threads === 1 ? "" : "s"})`;
      },
      compile: opByOp,
      stop: held.stop,
    };
  },
});
