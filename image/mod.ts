/**
 * Pictures on the host: decoding, cropping, resizing as TensorFlow does, PNG, grids.
 *
 * Knows nothing of tensors and diffusion. Importing it is cheap: the codec (sharp) loads when it is first needed.
 *
 * @module
 */
export * from "./codec.ts";
export * from "./grid.ts";
export * from "./picture.ts";
export * from "./resize.ts";
export * from "./svg.ts";
