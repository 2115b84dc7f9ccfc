/** Chooses among plugins: what the environment names, else the best that is installed for what is really there. */
import { faultOfLibrary } from "../library_file/fault.ts";
import { type Accelerator, detect, type Hardware } from "./detect.ts";
import { RuntimeError } from "./error.ts";
import { damageOf, findInstalled, runtimesFolder } from "./installed.ts";
import { runtimeNamed } from "./table.ts";
import type { RuntimeName } from "./types.ts";

/** Name of the environment variable that overrides every choice. */
export const pluginVariable = "DENOISE_PJRT_PLUGIN";

/** What to run on. */
export interface Choice {
  /** Path of the plugin; undefined where the one that would do is not installed: `runtime` says which. */
  readonly plugin: string | undefined;
  /** Undefined where the environment names a plugin. */
  readonly runtime: RuntimeName | undefined;
  /** Why, as a clause: "no GPU found". */
  readonly reason: string;
}

/** Runtimes that drive an accelerator, the best first; none where its driver is too old for any. */
export function runtimesFor({ vendor, cuda = 0 }: Accelerator): RuntimeName[] {
  if (vendor === "amd") return ["rocm7"];
  if (vendor === "google") return ["tpu"];
  if (vendor === "apple") return ["metal"];
  return [...(cuda >= 13 ? ["cuda13" as const] : []), ...(cuda >= 12 ? ["cuda12" as const] : [])];
}

/**
 * The plugin to use; of the CPU where no accelerator is there, or none that has its plugin.
 *
 * @throws RuntimeError where the environment names a file that is not there, or cannot be a plugin
 */
export function choosePlugin(
  { folder = runtimesFolder(), hardware, env = process.env }: {
    folder?: string;
    /** By default this machine. */
    hardware?: Hardware;
    env?: Readonly<Record<string, string | undefined>>;
  } = {},
): Choice {
  const named = env[pluginVariable];
  if (named) return { plugin: existing(named), runtime: undefined, reason: `named by ${pluginVariable}` };
  const { accelerators } = hardware ?? detect();
  const notes: string[] = [];
  for (const accelerator of accelerators) {
    const { devices: [device], cuda } = accelerator;
    const names = runtimesFor(accelerator);
    for (const runtime of names) {
      const plugin = findInstalled(runtimeNamed(runtime), folder)?.plugin;
      if (plugin !== undefined) return { plugin, runtime, reason: `${device} found` };
    }
    const damaged = names.flatMap((name) => {
      const damage = damageOf(runtimeNamed(name), folder);
      return damage === undefined ? [] : [`the runtime ${name} is damaged (${damage}): deno task runtime add ${name}`];
    });
    notes.push(
      names.length === 0
        ? `${device} found, but its driver supports CUDA ${cuda}; 12.0 or newer is needed: update the driver`
        : `${device} found, but ${damaged[0] ?? `not its plugin: deno task runtime add ${names[0]}`}`,
    );
  }
  return {
    plugin: findInstalled(runtimeNamed("cpu"), folder)?.plugin,
    runtime: "cpu",
    reason: notes.length === 0 ? "no GPU found" : notes.join("; "),
  };
}

/** @throws RuntimeError where there is no such file, or it cannot be a plugin */
function existing(path: string): string {
  const fault = faultOfLibrary(path);
  if (fault === undefined) return path;
  throw new RuntimeError(`Cannot use the PJRT plugin "${path}", which ${pluginVariable} names: ${fault}`, [
    `set ${pluginVariable} to the path of a shared library that exports GetPjrtApi`,
    "or unset it, and the best plugin that is installed is used",
  ]);
}
