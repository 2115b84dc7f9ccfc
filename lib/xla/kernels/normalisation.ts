/** Kernels that normalise. */
import { add, mul, sub, unary, type Value } from "../stablehlo/mod.ts";
import { broadcastTogether } from "./broadcasting.ts";
import type { DeviceKernels } from "./types.ts";

export const normalisation: DeviceKernels = {
  FusedBatchNorm: ({ x, mean, variance, scale, offset }, { varianceEpsilon }) => {
    const inverse = unary("rsqrt", add(variance!, varianceEpsilon ?? 0.001));
    const factor = scale === undefined ? inverse : mul(...broadcastTogether(inverse, scale));
    const wide = (value: Value) => broadcastTogether(value, x!)[0];
    const scaled = mul(sub(x!, wide(mean!)), wide(factor));
    return offset === undefined ? scaled : add(scaled, wide(offset));
  },
};
