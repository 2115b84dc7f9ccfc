/** The one place that matrix products go through: here is decided in which precision they run. */
import { convert, dot, type DotAxes, type Value } from "../stablehlo/mod.ts";
import { keepsDigits, rounded, unfused } from "./convolve.ts";

/** A product of f32 or i32 values; of bfloat16 factors in mixed precision. The result has the type of `a`. */
export function product(a: Value, b: Value, axes: DotAxes): Value {
  const result = unfused(dot(rounded(a), rounded(b), { ...axes, exact: keepsDigits() }));
  return result.dtype === "bf16" ? convert(result, "f32") : result;
}
