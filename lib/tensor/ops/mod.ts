/**
 * Layers as pure functions on tfjs tensors, with gradients of their own where that saves memory or time.
 *
 * @module
 */
import { fixTfjs } from "../tfjs_fixes.ts";

fixTfjs();

export { swish } from "./activation.ts";
export { attention } from "./attention.ts";
export { batchNormInference, type BatchNormOptions, batchNormTraining } from "./batch_norm.ts";
export { conv2d, type ConvolutionOptions } from "./convolution.ts";
export { angularSpeeds, type EmbeddingOptions, sinusoidalEmbedding } from "./embedding.ts";
export { groupNorm, type GroupNormOptions, type ScaleAndOffset } from "./group_norm.ts";
export { lengthOf } from "./length_of.ts";
export { averagePool, upsampleBilinear, upsampleNearest } from "./resample.ts";
export { withoutGradient } from "./without_gradient.ts";
