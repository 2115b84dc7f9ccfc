/** What only GPUs take: their memory, and where NVIDIA's compiler is. Written to XLA's sources; see the README for what was tried. */
import { basename } from "node:path";
import type { ClientOptions } from "../pjrt/mod.ts";
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

/** Plugins of the CPU say so in their file's name. */
export function isCpu(plugin: string): boolean {
  return /cpu/i.test(basename(plugin));
}

/** The options under the names of XLA's GPU client; none for a CPU, which would refuse them. */
export function memoryOptions(plugin: string, options: MemoryOptions = {}): ClientOptions {
  const { fraction, preallocate, allocator } = options;
  if (isCpu(plugin)) return {};
  return {
    ...(fraction === undefined ? {} : { memory_fraction: { float: fraction } }),
    ...(preallocate === undefined ? {} : { preallocate }),
    ...(allocator === undefined ? {} : { allocator }),
  };
}

/** Flags that say where `ptxas` and `libdevice` are: XLA looks in the system otherwise. */
export function toolkitFlags(plugin: string): Record<string, string> {
  const folder = cudaToolkitFor(plugin);
  return folder === undefined ? {} : { xla_gpu_cuda_data_dir: folder };
}
