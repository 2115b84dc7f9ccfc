/** The one place that convolutions go through: here is decided in which precision, and how, they run. */
import { convert, type Convolution, convolution, type Value } from "../stablehlo/mod.ts";
import { settings } from "./settings.ts";

/** A convolution of f32 or i32 values. In mixed precision, factors are rounded to bfloat16, and sums stay in float32. */
export function convolve(x: Value, kernel: Value, options: Convolution): Value {
  if (x.dtype !== "f32" || settings.precision === "float32") return convolution(x, kernel, options);
  return convolution(convert(x, "bf16"), convert(kernel, "bf16"), { ...options, result: "f32" });
}
