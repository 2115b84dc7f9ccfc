/** tfjs told of the backend and its kernels. */
import * as tf from "@tensorflow/tfjs";
import {
  checks,
  type DeviceKernel,
  deviceKernels,
  type HostKernel,
  hostKernels,
  type HostTensor,
  IndexError,
  type Known,
  supplies,
} from "../kernels/mod.ts";
import { ShapeError, Value, within } from "../stablehlo/mod.ts";
import { XlaBackend } from "./backend.ts";
import type { XlaDevice } from "./device.ts";
import { isDeviceType } from "./tensor_entry.ts";
import { userLine } from "./place.ts";

/** Kernels whose output has the data of their input, in another shape. */
export const views: Readonly<Record<string, (x: tf.TensorInfo, attributes: tf.NamedAttrMap) => readonly number[]>> = {
  Identity: ({ shape }) => shape,
  Reshape: (x, { shape }) => tf.util.inferFromImplicitShape(shape as number[], tf.util.sizeFromShape(x.shape)),
  ExpandDims: ({ shape }, { dim }) => {
    tf.util.assert(
      -(shape.length + 1) <= (dim as number) && (dim as number) <= shape.length,
      () => `Cannot add axis ${dim} to a tensor of ${shape.length} axes`,
    );
    const at = (dim as number) < 0 ? shape.length + 1 + (dim as number) : dim as number;
    return [...shape.slice(0, at), 1, ...shape.slice(at)];
  },
};

/** Registers the kernels, and a factory that makes backends on the device. */
export function registerBackend(name: string, device: XlaDevice): void {
  tf.registerBackend(name, () => new XlaBackend(device), 4);
  registerKernels(name);
}

/** Registers the kernels for backends of a name; once. */
function registerKernels(backendName: string): void {
  const add = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    if (tf.getKernel(kernelName, backendName) == null) tf.registerKernel({ kernelName, backendName, kernelFunc });
  };
  for (const [name, shapeOf] of Object.entries(views)) {
    add(name, ({ inputs, attrs, backend }) => {
      const [x] = Object.values(inputs) as [tf.TensorInfo];
      return (backend as XlaBackend).share(x, shapeOf(x, attrs ?? {}), x.dtype);
    });
  }
  for (const [name, kernel] of Object.entries(deviceKernels)) add(name, onDevice(name, kernel));
  for (const [name, kernel] of Object.entries(hostKernels)) add(name, onHost(kernel));
}

function onDevice(name: string, kernel: DeviceKernel): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const xla = backend as XlaBackend;
    const supplied = supplies[name]?.(attrs ?? {});
    return within(name, () => {
      try {
        if (checks[name] !== undefined) checks[name](knownOf(inputs, xla), attrs ?? {});
        const values: Record<string, Value> = {};
        for (const [key, input] of [...Object.entries(inputs), ...Object.entries(supplied ?? {})]) {
          if (input != null) values[key] = xla.valueBehind(input as tf.TensorInfo);
        }
        const result = kernel(values, attrs ?? {});
        const made = result instanceof Value ? xla.make(result) : result.map((value) => xla.make(value));
        xla.settleMany(); // not before all results are held: they may share operations
        return made;
      } catch (error) {
        const line = () => userLine(xla.device.library);
        if (error instanceof ShapeError) throw new ShapeError(`${name}${line()}: ${error.message}`);
        if (error instanceof IndexError) {
          const { value, size, message } = error;
          // Begins as tfjs's own does.
          throw new RangeError(`${name}: the index value ${value} is not in [0, ${size - 1}]: ${message}${line()}`);
        }
        if (error instanceof RangeError) throw new RangeError(`${name}: ${error.message}${line()}`);
        throw error;
      } finally {
        if (supplied !== undefined) tf.dispose(supplied as tf.TensorContainer);
      }
    });
  };
}

/** Inputs with the values that are on the host, without a read. */
function knownOf(inputs: tf.NamedTensorInfoMap, xla: XlaBackend): Record<string, Known> {
  const known: Record<string, Known> = {};
  for (const [key, { dataId, shape }] of Object.entries(inputs) as [string, tf.TensorInfo][]) {
    known[key] = { values: xla.entry(dataId).host as Float32Array | undefined, shape };
  }
  return known;
}

function onHost(kernel: HostKernel): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const xla = backend as XlaBackend;
    const read = ({ dataId, shape, dtype }: tf.TensorInfo): HostTensor => {
      if (isDeviceType(dtype)) return { values: xla.readSync(dataId) as Float32Array, shape, dtype };
      throw new TypeError(
        `Cannot compute with ${dtype} tensors on the xla backend: it supports float32, int32 and bool`,
      );
    };
    const given: Record<string, HostTensor | HostTensor[]> = {};
    for (const [key, input] of Object.entries(inputs) as [string, tf.TensorInfo | tf.TensorInfo[] | undefined][]) {
      if (input !== undefined) given[key] = Array.isArray(input) ? input.map(read) : read(input);
    }
    const write = ({ values, shape, dtype }: HostTensor): tf.TensorInfo => (
      { dataId: xla.write(values, [...shape], dtype), shape: [...shape], dtype }
    );
    const result = kernel(given, attrs ?? {});
    return Array.isArray(result) ? result.map(write) : write(result as HostTensor);
  };
}
