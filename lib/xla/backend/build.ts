/** What compiled programs depend on besides their text and flags: they are kept on disk, and may not be used elsewhere. */
import { statSync } from "node:fs";
import { cpus } from "node:os";
import { basename } from "node:path";
import type { Client } from "../pjrt/mod.ts";
import { nvidiaDriverVersion } from "../runtime/cuda_driver.ts";
import { librariesFor } from "../runtime/nvidia.ts";

/** Variables that change the code that XLA makes, besides its flags: which kernels cuDNN and cuBLAS may take. */
const variables = ["XLA_FLAGS", "NVIDIA_TF32_OVERRIDE"];

/**
 * The plugin's file and version, settings from outside, and what programs are made for: of a GPU its model, its driver and
 * the libraries beside the plugin, whose kernels XLA chooses among; else the processor.
 *
 * @param driver version of the GPU's driver; undefined where it does not say one
 */
export function buildOf(
  { plugin, platform, platformVersion, devices }: Pick<Client, "plugin" | "platform" | "platformVersion" | "devices">,
  driver: () => string | undefined = nvidiaDriverVersion,
): unknown[] {
  const [processor] = cpus();
  const host = [processor?.model, cpus().length, plugin.processorFeatures];
  const outside = variables.map((name) => process.env[name] ?? "");
  const common = [platform, platformVersion, ...plugin.build, ...outside, devices[0]?.kind, ...host];
  if (platform === "cpu") return common;
  const models = devices.map(({ kind, attributes }) => [kind, attributes]);
  const libraries = librariesFor(plugin.path).map((path) => [basename(path), statSync(path).size]);
  return [...common, models, driver() ?? "", libraries];
}
