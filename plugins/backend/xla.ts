/** Backend `xla`: whole steps compiled by XLA, through a PJRT plugin; on processors and accelerators. */
import { cpus } from "node:os";
import { basename } from "node:path";
import { plugin, z } from "denoise/plugin";
import type { Backend, StartTools } from "denoise/plugin";
import { aheadOf } from "./shared/ahead.ts";
import {
  addRuntime,
  type AskedPrecision,
  canRequest,
  choosePlugin,
  damageOf,
  listInstalled,
  nativeLines,
  pluginVariable,
  requestRuntime,
  RuntimeError,
  runtimes,
  XlaEngine,
} from "../../lib/xla/mod.ts";
import { xlaTexts } from "./shared/xla_texts.ts";

/** What plugins are made of: messages name a line of the plugin. */
const library = ["lib/tensor", "pipeline"].map((folder) => new URL(`../../${folder}/`, import.meta.url).href);

export default plugin({
  kind: "backend",
  name: "xla",
  summary: "Whole steps compiled by XLA: the fastest, on processors and GPUs",
  prefer: "For all training on a processor or an NVIDIA GPU; the first step of a recipe waits while it is compiled",
  source: "https://openxla.org/xla",
  outside: { plugin: "library" },
  options: z.object({
    precision: z.enum(["float32", "tensorfloat32", "mixed"]).optional().describe(
      "of the factors of convolutions and matrix products; all else is float32. float32: all digits. tensorfloat32: 10 bits " +
        "of mantissa, on NVIDIA GPUs from Ampere on, else float32. mixed: bfloat16, but float32 on a processor that has no " +
        "fast bfloat16. By default tensorfloat32: fast where there is such a GPU, float32 elsewhere",
    ),
    deterministic: z.boolean().default(false).describe(
      "true: a GPU gives the same bits each time, with the kernels that its libraries list first; false: with the kernels " +
        "that XLA measures to be the fastest, and keeps on disk. A processor gives the same bits in any case; " +
        "refused on AMD GPUs and TPUs, for which XLA has no such flag",
    ),
    devices: z.int().min(1).max(64).default(1).describe(
      "devices that share each batch; the state is copied to each, and gradients are summed",
    ),
    plugin: z.string().optional().describe(
      "path of a PJRT plugin; by default that of DENOISE_PJRT_PLUGIN, else the best that is installed",
    ),
    memory_fraction: z.number().gt(0).max(1).optional().describe(
      "part of a GPU's memory that may be taken; by default XLA's, three quarters",
    ),
    preallocate: z.boolean().optional().describe("take a GPU's memory at once, not as it is needed"),
  }),
  create: (
    { options: { precision, deterministic, devices, plugin, memory_fraction: fraction, preallocate } },
  ): Backend => {
    // What is not asked for is what JAX and Keras do.
    const asked: AskedPrecision = precision ?? "tensorfloat32";
    let engine: XlaEngine | undefined; // made when it is known which plugin there is
    let told: StartTools = {}; // of the last start
    let description = "xla";
    let build: string | undefined;
    return {
      name: "xla",
      devices,
      ahead: aheadOf({ precision: asked, devices }),
      get description() {
        return description;
      },
      get build() {
        return build;
      },
      async start(tools = {}) {
        told = tools;
        if (engine === undefined) {
          const path = plugin ?? choosePlugin().plugin ?? await cpuPlugin(tools);
          const fast = asked === "mixed" ? "mixed-where-fast" : asked;
          engine = new XlaEngine({
            plugin: path,
            devices,
            precision: fast,
            deterministic,
            library,
            memory: { fraction, preallocate },
            compiling: (name) => told.compiling?.(name) ?? (() => {}),
            warn: (message) => told.warn?.(message),
          });
        }
        await engine.start().catch((error) => {
          throw explained(error, plugin);
        });
        const { platform, platformVersion: version, devices: [device] } = engine.device.client;
        const texts = xlaTexts({
          ...{ platform, version, devices, asked: precision, computed: engine.precision, deterministic },
          ...{ processor: cpus()[0]?.model ?? "", cores: navigator.hardwareConcurrency },
          ...{ model: device!.kind, memory: device!.memory()?.limit },
        });
        build = `${runtimeOf(engine.plugin)}${texts.build}`;
        description = texts.description;
      },
      compile: (fn, options) => running(engine, options.name).compile(fn, options),
      repeat: (step, options) => running(engine, options.name).repeat(step, options),
      async stop() {
        await engine?.stop();
      },
    };
  },
});

/** The runtime that a plugin is of, such as `cpu 0.7.1`; a file of the user's by its name and size. */
function runtimeOf(path: string): string {
  const known = listInstalled().find((one) => one.plugin === path);
  return known === undefined
    ? `${basename(path)} of ${Deno.statSync(path).size} bytes`
    : `${known.name} ${known.version}`;
}

function running(engine: XlaEngine | undefined, name: string): XlaEngine {
  if (engine !== undefined) return engine;
  throw new Error(`Cannot compile "${name}": start the backend first`);
}

/** The error of a plugin that does not start: what it wrote, and what to do where it is the environment that names it. */
function explained(error: Error, path: string | undefined): Error {
  const named = Deno.env.get(pluginVariable);
  const help = [
    ...(error instanceof RuntimeError ? error.help : []),
    ...(named && (path ?? named) === named
      ? [`unset ${pluginVariable}, and the best plugin that is installed is used`]
      : []),
    ...nativeLines().map((line) => `it wrote: ${line}`),
  ];
  return help.length === 0 ? error : new RuntimeError(error.message, help, { cause: error });
}

/**
 * The plugin for the processor, downloaded where it is not installed and downloads are allowed.
 *
 * @throws RuntimeError where it is unavailable
 */
export async function cpuPlugin({ download = false, signal, progress }: StartTools): Promise<string> {
  const row = runtimes.find(({ name }) => name === "cpu")!;
  const megabytes = Math.round(row.wheels.reduce((sum, { size }) => sum + size, 0) / 1e6);
  if (!download) {
    const damage = damageOf(row);
    const state = damage === undefined
      ? "No PJRT plugin is installed; training fetches one for the processor"
      : `The PJRT plugin for the processor is damaged: ${damage}; training fetches it again`;
    throw new RuntimeError(`${state} (${megabytes} MB)`, [
      "to fetch it now: deno task runtime add cpu",
      "or take what starts here: backend: auto",
    ]);
  }
  const report = (what: string, done: number, total: number) => progress?.(what, done / 1e6, total / 1e6, "MB");
  report(`downloading ${row.name}`, 0, megabytes * 1e6); // what follows may wait for the network
  const install = canRequest()
    ? requestRuntime(row.name, { signal, progress: report })
    : addRuntime(row, { signal, progress: report });
  return (await install).plugin;
}
