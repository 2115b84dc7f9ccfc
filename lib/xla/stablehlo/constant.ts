/** Constants, and values counted up along an axis. */
import { type ElementType, isFloat, require, sizeOf, type Type } from "./type.ts";
import { single, type Value } from "./value.ts";

const bits = new DataView(new ArrayBuffer(8));

/** One element, written so that no bit is lost. */
function literal(value: number, dtype: ElementType): string {
  switch (dtype) {
    case "i1":
      return value ? "true" : "false";
    case "f32":
      bits.setFloat32(0, value);
      return `0x${bits.getUint32(0).toString(16).padStart(8, "0").toUpperCase()}`;
    case "f64":
      bits.setFloat64(0, value);
      return `0x${bits.getBigUint64(0).toString(16).padStart(16, "0").toUpperCase()}`;
    case "bf16":
      // Rounded to nearest, ties to even; NaN stays NaN.
      bits.setFloat32(0, value);
      if (Number.isNaN(value)) return "0x7FC0";
      return `0x${
        ((bits.getUint32(0) + 0x7fff + ((bits.getUint32(0) >>> 16) & 1)) >>> 16).toString(16).padStart(4, "0")
          .toUpperCase()
      }`;
    case "f16":
      throw new TypeError("Cannot write a constant of f16: write it as f32 and convert it");
    default:
      return String(Math.trunc(value));
  }
}

/** A tensor filled with one number. */
export function full(shape: readonly number[], dtype: ElementType, value: number): Value {
  return constantOf({ shape, dtype }, literal(value, dtype));
}

/** A scalar. */
export function scalar(value: number, dtype: ElementType): Value {
  return full([], dtype, value);
}

/** A tensor filled with what is in every element of `like`'s shape and type. */
export function fullLike(like: Type, value: number): Value {
  return full(like.shape, like.dtype, value);
}

/** A constant of given elements, in row-major order. It is written in the program's text: for small ones. */
export function constant(values: ArrayLike<number>, shape: readonly number[], dtype: ElementType): Value {
  const size = sizeOf(shape);
  require(values.length === size, () => `Cannot make a constant of shape [${shape}] from ${values.length} numbers`);
  if (size === 0) return constantOf({ shape, dtype }, "");
  const first = values[0]!;
  let uniform = true;
  for (let i = 1; i < size && uniform; i++) uniform = Object.is(values[i], first);
  if (uniform) return full(shape, dtype, first);
  let at = 0;
  const list = (axis: number): string =>
    axis === shape.length
      ? literal(values[at++]!, dtype)
      : `[${Array.from({ length: shape[axis]! }, () => list(axis + 1)).join(",")}]`;
  return constantOf({ shape, dtype }, list(0));
}

function constantOf(type: Type, text: string): Value {
  // The attribute repeats the type; the writer of programs puts it there.
  return single("stablehlo.constant", [], text, { shape: [...type.shape], dtype: type.dtype });
}

/** 0, 1, 2 … along an axis. */
export function iota(shape: readonly number[], dtype: ElementType, axis: number): Value {
  require(axis >= 0 && axis < shape.length, () => `Cannot count along axis ${axis} of shape [${shape}]`);
  return single("stablehlo.iota", [], `iota_dimension = ${axis} : i64`, { shape: [...shape], dtype });
}

/** The largest (or least) number of an element type; infinite for floats. */
export function extreme(dtype: ElementType, sign: 1 | -1): number {
  if (isFloat(dtype)) return sign * Infinity;
  if (dtype === "i1") return sign > 0 ? 1 : 0;
  const width = Number(dtype.replace(/\D+/, ""));
  if (dtype.startsWith("u")) return sign > 0 ? 2 ** width - 1 : 0;
  return sign > 0 ? 2 ** (width - 1) - 1 : -(2 ** (width - 1));
}
