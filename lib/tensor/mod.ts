/**
 * Tensors: trees of them, random draws, gradients, layers, and what backends share. Knows nothing of diffusion.
 *
 * @module
 */
import { fixTfjs } from "./tfjs_fixes.ts";
import { registerWasmKernels } from "./wasm/mod.ts";

fixTfjs();
registerWasmKernels();

export { opByOp, tfjsBackend } from "./backend.ts";
export { valueAndGrad, type ValueAndGradients } from "./gradients.ts";
export { packBytes, unpackBytes } from "./bytes.ts";
export * as initializers from "./initializers.ts";
export * as ops from "./ops/mod.ts";
export { fixTfjs } from "./tfjs_fixes.ts";
export type { Random } from "./random.ts";
export { createRandom, type RandomKey, seedTensor } from "./random_create.ts";
export { randomKernels, registerRandomKernels } from "./random_kernels.ts";
export { drawPacked } from "./random_packed.ts";
export { rounded } from "./rounded.ts";
export { permutation } from "./random_permutation.ts";
export { type Cost, specs, type SpecTree, type TensorSpec, traceCost, UnknownOpError } from "./shapes/mod.ts";
export { disposeTree, isTensor, leaves, mapTree, type State, type TensorRecord, tidyTree, type Tree } from "./tree.ts";
export { DeviceError, type DeviceFailure } from "./webgpu/device_error.ts";
export { registerWasmKernels } from "./wasm/mod.ts";
