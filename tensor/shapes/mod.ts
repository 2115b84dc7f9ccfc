/**
 * What a function would cost, without running it.
 *
 * @module
 */
export { type Cost, specs, type SpecTree, type TensorSpec, traceCost } from "./trace.ts";
