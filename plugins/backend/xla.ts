/** Backend `xla`: whole steps compiled by XLA, through a PJRT plugin; on processors and accelerators. */
import { cpus } from "node:os";
import { basename } from "node:path";
import { plugin, z } from "denoise/plugin";
import type { Backend, StartTools } from "denoise/plugin";
import {
  addRuntime,
  canRequest,
  choosePlugin,
  damageOf,
  listInstalled,
  pluginVariable,
  type Precision,
  requestRuntime,
  RuntimeError,
  runtimes,
  XlaEngine,
} from "../../lib/xla/mod.ts";

/** What plugins are made of: messages name a line of the plugin. */
const library = ["lib/tensor", "pipeline"].map((folder) => new URL(`../../${folder}/`, import.meta.url).href);

export default plugin({
  kind: "backend",
  name: "xla",
  summary: "Whole steps compiled by XLA: the fastest, on processors and GPUs",
  source: "https://openxla.org/xla",
  outside: { plugin: "library" },
  options: z.object({
    precision: z.enum(["float32", "mixed"]).default("float32").describe(
      "mixed: convolutions and matrix products in bfloat16, all else in float32; " +
        "float32 on a processor that has no fast bfloat16",
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
  create: ({ options: { precision, devices, plugin, memory_fraction: fraction, preallocate } }): Backend => {
    let engine: XlaEngine | undefined; // made when it is known which plugin there is
    let told: StartTools = {}; // of the last start
    let description = "xla";
    let build: string | undefined;
    return {
      name: "xla",
      devices,
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
          const fast = precision === "mixed" ? "mixed-where-fast" : precision;
          engine = new XlaEngine({
            plugin: path,
            devices,
            precision: fast,
            library,
            memory: { fraction, preallocate },
            compiling: (name) => told.compiling?.(name) ?? (() => {}),
            warn: (message) => told.warn?.(message),
          });
        }
        await engine.start().catch((error) => {
          throw explained(error, plugin);
        });
        const { platform, platformVersion, devices: all } = engine.device.client;
        const cores = navigator.hardwareConcurrency;
        const what = platform === "cpu" ? `${cores} core${cores === 1 ? "" : "s"}` : all[0]!.kind;
        const model = platform === "cpu" ? `${cpus()[0]?.model ?? "a processor"} with ${what}` : what;
        const version = platformVersion === platform ? "" : ` (${platformVersion.split("\n")[0]!.trim()})`;
        const computed = precisionTexts(precision, engine.precision);
        build = `${runtimeOf(engine.plugin)}${version}, ${model}${computed.build}`;
        description = `xla on ${platform} (${what}${
          devices > 1 ? `, ${devices} devices` : ""
        }, ${computed.description})`;
      },
      compile: (fn, options) => running(engine, options.name).compile(fn, options),
      repeat: (step, options) => running(engine, options.name).repeat(step, options),
      async stop() {
        await engine?.stop();
      },
    };
  },
});

/** What the backend says of the precision that it computes in, which may not be the one that was asked for. */
export function precisionTexts(asked: Precision, used: Precision): { build: string; description: string } {
  if (asked === used) return { build: "", description: used };
  // The build says it too: a run that was trained in mixed precision is told when it continues in float32.
  return { build: `, ${used} instead of ${asked}`, description: `${used}: this processor has no fast bfloat16` };
}

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

/** The error of a plugin that does not start, with what to do where it is the environment that names it. */
function explained(error: Error, path: string | undefined): Error {
  const named = Deno.env.get(pluginVariable);
  if (!named || (path ?? named) !== named) return error;
  const help = [`unset ${pluginVariable}, and the best plugin that is installed is used`];
  return new RuntimeError(error.message, help, { cause: error });
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
