/** Backend `webgpu`: tfjs's kernels for WebGPU, op by op, on the GPU that Deno reaches itself. */
import { gpuBackend, plugin, z } from "denoise/plugin";

export default plugin({
  kind: "backend",
  name: "webgpu",
  summary: "A GPU of any maker through WebGPU, op by op: nothing to install",
  prefer: "For a GPU that XLA has no runtime for; it was tested on a software adapter only",
  source: "https://github.com/tensorflow/tfjs/tree/master/tfjs-backend-webgpu",
  options: z.object({
    power: z.enum(["high-performance", "low-power"]).default("high-performance").describe(
      "which GPU is asked for where there are two, as in laptops",
    ),
  }),
  create: ({ options }) => {
    const held = gpuBackend(options.power);
    let description = "webgpu";
    let tensorBytes: number | undefined;
    let rows: number | undefined;
    let build: string | undefined;
    return {
      name: "webgpu",
      get description() {
        return description;
      },
      get build() {
        return build;
      },
      get tensorBytes() {
        return tensorBytes;
      },
      get rows() {
        return rows;
      },
      async start() {
        const { gpu, limits } = await held.start();
        build = gpu.name;
        description = `webgpu on ${gpu.name}${gpu.software ? " (software, on the processor)" : ""}`;
        tensorBytes = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
        rows = rowsOfWorkgroup * limits.maxComputeWorkgroupsPerDimension;
      },
      compile: held.compile,
      stop: held.stop,
    };
  },
});

/** Rows that a workgroup of a matrix product goes through, in tfjs 4.22. */
const rowsOfWorkgroup = 32;
