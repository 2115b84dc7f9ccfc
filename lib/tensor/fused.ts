/** Kernels that do in one pass what takes several: a backend may have them, and the layers use them where it does. */
import * as tf from "@tensorflow/tfjs";

/** Names of the kernels. */
export const fusedKernels = {
  /** `x` → `x * sigmoid(x)` */
  swish: "DenoiseSwish",
  /** `dy`, `x` → the gradient of swish for `x` */
  swishGradient: "DenoiseSwishGradient",
  /** `x` `[..., channels]` → `[mean, variance]` of each channel, both `[channels]`, the variance biased */
  moments: "DenoiseMoments",
  /**
   * `x` `[..., channels]` and the attribute `epsilon` → `[output, mean, variance]`: the output normalised by mean and biased
   * variance of each channel, both `[channels]`
   */
  batchNormTraining: "DenoiseBatchNormTraining",
  /** `dy`, `output`, `inverse` `[channels]` → the gradient of a batch normalisation with statistics of the batch */
  batchNormGradient: "DenoiseBatchNormGradient",
  /** `dy` `[batch, 2 height, 2 width, channels]` → the adjoint of a bilinear doubling with half-pixel centres */
  doublingAdjoint: "DenoiseDoublingAdjoint",
  /** `q`, `k`, `v` `[batch, pixels, heads, width]` → what is gathered, of the same shape, and what the gradient needs of it */
  attention: "DenoiseAttention",
  /** `q`, `k`, `v`, `statistics`, `output`, `dy` → the gradients of an attention for the first three */
  attentionGradient: "DenoiseAttentionGradient",
  /** `x` `[batch, pixels, groups, inner]` → `[mean, variance]` of each group, both `[batch, 1, groups, 1]`, the variance biased */
  groupMoments: "DenoiseGroupMoments",
  /** `dy`, `values` `[batch, pixels, groups, inner]` → sums over pixels of `dy`, and of their product, with the axis kept */
  pixelSums: "DenoisePixelSums",
} as const;

/**
 * Runs a kernel of the current backend; undefined where it has none of that name, or the first input is not made of whole
 * fours (of channels, or of numbers for swish).
 */
export function runFused(
  kernel: keyof typeof fusedKernels,
  inputs: Record<string, tf.Tensor>,
  attributes: Record<string, number> = {},
): tf.Tensor[] | undefined {
  const name = fusedKernels[kernel];
  const x = Object.values(inputs)[0]!;
  const along = kernel === "swish" || kernel === "swishGradient" ? x.size : x.shape.at(-1) ?? 0;
  if (x.size === 0 || along % 4 !== 0 || tf.getKernel(name, tf.getBackend()) == null) return undefined;
  const output = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attributes);
  return Array.isArray(output) ? output : [output];
}
