/** Backend `wasm`: tfjs's WebAssembly kernels, op by op. Runs everywhere. */
import { opByOp, plugin, tf, threadedWasm, z } from "denoise/plugin";

export default plugin({
  kind: "backend",
  name: "wasm",
  summary: "WebAssembly on the processor, op by op: runs everywhere, in up to 4 GB",
  prefer: "Where nothing can be installed: it comes with Denoise, and is enough for small models and batches",
  source: "https://github.com/tensorflow/tfjs/tree/master/tfjs-backend-wasm",
  options: z.object({
    threads: z.int().min(1).max(64).optional().describe(
      "threads for convolutions and matrix products; default: one for each processor",
    ),
  }),
  create: ({ options }) => {
    const held = threadedWasm(options.threads);
    let description = "wasm (WebAssembly)";
    return {
      name: "wasm",
      get description() {
        return description;
      },
      memory: 2 ** 32, // bytes that 32-bit addresses reach
      async start() {
        const threads = await held.start();
        const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
        description = `wasm (WebAssembly${simd ? " SIMD" : ""}, ${threads} thread${threads === 1 ? "" : "s"})`;
      },
      compile: opByOp,
      stop: held.stop,
    };
  },
});
