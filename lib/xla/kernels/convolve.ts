/** The one place that convolutions go through: here is decided in which precision, and how, they run. */
import { barrier, convert, type Convolution, convolution, type Value } from "../stablehlo/mod.ts";
import { settings } from "./settings.ts";

/** A convolution of f32 or i32 values; of bfloat16 factors in mixed precision. The result has the type of `x`. */
export function convolve(x: Value, kernel: Value, options: Convolution): Value {
  const [a, b] = [rounded(x), rounded(kernel)];
  const result = unfused(convolution(a, visible(b), { ...options, exact: keepsDigits() }));
  return result.dtype === "bf16" ? convert(result, "f32") : result;
}

/**
 * In mixed precision, the value in bfloat16. Sums of products are taken in float32 and rounded at the end, as libraries
 * do it: results of another type than the factors' they have no fast code for.
 */
export function rounded(value: Value): Value {
  return value.dtype === "f32" && settings.precision === "mixed" ? convert(value, "bf16") : value;
}

/** Platforms on which factors keep their digits anyway: processors, and Apple's GPUs, which have no shorter float32. */
const keeping: readonly string[] = ["cpu", "mps"];

/** Whether XLA is to be told that factors keep their digits. */
export const keepsDigits = (): boolean => settings.exact && !keeping.includes(settings.platform);

/** XLA does not hand convolutions to oneDNN whose kernel it sees reversed, as those of input gradients are. */
function visible(kernel: Value): Value {
  return settings.oneDnn && kernel.dtype === "bf16" ? barrier([kernel])[0]! : kernel;
}

/**
 * XLA lets oneDNN activate the results of convolutions and products as well, and then hands what is activated to all who
 * use them, also to those who want them as they are (seen in PJRT 0.115): a wrong value, as of `z` in `z + swish(z)`. So
 * it sees no activation.
 */
export function unfused(result: Value): Value {
  return settings.oneDnn ? barrier([result])[0]! : result;
}
