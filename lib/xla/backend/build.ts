/** What compiled programs depend on besides their text and flags: they are kept on disk, and may not be used elsewhere. */
import { readFileSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";
import type { Client } from "../pjrt/mod.ts";
import { librariesFor } from "../runtime/nvidia.ts";

/** Variables that change the code that XLA makes, besides its flags: which kernels cuDNN and cuBLAS may take. */
const variables = ["XLA_FLAGS", "NVIDIA_TF32_OVERRIDE"];

/** Where drivers of GPUs say their version. */
const drivers = ["/proc/driver/nvidia/version", "/sys/module/amdgpu/version"];

/**
 * The plugin's file and version, settings from outside, and what programs are made for: of a GPU its model, its driver and
 * the libraries beside the plugin, whose kernels XLA chooses among; else the processor.
 *
 * @param read the content of a file; undefined where it cannot be read
 */
export function buildOf(
  { plugin, platform, platformVersion, devices }: Pick<Client, "plugin" | "platform" | "platformVersion" | "devices">,
  read: (path: string) => string | undefined = textOf,
): unknown[] {
  const [processor] = cpus();
  const host = [processor?.model, cpus().length, plugin.processorFeatures];
  const outside = variables.map((name) => process.env[name] ?? "");
  const common = [platform, platformVersion, ...plugin.build, ...outside, devices[0]?.kind, ...host];
  if (platform === "cpu") return common;
  const models = devices.map(({ kind, attributes }) => [kind, attributes]);
  const libraries = librariesFor(plugin.path).map((path) => [basename(path), statSync(path).size]);
  return [...common, models, drivers.map((path) => read(path)?.trim() ?? ""), libraries];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // no such driver, or not permitted
  }
}
