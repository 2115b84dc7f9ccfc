/** Types of values: shape and element type, and how they are written. */
import type { ElementType } from "../pjrt/element_type.ts";

export type { ElementType };

/** A ranked tensor type; all sizes are known. */
export interface Type {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
}

/** Thrown where operands do not fit an operation. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A type as StableHLO writes it: `tensor<2x3xf32>`. */
export function typeText({ shape, dtype }: Type): string {
  return shape.length === 0 ? `tensor<${dtype}>` : `tensor<${shape.join("x")}x${dtype}>`;
}

/** A type as people read it: `f32[2,3]`. */
export function readable({ shape, dtype }: Type): string {
  return `${dtype}[${shape.join(",")}]`;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, i) => side === b[i]);
}

export function sameType(a: Type, b: Type): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

/** Whether elements are floating-point numbers. */
export function isFloat(dtype: ElementType): boolean {
  return dtype.startsWith("f") || dtype === "bf16";
}

/** Throws unless `condition` holds. `message` is built only then. */
export function require(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new ShapeError(message());
}
