/** What only GPUs take: their memory, and where NVIDIA's compiler is. Written to XLA's sources; see the README for what was tried. */
import { basename } from "node:path";
import type { ClientOptions } from "../pjrt/mod.ts";
import { RuntimeError } from "../runtime/error.ts";
import { cudaToolkitFor } from "../runtime/nvidia.ts";

/** How a GPU's memory is taken; XLA's own defaults where nothing is said. */
export interface MemoryOptions {
  /** Part of the memory that may be taken, above 0 and at most 1. XLA's default is 0.75. */
  readonly fraction?: number | undefined;
  /** Whether to take it at once, which keeps it in one piece. XLA's default is true. */
  readonly preallocate?: boolean | undefined;
  /** `bfc`: XLA's own; `cuda_async`: the driver's pools; `platform`: one allocation a buffer, slow. */
  readonly allocator?: "default" | "bfc" | "cuda_async" | "platform" | undefined;
}

/**
 * Name of the environment variable with the part of a GPU's memory that a process may take where nothing else is said; it
 * is then taken as it is needed, so that processes share a GPU.
 */
export const memoryVariable = "DENOISE_MEMORY_FRACTION";

/** Plugins of the CPU say so in their file's name. */
export function isCpu(plugin: string): boolean {
  return /cpu/i.test(basename(plugin));
}

/**
 * The options under the names of XLA's GPU client; none for a CPU, which would refuse them.
 *
 * @param shared what the environment says: see `memoryVariable`
 * @throws RuntimeError where the environment says something else than a part
 */
export function memoryOptions(
  plugin: string,
  options: MemoryOptions = {},
  shared: string | undefined = process.env[memoryVariable],
): ClientOptions {
  if (isCpu(plugin)) return {};
  const known = /cuda|rocm/.test(basename(plugin)); // others may refuse such options
  const part = options.fraction === undefined && shared && known ? partOf(shared) : undefined;
  const { fraction = part, preallocate = part === undefined ? undefined : false, allocator } = options;
  return {
    ...(fraction === undefined ? {} : { memory_fraction: { float: fraction } }),
    ...(preallocate === undefined ? {} : { preallocate }),
    ...(allocator === undefined ? {} : { allocator }),
  };
}

function partOf(text: string): number {
  const part = Number(text);
  if (part > 0 && part <= 1) return part;
  throw new RuntimeError(`Cannot take "${text}" of a GPU's memory, as ${memoryVariable} says`, [
    "set it to a number above 0 and up to 1, such as 0.25, or unset it",
  ]);
}

/** Flags that say where `ptxas` and `libdevice` are: XLA looks in the system otherwise. */
export function toolkitFlags(plugin: string): Record<string, string> {
  const folder = cudaToolkitFor(plugin);
  return folder === undefined ? {} : { xla_gpu_cuda_data_dir: folder };
}
