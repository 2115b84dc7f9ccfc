/**
 * Kernels that tfjs's wasm backend lacks, and better ones for some that it has.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { channelKernels } from "./channel_kernels.ts";
import { convolutionKernels } from "./convolution_kernels.ts";
import { hostKernels } from "./host_kernels.ts";
import { WasmRuntime } from "./wasm_runtime.ts";
import { withSharedMemory } from "./memory.ts";

/** By name: makes the new kernel, given tfjs's own where there is one. */
const kernels: Readonly<Record<string, (own: tf.KernelFunc | undefined) => tf.KernelFunc>> = {
  ...Object.fromEntries(Object.entries(hostKernels).map(([name, kernelFunc]) => [name, () => kernelFunc])),
  ...convolutionKernels,
  ...channelKernels,
};

let registered = false;

/**
 * Registers them all, in the place of tfjs's own. Done once; does nothing while tfjs's wasm backend is not loaded, which
 * would put its kernels in the place of these.
 */
export function registerWasmKernels(): void {
  if (registered || tf.getKernel("Add", "wasm") == null) return;
  registered = true;
  for (const [kernelName, make] of Object.entries(kernels)) {
    const own = tf.getKernel(kernelName, "wasm");
    if (own != null) tf.unregisterKernel(kernelName, "wasm");
    // tfjs sets its kernels up when the backend starts, and frees what they hold when it stops.
    tf.registerKernel({ ...own, kernelName, backendName: "wasm", kernelFunc: make(own?.kernelFunc) });
  }
}

/** Starts tfjs's wasm backend by `begin`, with threads where the machine lets memory be shared. */
export async function startWasm(begin: () => Promise<void>): Promise<void> {
  await withSharedMemory(begin);
  WasmRuntime.of(tf.findBackend("wasm"));
}

/** Ends the threads of tfjs's wasm backend. */
export function stopWasm(): void {
  WasmRuntime.of(tf.findBackend("wasm")).pool.stop();
}

/** Threads that the running wasm backend computes with. */
export function wasmThreads(): number {
  return WasmRuntime.of(tf.findBackend("wasm")).pool.size;
}
