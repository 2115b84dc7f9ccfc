/** The one place that matrix products go through: here is decided in which precision they run. */
import { convert, dot, type DotAxes, type Value } from "../stablehlo/mod.ts";
import { settings } from "./settings.ts";

/** A product of f32 or i32 values. In mixed precision, factors are rounded to bfloat16, and sums stay in float32. */
export function product(a: Value, b: Value, axes: DotAxes): Value {
  if (a.dtype !== "f32" || settings.precision === "float32") return dot(a, b, axes);
  return dot(convert(a, "bf16"), convert(b, "bf16"), axes, "f32");
}
