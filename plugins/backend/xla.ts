/** Backend `xla`: whole steps compiled by XLA, through a PJRT plugin; on processors and accelerators. */
import { plugin, z } from "denoise/plugin";
import type { Backend } from "denoise/plugin";
import { XlaEngine } from "../../xla/mod.ts";

export default plugin({
  kind: "backend",
  name: "xla",
  summary: "Whole steps compiled by XLA: the fastest, on processors and GPUs",
  source: "https://openxla.org/xla",
  options: z.object({
    precision: z.enum(["float32", "mixed"]).default("float32").describe(
      "mixed: convolutions and matrix products in bfloat16, all else in float32",
    ),
    devices: z.int().min(1).max(64).default(1).describe(
      "devices that share each batch; the state is copied to each, and gradients are summed",
    ),
    plugin: z.string().optional().describe("path of a PJRT plugin; by default the best that is installed"),
  }),
  create: ({ options: { precision, devices, plugin } }): Backend => {
    const path = plugin ?? Deno.env.get("DENOISE_PJRT_PLUGIN");
    if (path === undefined) {
      throw new Error('Cannot use backend xla: no PJRT plugin; install one with "deno task runtime add cpu"');
    }
    const engine = new XlaEngine({ plugin: path, devices, precision });
    let description = "xla";
    return {
      name: "xla",
      get description() {
        return description;
      },
      async start() {
        await engine.start();
        const { platform, devices: all } = engine.device.client;
        const shared = devices > 1 ? `, ${devices} devices` : "";
        description = `xla (${all[0]!.description || platform}${shared}, ${precision})`;
      },
      compile: (fn, options) => engine.compile(fn, options),
      // deno-lint-ignore require-await -- the interface promises
      async stop() {
        engine.stop();
      },
    };
  },
});
