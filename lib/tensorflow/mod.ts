/**
 * tfjs on TensorFlow itself: tfjs-node's kernels and addon, on the library of TensorFlow's wheel.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs";
import { opByOp, tfjsBackend } from "../tensor/backend.ts";
import { webgpuIsLoaded } from "../tensor/webgpu/adapter.ts";
import { detect } from "../xla/runtime/detect.ts";
import { RuntimeError } from "../xla/runtime/error.ts";
import { librariesIn, loadLibraries } from "../xla/runtime/nvidia.ts";
import { makeBackend } from "./device.ts";
import { chooseInstallation, type Chosen, type Device, findInstallations } from "./runtime/find.ts";
import { kernels } from "./kernels.ts";
import { type Binding, loadAddon, loadPackage, type NodePackage } from "./package.ts";

export * from "./runtime/mod.ts";

/** What runs. */
export interface RunningTensorFlow {
  readonly installation: Chosen["installation"];
  /** Whether a GPU computes. */
  readonly gpu: boolean;
  /** Names of the GPUs; none where the processor computes. */
  readonly devices: readonly string[];
  /** Why it is the processor, as a clause; undefined where that was asked for, or a GPU computes. */
  readonly reason: string | undefined;
}

/** tfjs's backend for TensorFlow, as plugins start it. */
export interface TensorFlowBackend {
  /**
   * Starts it, or finds it running.
   *
   * @throws RuntimeError where it is not installed, does not load, or has no such device
   */
  start(): Promise<RunningTensorFlow>;
  /** Frees what it holds. The library stays loaded. */
  stop(): Promise<void>;
  readonly compile: typeof opByOp;
}

/** TensorFlow is loaded once a process, for one device. */
let loaded: { readonly device: Device; readonly running: RunningTensorFlow } | undefined;

/**
 * tfjs's backend for TensorFlow.
 *
 * @param device what is to compute
 */
export function tensorFlowBackend(device: Device = "auto"): TensorFlowBackend {
  const held = tfjsBackend("tensorflow");
  return {
    async start() {
      loaded ??= { device, running: await load(device) };
      if (device !== loaded.device && device !== "auto" && (device === "gpu") !== loaded.running.gpu) {
        const now = loaded.running.gpu ? "a GPU" : "the processor";
        throw new RuntimeError(`Cannot start TensorFlow on device "${device}": in this process it computes on ${now}`, [
          "start another process for it",
        ]);
      }
      await held.start();
      return loaded.running;
    },
    stop: held.stop,
    compile: opByOp,
  };
}

/** Holds the number of the process that has loaded the library: its workers see it, other processes are not meant. */
const loadedVariable = "DENOISE_TENSORFLOW_IN";

async function load(device: Device): Promise<RunningTensorFlow> {
  // Each brings an LLVM of its own. Mesa's first, TensorFlow's ends the process as it is loaded; the other way round is well.
  if (Deno.build.os === "linux" && webgpuIsLoaded() && Deno.env.get(loadedVariable) !== String(Deno.pid)) {
    throw new RuntimeError("Cannot load TensorFlow into a process that has looked for a GPU through WebGPU", [
      "start TensorFlow before WebGPU, or in another process",
    ]);
  }
  const hardware = detect();
  const { installation, gpu: wanted, reason } = chooseInstallation(device, hardware, findInstallations());
  // Read by the library as it is loaded.
  if (!Deno.env.has("TF_CPP_MIN_LOG_LEVEL")) Deno.env.set("TF_CPP_MIN_LOG_LEVEL", "2");
  if (installation.name === "tensorflow-gpu" && !wanted) Deno.env.set("CUDA_VISIBLE_DEVICES", "-1");
  if (wanted) loadLibraries(librariesIn(installation.folder));
  const { binding, code } = open(installation);
  Deno.env.set(loadedVariable, String(Deno.pid));
  const packageName = `@tensorflow/${wanted ? "tfjs-node-gpu" : "tfjs-node"}`;
  tf.registerBackend("tensorflow", () => makeBackend(code, binding, packageName));
  await tf.setBackend("tensorflow"); // the kernels look for it as they are read
  code.registerKernels();
  for (const [kernelName, make] of Object.entries(kernels)) {
    const own = tf.getKernel(kernelName, "tensorflow");
    if (own != null) tf.unregisterKernel(kernelName, "tensorflow");
    tf.registerKernel({ kernelName, backendName: "tensorflow", kernelFunc: make(own?.kernelFunc) });
  }
  const gpu = binding.isUsingGpuDevice();
  const devices = gpu ? hardware.accelerators.find(({ vendor }) => vendor === "nvidia")?.devices ?? ["a GPU"] : [];
  if (!wanted || gpu) return { installation, gpu, devices, reason };
  const unused = "TensorFlow cannot use the GPU: it does not load one of CUDA's libraries, or has no code for the GPU";
  if (device === "auto") return { installation, gpu, devices, reason: unused };
  throw new RuntimeError(`Cannot compute with TensorFlow on a GPU: ${unused}`, [
    "TF_CPP_MIN_LOG_LEVEL=0 in the environment has TensorFlow say more of it",
    "take device: cpu, or backend: auto",
  ]);
}

function open({ name, title, addon, dist }: Chosen["installation"]): { binding: Binding; code: NodePackage } {
  try {
    return { binding: loadAddon(addon), code: loadPackage(dist) };
  } catch (error) {
    const said = (error as Error).message.split("\n")[0]!;
    throw new RuntimeError(`Cannot load TensorFlow from ${title}: ${said}`, [
      `to install it again: deno task runtime remove ${name}, then deno task runtime add ${name}`,
      "or take what starts here: backend: auto",
    ], { cause: error });
  }
}
