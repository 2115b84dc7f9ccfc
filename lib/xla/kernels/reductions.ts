/** Kernels that reduce along axes. */
import * as tf from "@tensorflow/tfjs";
import {
  and,
  broadcastTo,
  compare,
  convert,
  div,
  extreme,
  full,
  iota,
  or,
  reduce,
  reduceWith,
  type Reduction,
  region,
  reshape,
  scalar,
  select,
  sub,
  unary,
  type Value,
} from "../stablehlo/mod.ts";
import { sumAlong } from "./sum.ts";
import type { DeviceKernels, Inputs } from "./types.ts";

interface Attributes {
  readonly axis?: number | number[];
  /** What the kernel Max calls them. */
  readonly reductionIndices?: number | number[];
  readonly keepDims?: boolean;
}

/** Axes counted from the front; all of them where none are given. */
export function axesOf(x: Value, axis: number | number[] | undefined | null): number[] {
  return axis === undefined || axis === null ? x.shape.map((_, i) => i) : tf.util.parseAxisParam(axis, [...x.shape]);
}

const along = (x: Value, attributes: Attributes, to: (x: Value, axes: number[]) => Value): Value => {
  const axes = axesOf(x, attributes.axis ?? attributes.reductionIndices);
  const result = to(x, axes);
  return attributes.keepDims === true ? reshape(result, x.shape.map((n, i) => axes.includes(i) ? 1 : n)) : result;
};

const reduction =
  (name: Reduction, prepare: (x: Value) => Value = (x) => x) => ({ x }: Inputs, attributes: Attributes) =>
    along(prepare(x!), attributes, (x, axes) => reduce(x, axes, name));

/** Booleans count as 0 and 1. */
const numeric = (x: Value) => x.dtype === "i1" ? convert(x, "i32") : x;

function mean(x: Value, axes: readonly number[]): Value {
  const count = axes.reduce((product, axis) => product * x.shape[axis]!, 1);
  return div(sumAlong(convert(x, "f32"), axes), count);
}

/** Place of the extreme along an axis: the first one at a tie; NaN is passed over, as it is neither larger nor smaller. */
function place(x: Value, axis: number, direction: "GT" | "LT"): Value {
  const values = x.dtype === "i1" ? convert(x, "i32") : x;
  const at = iota(values.shape, "i32", axis);
  const start = scalar(extreme(values.dtype, direction === "GT" ? -1 : 1), values.dtype);
  const value = { shape: [], dtype: values.dtype }, index = { shape: [], dtype: "i32" as const };
  const body = region([value, index, value, index], (a, i, b, j) => {
    const better = compare(direction, b!, a!);
    const tie = and(compare("EQ", a!, b!), compare("LT", j!, i!));
    const second = or(or(better, tie), compare("NE", a!, a!));
    return [select(second, b!, a!), select(second, j!, i!)];
  });
  // An index past the end where nothing is chosen; all NaN gives 0, as in tfjs.
  const [, chosen] = reduceWith([values, at], [start, scalar(2 ** 31 - 1, "i32")], [axis], body);
  return select(compare("EQ", chosen!, 2 ** 31 - 1), full(chosen!.shape, "i32", 0), chosen!);
}

export function softmax(logits: Value, log: boolean): Value {
  const last = logits.rank - 1;
  const kept = (x: Value) => broadcastTo(reshape(x, [...x.shape, 1]), logits.shape);
  const shifted = sub(logits, kept(reduce(logits, [last], "maximum")));
  const powers = unary("exponential", shifted);
  const total = kept(reduce(powers, [last], "add"));
  return log ? sub(shifted, unary("log", total)) : div(powers, total);
}

export const reductions: DeviceKernels = {
  Sum: ({ x }, attributes) => along(numeric(x!), attributes, sumAlong),
  Prod: reduction("multiply", numeric),
  Max: reduction("maximum"),
  Min: reduction("minimum"),
  All: reduction("and", (x) => convert(x, "i1")),
  Any: reduction("or", (x) => convert(x, "i1")),
  Mean: ({ x }, attributes) => along(x!, attributes, mean),
  ArgMax: ({ x }, { axis }) => place(x!, axesOf(x!, axis)[0]!, "GT"),
  ArgMin: ({ x }, { axis }) => place(x!, axesOf(x!, axis)[0]!, "LT"),
  Softmax: ({ logits }) => softmax(logits!, false),
  LogSoftmax: ({ logits }) => softmax(logits!, true),
};
