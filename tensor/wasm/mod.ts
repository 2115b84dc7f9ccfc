/**
 * Kernels that tfjs's wasm backend lacks, and faster ones for some that it has.
 *
 * @module
 */
import { registerFilterGradient } from "./filter_gradient.ts";

/** Registers them all. Done once; importing `tensor/mod.ts` does it. The backend itself is loaded elsewhere. */
export function registerWasmKernels(): void {
  registerFilterGradient();
}
