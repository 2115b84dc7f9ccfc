/** What a kernel is: a function of values, or, where the output's shape depends on data, of arrays on the host. */
import type { Tensor } from "@tensorflow/tfjs";
import type { Value } from "../stablehlo/mod.ts";

/** Inputs by tfjs's names; lists of inputs are under "0", "1" …; what is optional may be missing. */
export type Inputs = Readonly<Record<string, Value>>;

/** A kernel that runs on the device. Attributes are tfjs's own. Results have float32, int32 or bool elements. */
// deno-lint-ignore no-explicit-any -- each kernel has attributes of its own; tfjs types them as a record of anything
export type DeviceKernel = (inputs: Inputs, attributes: any) => Value | readonly Value[];

/** A tensor on the host. */
export interface HostTensor {
  readonly values: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "bool";
}

/** Inputs by tfjs's names; some kernels take lists. */
export type HostInputs = Readonly<Record<string, HostTensor | readonly HostTensor[]>>;

/** A kernel that runs on the host, for the few whose output's shape depends on data. */
export type HostKernel = (
  inputs: HostInputs,
  // deno-lint-ignore no-explicit-any -- as above
  attributes: any,
) => HostTensor | readonly HostTensor[];

/** An input whose values may be known, which they are while they are on the host. */
export interface Known {
  readonly values: HostTensor["values"] | undefined;
  readonly shape: readonly number[];
}

/** Throws where a device kernel's data is wrong, as far as it is known. */
// deno-lint-ignore no-explicit-any -- as above
export type Check = (inputs: Readonly<Record<string, Known>>, attributes: any) => void;

/** Tensors that a device kernel takes besides its inputs, made of its attributes. They are freed after its run. */
// deno-lint-ignore no-explicit-any -- as above
export type Supply = (attributes: any) => Readonly<Record<string, Tensor>>;

/** A family of kernels by tfjs's names. */
export type DeviceKernels = Readonly<Record<string, DeviceKernel>>;
export type HostKernels = Readonly<Record<string, HostKernel>>;
export type Checks = Readonly<Record<string, Check>>;
export type Supplies = Readonly<Record<string, Supply>>;

/** Inputs of a kernel that takes a list, in order. */
export function listInputs(inputs: Inputs): Value[] {
  return Object.keys(inputs).sort((a, b) => Number(a) - Number(b)).map((key) => inputs[key]!);
}
