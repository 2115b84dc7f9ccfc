/**
 * tfjs's WebGPU backend on the GPU that Deno reaches, with the kernels that it lacks and better ones for some it has.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { opByOp, tfjsBackend } from "../backend.ts";
import { findGpu, type Gpu, type Power } from "./adapter.ts";
import { accurateKernels } from "./accurate_kernels.ts";
import { gpuChannelKernels } from "./channel_kernels.ts";
import { DeviceError } from "./device_error.ts";
import { integerKernels } from "./integer_kernels.ts";
import { gpuRandomKernels } from "./random_kernels.ts";
import { type BackendClass, type Watched, watched } from "./watched.ts";

/** What runs, and on what. */
interface Running {
  readonly gpu: Gpu;
  readonly limits: GPUSupportedLimits;
  readonly watched: Watched;
}

let running: Running | undefined;

/** tfjs's WebGPU backend, as plugins start it. */
export interface GpuBackend {
  /**
   * Starts it, or finds it running.
   *
   * @throws {DeviceError} where there is no adapter
   */
  start(): Promise<{ gpu: Gpu; limits: GPUSupportedLimits }>;
  /** Gives the device back, for every plugin that has started it. */
  stop(): Promise<void>;
  /** As `opByOp`; a device that has failed is an error. */
  readonly compile: typeof opByOp;
}

/**
 * tfjs's WebGPU backend, with a device of its own.
 *
 * @param power which GPU, where there are two
 */
export function gpuBackend(power: Power = "high-performance"): GpuBackend {
  const held = tfjsBackend("webgpu");
  return {
    async start() {
      running ??= await open(power);
      await held.start();
      return running;
    },
    async stop() {
      await held.stop();
      running?.watched.stop();
      running = undefined;
    },
    compile,
  };
}

async function open(power: Power): Promise<Running> {
  const gpu = await findGpu(power);
  if (gpu === undefined) {
    throw new DeviceError("No adapter for WebGPU is found", "lost", [
      "install the driver of the GPU, for Vulkan on Linux; in a container the GPU has to be passed on",
      "or take what starts here: backend: auto",
    ]);
  }
  const { WebGPUBackend } = await import("@tensorflow/tfjs-backend-webgpu");
  if (tf.findBackendFactory("webgpu") != null) tf.removeBackend("webgpu"); // the package's own, on a device of its own
  registerKernels();
  const { adapter } = gpu;
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  });
  const one = watched(WebGPUBackend as unknown as BackendClass, device, gpu);
  tf.registerBackend("webgpu", () => one.create());
  return { gpu, limits: device.limits, watched: one };
}

/** The kernels of ours, in the place of tfjs's own. Its package has to be loaded. */
function registerKernels(): void {
  if (tf.getKernel("DenoiseSwish", "webgpu") != null) return;
  const all: Readonly<Record<string, (own: tf.KernelFunc | undefined) => tf.KernelFunc>> = {
    ...accurateKernels,
    ...gpuChannelKernels,
    ...integerKernels,
    ...Object.fromEntries(Object.entries(gpuRandomKernels).map(([name, kernelFunc]) => [name, () => kernelFunc])),
  };
  for (const [kernelName, make] of Object.entries(all)) {
    const own = tf.getKernel(kernelName, "webgpu");
    if (own != null) tf.unregisterKernel(kernelName, "webgpu");
    tf.registerKernel({ kernelName, backendName: "webgpu", kernelFunc: make(own?.kernelFunc) });
  }
}

let last: string | undefined;

const compile: typeof opByOp = (fn, options) => {
  const run = opByOp(fn, options);
  return async (...args) => {
    const { watched } = running!;
    watched.check();
    // What one function keeps for itself is of little use to another.
    if (last !== options.name) watched.trim();
    last = options.name;
    try {
      return await run(...args);
    } catch (error) {
      throw await watched.explain(error);
    }
  };
};
