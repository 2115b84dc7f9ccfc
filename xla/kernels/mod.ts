/** All kernels, by tfjs's names. */
import { activations } from "./activation.ts";
import { arithmetic } from "./arithmetic.ts";
import { arranging } from "./arranging.ts";
import { convolutions } from "./convolution.ts";
import { depthwiseConvolutions } from "./depthwise.ts";
import { fills } from "./fill.ts";
import { logical } from "./logical.ts";
import { matrices } from "./matmul.ts";
import { normalisation } from "./normalisation.ts";
import { pooling } from "./pooling.ts";
import { random } from "./random.ts";
import { reductions } from "./reductions.ts";
import { resizing } from "./resizing.ts";
import type { DeviceKernels, HostKernels } from "./types.ts";
import { unaries } from "./unary.ts";

export type * from "./types.ts";

/** Kernels that are emitted as StableHLO. */
export const deviceKernels: DeviceKernels = {
  ...activations,
  ...arithmetic,
  ...arranging,
  ...convolutions,
  ...depthwiseConvolutions,
  ...fills,
  ...logical,
  ...matrices,
  ...normalisation,
  ...pooling,
  ...random,
  ...reductions,
  ...resizing,
  ...unaries,
};

/** Kernels that run on the host, as the shape of their output depends on data. */
export const hostKernels: HostKernels = {};
