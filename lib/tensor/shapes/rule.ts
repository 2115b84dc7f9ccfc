/** What a shape rule is: the outputs of a kernel from the shapes of its inputs, and what it costs. */
import * as tf from "@tensorflow/tfjs";

/** Inputs of a kernel by name, or by index where it takes a list. Optional ones may be missing. */
export type Inputs = Readonly<Record<string, tf.TensorInfo>>;

// deno-lint-ignore no-explicit-any -- every kernel has attributes of its own, which tfjs does not check either
export type Attributes = Readonly<Record<string, any>>;

/** What the floating point operations of a kernel count as. */
export type Work = "convolution" | "matmul" | "elementwise";

/** Outputs and cost of one kernel call. */
export interface Ruling {
  readonly outputs: readonly Output[];
  /** Whether a single output is returned as a list. */
  readonly list?: boolean;
  readonly work: Work;
  /** Floating point operations; a multiply-add counts as two. */
  readonly flops: number;
}

/** One output. `shares` names the input whose data it is. */
export interface Output {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
  readonly shares?: tf.TensorInfo;
}

/** A shape rule. */
export type Rule = (inputs: Inputs, attributes: Attributes) => Ruling;

/** Rules by kernel name. */
export type Rules = Readonly<Record<string, Rule>>;

/** Number of elements. */
export function size(shape: readonly number[]): number {
  return tf.util.sizeFromShape([...shape]);
}

/** One output, and one operation for each of its elements unless `flops` says otherwise. */
export function one(
  shape: readonly number[],
  dtype: tf.DataType,
  flops = size(shape),
  work: Work = "elementwise",
): Ruling {
  return { outputs: [{ shape, dtype }], work, flops };
}

/** Moves data without computing. */
export function moved(shape: readonly number[], dtype: tf.DataType): Ruling {
  return one(shape, dtype, 0);
}

/** The same data under another shape. */
export function shared(input: tf.TensorInfo, shape: readonly number[]): Ruling {
  return { outputs: [{ shape, dtype: input.dtype, shares: input }], work: "elementwise", flops: 0 };
}

/** The same rule for several kernels. */
export function each(names: string, rule: Rule): Record<string, Rule> {
  return Object.fromEntries(names.trim().split(/\s+/).map((name) => [name, rule]));
}

/** The first input, whatever its name. */
export function first(inputs: Inputs): tf.TensorInfo {
  return Object.values(inputs)[0]!;
}
