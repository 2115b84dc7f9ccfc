/**
 * Kernels that tfjs's wasm backend lacks, and better ones for some that it has.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { filterGradientKernel } from "./filter_gradient.ts";
import { hostKernels } from "./host_kernels.ts";
import { inputGradientKernel } from "./input_gradient.ts";

/** By name: makes the new kernel, given tfjs's own where there is one. */
const kernels: Readonly<Record<string, (own: tf.KernelFunc | undefined) => tf.KernelFunc>> = {
  ...Object.fromEntries(Object.entries(hostKernels).map(([name, kernelFunc]) => [name, () => kernelFunc])),
  Conv2DBackpropFilter: () => filterGradientKernel,
  Conv2DBackpropInput: inputGradientKernel,
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
