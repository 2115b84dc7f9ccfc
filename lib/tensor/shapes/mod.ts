/**
 * What a function would cost, without running it.
 *
 * @module
 */
export { type Cost, specs, type SpecTree, type TensorSpec, traceCost, UnknownOpError } from "./trace.ts";
