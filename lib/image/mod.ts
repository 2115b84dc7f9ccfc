/**
 * Pictures on the host: decoding, cropping, resizing as TensorFlow does, PNG, grids and figures, animations.
 *
 * Knows nothing of tensors and diffusion. Importing it is cheap: the codec (sharp) loads when it is first needed.
 *
 * @module
 */
export * from "./animation.ts";
export { encode, encodePng, type StillFormat } from "./codec.ts";
export * from "./decode.ts";
export * from "./figure.ts";
export * from "./grid.ts";
export { type FileKind, kindBytes, kindOf } from "./kind.ts";
export * from "./picture.ts";
export * from "./resize.ts";
export * from "./svg.ts";
export * from "./version.ts";
