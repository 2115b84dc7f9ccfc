/** tfjs's WebGPU backend, watched: a device that fails makes errors, where tfjs would continue with zeros. */
import * as tf from "@tensorflow/tfjs";
import { commandRefused, DeviceError, deviceLost, memoryLacking } from "./device_error.ts";
import type { Gpu } from "./adapter.ts";
import type { WebGpuBackend } from "./program.ts";

/** The parts of tfjs's backend that are needed here; its types keep some private. Checked against 4.22.0. */
interface Inner extends WebGpuBackend {
  readonly bufferManager: {
    readonly freeBuffers: Map<string, GPUBuffer[]>;
    numFreeBuffers: number;
    numBytesUsed: number;
    numBytesAllocated: number;
  };
  readonly commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

/** A class of tfjs's backends. */
export type BackendClass = new (device: GPUDevice, info: GPUAdapterInfo) => tf.KernelBackend;

/** A device, and the backends on it: tfjs makes another where it is reset. */
export interface Watched {
  /** Makes a backend on the device, in the place of the one before. */
  create(): tf.KernelBackend;
  /** @throws {DeviceError} where the device has failed */
  check(): void;
  /** What to throw in the place of what a kernel threw; it waits until the device has told of itself. */
  explain(error: unknown): Promise<unknown>;
  /** Frees buffers that are kept for tensors of the same sizes, if they are many. */
  trim(): void;
  /** Gives the device back. */
  stop(): void;
}

/** Bytes of buffers that may wait for another tensor of their size. */
const spare = 2 ** 28;

/** Makes a backend of tfjs on a device, and watches over it. */
export function watched(Backend: BackendClass, device: GPUDevice, gpu: Gpu): Watched {
  let failed: DeviceError | undefined;
  let stopped = false;
  const check = () => {
    if (failed !== undefined) throw failed;
  };
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    event.preventDefault(); // it is told where values are read
    failed ??= error instanceof GPUOutOfMemoryError
      ? memoryLacking(gpu.name, backend.bufferManager.numBytesAllocated, error.message)
      : commandRefused(gpu.name, error.message);
  });
  device.lost.then(({ message }) => {
    if (!stopped) failed = deviceLost(gpu.name, message);
  });

  const explain = async (error: unknown): Promise<unknown> => {
    const ofDevice = error instanceof DOMException && error.name === "OperationError";
    if (ofDevice) await new Promise((resolve) => setTimeout(resolve, 20));
    if (failed !== undefined) return failed;
    if (ofDevice) return commandRefused(gpu.name, error.message);
    const workgroups = error instanceof Error && /dispatch size exceeds/i.test(error.message);
    return workgroups ? commandRefused(gpu.name, "a kernel needs more workgroups than it allows") : error;
  };

  class Watching extends Backend {
    /** As tfjs's, but a tensor may be disposed of meanwhile, and what a device failed to compute is not given. */
    override async read(dataId: object): Promise<tf.BackendValues> {
      this.incRef(dataId);
      try {
        const values = await super.read(dataId);
        check();
        return values;
      } catch (error) {
        throw await explain(error);
      } finally {
        if (this.disposeData(dataId)) tf.engine().removeDataId(dataId, this);
      }
    }
  }
  let backend = new Watching(device, gpu.adapter.info) as unknown as Inner;

  return {
    create() {
      if (failed?.failure !== "lost") failed = undefined; // tensors with faults are gone with the backend before
      return backend = new Watching(device, gpu.adapter.info) as unknown as Inner;
    },
    check,
    explain,
    trim() {
      const { bufferManager: manager } = backend;
      if (manager.numBytesAllocated - manager.numBytesUsed <= spare) return;
      if (backend.commandEncoder !== null) {
        backend.endComputePassEncoder();
        backend.submitQueue(); // it may use some of them
      }
      for (const buffers of manager.freeBuffers.values()) {
        for (const buffer of buffers.splice(0)) {
          manager.numFreeBuffers--;
          manager.numBytesAllocated -= buffer.size;
          buffer.destroy();
        }
      }
    },
    stop() {
      stopped = true;
      device.destroy();
    },
  };
}
