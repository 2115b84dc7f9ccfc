/** Kernels of two operands, element by element. */
import { type Binary, binary, type Value } from "../stablehlo/mod.ts";
import { together } from "./broadcasting.ts";
import type { DeviceKernels, Inputs } from "./types.ts";

const plain = (name: Binary) => ({ a, b }: Inputs): Value => binary(name, ...together(a!, b!));

export const arithmetic: DeviceKernels = {
  Add: plain("add"),
  Sub: plain("subtract"),
  Multiply: plain("multiply"),
};
