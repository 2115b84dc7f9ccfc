/** What XLA compiles for without having it. */
import type { Ahead } from "denoise/plugin";
import { type AskedPrecision, type GpuName, gpus, peakOf, XlaEngine } from "../../../lib/xla/mod.ts";

/** Options of the recipe's backend that its programs depend on. */
export interface AheadSettings {
  readonly precision: AskedPrecision;
  readonly devices: number;
}

/** NVIDIA's GPUs. */
export function aheadOf({ precision, devices }: AheadSettings): Ahead {
  return {
    gpus: (Object.keys(gpus) as GpuName[]).map((name) => {
      const { model, memory, bandwidth } = gpus[name], of = (type: Precisions) => peakOf(gpus[name], type);
      const peaks = { float32: of("float32"), tf32: of("tf32"), bfloat16: of("bfloat16") };
      return { name, model, memory, bandwidth, peaks };
    }),
    async open(gpu, tools) {
      const { AheadEngine, compilerPlugin, tracerPlugin } = await import("../../../lib/xla/ahead/mod.ts"); // its library takes its time to load
      const { devices: asked = devices, ...rest } = tools;
      compilerPlugin(); // before anything is started: it says what to install
      const tracer = new XlaEngine({ plugin: tracerPlugin(), name: "xla-ahead" });
      const engine = new AheadEngine(tracer, { gpu: gpus[gpu as GpuName], precision, devices: asked, ...rest });
      await tracer.start();
      return {
        name: "xla",
        description: `compiled for ${gpus[gpu as GpuName].model}`,
        devices: asked,
        start: () => tracer.start(),
        compile: (fn, options) => engine.compile(fn, options),
        repeat: (step, options) => engine.repeat(step, options),
        stop: () => tracer.stop(),
      };
    },
  };
}

type Precisions = Parameters<typeof peakOf>[1];
