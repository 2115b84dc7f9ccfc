/** Finds what to compute with: a runtime of ours, or an installation that tfjs-node's own package made. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { RuntimeError } from "../../xla/runtime/error.ts";
import { damageOf, findInstalled, runtimesFolder } from "../../xla/runtime/installed.ts";
import type { Hardware } from "../../xla/runtime/detect.ts";
import { runtimes, type TensorFlowName, tfjsNode } from "./table.ts";

/** What is asked for: `auto` is a GPU where there is one that can be used. */
export type Device = "auto" | "cpu" | "gpu";

/** tfjs-node with an addon that can be loaded. */
export interface Installation {
  /** For which device it was made. */
  readonly name: TensorFlowName;
  /** For people: where it is from, such as `tensorflow 2.21.0`. */
  readonly title: string;
  /** Folder of the package's JavaScript. */
  readonly dist: string;
  /** Path of the addon. */
  readonly addon: string;
  /** Folder that NVIDIA's libraries may lie below. */
  readonly folder: string;
}

/** Names of the package, by the runtime that it stands for. */
const packageNames: Readonly<Record<TensorFlowName, string>> = {
  "tensorflow": "@tensorflow/tfjs-node",
  "tensorflow-gpu": "@tensorflow/tfjs-node-gpu",
};

/** Folders of installations that the package itself made, in the `node_modules` of a folder and of those around it. */
export function packageFolders(cwd: string): Partial<Record<TensorFlowName, string>> {
  const found: Partial<Record<TensorFlowName, string>> = {};
  for (let folder = cwd;; folder = dirname(folder)) {
    for (const [name, packageName] of Object.entries(packageNames) as [TensorFlowName, string][]) {
      const place = join(folder, "node_modules", packageName);
      if (found[name] === undefined && addonOf(place) !== undefined) found[name] = place;
    }
    if (dirname(folder) === folder) return found;
  }
}

/** The addon that the package compiled or downloaded: one for each version of Node-API. */
function addonOf(packageFolder: string): string | undefined {
  const lib = join(packageFolder, "lib");
  try {
    const version = readdirSync(lib).filter((name) => /^napi-v\d+$/.test(name)).sort().at(-1);
    if (version === undefined) return undefined;
    return readdirSync(join(lib, version)).includes("tfjs_binding.node")
      ? join(lib, version, "tfjs_binding.node")
      : undefined;
  } catch {
    return undefined;
  }
}

/** All that is here: of each name our runtime, else the package's own installation. */
export function findInstallations(
  { folder = runtimesFolder(), cwd = Deno.cwd() }: { folder?: string; cwd?: string } = {},
): Installation[] {
  const packages = packageFolders(cwd);
  return runtimes.flatMap((row): Installation[] => {
    const installed = findInstalled(row, folder);
    if (installed !== undefined) {
      return [{
        name: row.name,
        title: `${row.name} ${row.version}`,
        dist: join(installed.folder, tfjsNode.name, "dist"),
        addon: installed.plugin,
        folder: installed.folder,
      }];
    }
    const place = packages[row.name];
    if (place === undefined) return [];
    return [{
      name: row.name,
      title: `${packageNames[row.name]} ${versionOf(place)}`,
      dist: join(place, "dist"),
      addon: addonOf(place)!,
      folder: place,
    }];
  });
}

function versionOf(packageFolder: string): string {
  try {
    return JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")).version;
  } catch {
    return "of an unknown version";
  }
}

/** Why no GPU here can be used with CUDA 12, as a clause; undefined where one can. */
export function faultOfGpu({ accelerators }: Hardware): string | undefined {
  const nvidia = accelerators.find(({ vendor }) => vendor === "nvidia");
  const [other] = accelerators;
  if (nvidia === undefined) {
    return other === undefined ? "no GPU is found" : `TensorFlow drives GPUs of NVIDIA alone, not ${other.devices[0]}`;
  }
  const { devices: [device], cuda = 0 } = nvidia;
  if (cuda >= 12) return undefined;
  return `the driver of ${device} supports CUDA ${cuda.toFixed(1)}; 12.0 or newer is needed: update the driver`;
}

/** What was chosen, and why. */
export interface Chosen {
  readonly installation: Installation;
  /** Whether a GPU is to compute. */
  readonly gpu: boolean;
  /** Why it is the processor, as a clause; undefined where that was asked for, or a GPU computes. */
  readonly reason: string | undefined;
}

/**
 * What to compute with.
 *
 * @throws RuntimeError where it is not installed, or a GPU is asked for and there is none to use
 */
export function chooseInstallation(
  device: Device,
  hardware: Hardware,
  found: readonly Installation[],
  folder?: string,
): Chosen {
  const of = (name: TensorFlowName) => found.find((one) => one.name === name);
  const fault = faultOfGpu(hardware);
  const gpu = of("tensorflow-gpu");
  if (device === "gpu" && fault !== undefined) {
    const help = ["take device: cpu, or backend: auto"];
    throw new RuntimeError(`Cannot compute with TensorFlow on a GPU: ${fault}`, help, { option: "device" });
  }
  if (device !== "cpu" && fault === undefined && gpu !== undefined) {
    return { installation: gpu, gpu: true, reason: undefined };
  }
  if (device === "gpu") throw missing("tensorflow-gpu", folder);
  const installation = of("tensorflow") ?? gpu;
  if (installation === undefined) {
    throw missing(device === "auto" && fault === undefined ? "tensorflow-gpu" : "tensorflow", folder);
  }
  const reason = fault ?? "a GPU is found, but not its runtime: deno task runtime add tensorflow-gpu";
  return { installation, gpu: false, reason: device === "cpu" ? undefined : reason };
}

function missing(name: TensorFlowName, folder: string | undefined): RuntimeError {
  const row = runtimes.find((one) => one.name === name)!;
  const damage = damageOf(row, folder);
  const size = row.wheels.reduce((sum, wheel) => sum + wheel.size, 0);
  const text = damage === undefined
    ? `The runtime "${name}" is not installed (a download of ${
      Math.round(size / 1e6)
    } MB, from which an addon is compiled)`
    : `The runtime "${name}" is damaged: ${damage}`;
  return new RuntimeError(text, [
    `to install it: deno task runtime add ${name}`,
    "or take what starts here: backend: auto",
  ]);
}
