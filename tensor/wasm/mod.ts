/**
 * Kernels that tfjs's wasm backend lacks, and better ones for some that it has.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { filterGradientKernel } from "./filter_gradient.ts";
import { hostKernels } from "./host_kernels.ts";

const kernels: Readonly<Record<string, tf.KernelFunc>> = { ...hostKernels, Conv2DBackpropFilter: filterGradientKernel };

/**
 * Registers them all, in the place of tfjs's own. Done once; does nothing while tfjs's wasm backend is not loaded, which
 * would put its kernels in the place of these.
 */
export function registerWasmKernels(): void {
  if (tf.getKernel("Add", "wasm") == null) return;
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    const present = tf.getKernel(kernelName, "wasm");
    if (present?.kernelFunc === kernelFunc) continue;
    if (present != null) tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc });
  }
}
