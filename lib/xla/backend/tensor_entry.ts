/** What is behind a tensor: memory of the device, a value of the graph, an array on the host. */
import type { TypedArray } from "@tensorflow/tfjs";
import type { ElementType, Value } from "../stablehlo/mod.ts";
import type { DeviceTensor } from "./device_tensor.ts";

/** Types of tensors that the device knows, and what they are there. */
export const elementTypes = { float32: "f32", int32: "i32", bool: "i1" } as const satisfies Record<string, ElementType>;
export type DeviceType = keyof typeof elementTypes;

/** tfjs's name of an element type. @throws where tfjs has no such type */
export function typeName(element: ElementType): DeviceType {
  if (element === "f32") return "float32";
  if (element === "i32") return "int32";
  if (element === "i1") return "bool";
  throw new TypeError(
    `Cannot hand ${element} elements to tfjs: it supports float32, int32 and bool; convert them first`,
  );
}

export function isDeviceType(dtype: string): dtype is DeviceType {
  return dtype in elementTypes;
}

/** Elements that bytes hold. */
export function elementsOf(bytes: Uint8Array<ArrayBuffer>, dtype: DeviceType): TypedArray {
  const size = bytes.byteLength;
  if (dtype === "float32") return new Float32Array(bytes.buffer, bytes.byteOffset, size / 4);
  if (dtype === "int32") return new Int32Array(bytes.buffer, bytes.byteOffset, size / 4);
  return bytes;
}

/** The data of one or more tensors. */
export interface TensorEntry {
  refCount: number;
  readonly shape: readonly number[];
  readonly dtype: string;
  /** Where the data is on the device and no operation has used it yet; afterwards its value holds it. */
  stored?: DeviceTensor | undefined;
  /** Where the data is a value of the graph. */
  value?: Value | undefined;
  /** Where the data is on the host; strings live there alone. */
  host?: TypedArray | Uint8Array[] | undefined;
  /** The trace that the value belongs to; undefined for values that are not symbolic. */
  readonly trace?: object | undefined;
  /** Number of the call of a compiled function that had the data as an argument last, and as two arguments. */
  call?: number;
  callTwice?: number;
}
