/** Backend `tensorflow`: TensorFlow's own kernels by tfjs-node, op by op. Its runtime is installed apart. */
import { cpus } from "node:os";
import { plugin, z } from "denoise/plugin";
import { tensorFlowBackend } from "../../lib/tensorflow/mod.ts";

export default plugin({
  kind: "backend",
  name: "tensorflow",
  summary:
    "TensorFlow's own kernels, op by op, on a processor or an NVIDIA GPU; needs deno task runtime add tensorflow",
  prefer:
    "Where TensorFlow's kernels are wanted, as to compare with Keras; xla compiles whole steps and needs less to " +
    "be added",
  source: "https://github.com/tensorflow/tfjs/tree/master/tfjs-node",
  options: z.object({
    device: z.enum(["auto", "cpu", "gpu"]).default("auto").describe(
      "auto: a GPU where there is one and the runtime tensorflow-gpu is installed, else the processor",
    ),
  }),
  create: ({ options }) => {
    const held = tensorFlowBackend(options.device);
    let description = "tensorflow";
    let build: string | undefined;
    return {
      name: "tensorflow",
      get description() {
        return description;
      },
      get build() {
        return build;
      },
      async start() {
        const { installation: { title }, gpu, devices, reason } = await held.start();
        const cores = navigator.hardwareConcurrency;
        const where = gpu ? devices.join(", ") : `${cores} core${cores === 1 ? "" : "s"}`;
        description = `tensorflow on ${gpu ? "gpu" : "cpu"} (${where}, float32, ${title})` +
          (reason === undefined ? "" : `; ${reason}`);
        build = `${title}, ${gpu ? devices[0] : `${cpus()[0]?.model ?? "a processor"} with ${where}`}`;
      },
      compile: held.compile,
      stop: held.stop,
    };
  },
});
