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
import { convolutions3d } from "./convolution3d.ts";
import { counting } from "./counting.ts";
import { dilations } from "./dilation.ts";
import { einsums } from "./einsum.ts";
import { gathering } from "./gathering.ts";
import { imaging } from "./imaging.ts";
import { attentions } from "./attention.ts";
import { channelMoments } from "./moments.ts";
import { multinomials } from "./multinomial.ts";
import { responses } from "./response.ts";
import { scanning } from "./scanning.ts";
import { shapes } from "./shapes.ts";
import type { DeviceKernels } from "./types.ts";
import { unaries } from "./unary.ts";

export { attentionProbe, isFusedAttention, widths as attentionWidths } from "./attention.ts";
export { checks, IndexError } from "./checks.ts";
export { hostKernels } from "./host.ts";
export { multinomialSupplies as supplies } from "./multinomial.ts";
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
  ...convolutions3d,
  ...attentions,
  ...channelMoments,
  ...counting,
  ...dilations,
  ...einsums,
  ...gathering,
  ...imaging,
  ...multinomials,
  ...responses,
  ...scanning,
  ...shapes,
  ...unaries,
};
