/** All kernels, by tfjs's names. */
import { arithmetic } from "./arithmetic.ts";
import type { DeviceKernels, HostKernels } from "./types.ts";

export type * from "./types.ts";

/** Kernels that are emitted as StableHLO. */
export const deviceKernels: DeviceKernels = {
  ...arithmetic,
};

/** Kernels that run on the host, as the shape of their output depends on data. */
export const hostKernels: HostKernels = {};
