/** Operations that move elements and compute nothing. */
import { scalar } from "./constant.ts";
import { readable, require, sameShape, sizeOf } from "./type.ts";
import { several, single, type Value } from "./value.ts";

export const list = (numbers: readonly number[]): string =>
  numbers.length === 0 ? "array<i64>" : `array<i64: ${numbers.join(", ")}>`;

export function reshape(x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x;
  require(x.size === sizeOf(shape), () => `Cannot reshape ${readable(x.type)} to [${shape}]`);
  return single("stablehlo.reshape", [x], "", { shape: [...shape], dtype: x.dtype });
}

/** Axis `i` of the result is axis `order[i]` of `x`. */
export function transpose(x: Value, order: readonly number[]): Value {
  require(
    order.length === x.rank && [...order].sort((a, b) => a - b).every((axis, i) => axis === i),
    () => `Cannot transpose ${readable(x.type)} by [${order}]`,
  );
  if (order.every((axis, i) => axis === i)) return x;
  return single("stablehlo.transpose", [x], `permutation = ${list(order)}`, {
    shape: order.map((axis) => x.shape[axis]!),
    dtype: x.dtype,
  });
}

/** Repeats `x` along new axes and axes of size 1. Axis `i` of `x` becomes axis `axes[i]` of `shape`. */
export function broadcast(x: Value, shape: readonly number[], axes: readonly number[]): Value {
  if (sameShape(x.shape, shape) && axes.every((axis, i) => axis === i)) return x;
  require(
    axes.length === x.rank && axes.every((axis, i) => x.shape[i] === 1 || x.shape[i] === shape[axis]),
    () => `Cannot broadcast ${readable(x.type)} to [${shape}] by axes [${axes}]`,
  );
  return single("stablehlo.broadcast_in_dim", [x], `broadcast_dimensions = ${list(axes)}`, {
    shape: [...shape],
    dtype: x.dtype,
  });
}

/** Repeats as NumPy does: shapes are aligned at their last axes. */
export function broadcastTo(x: Value, shape: readonly number[]): Value {
  return broadcast(x, shape, x.shape.map((_, i) => shape.length - x.rank + i));
}

/** The shape that two shapes broadcast to, as in NumPy. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[i - rank + a.length] ?? 1, b[i - rank + b.length] ?? 1];
    require(m === n || m === 1 || n === 1, () => `Cannot broadcast shapes [${a}] and [${b}] to one another`);
    return m === 1 ? n : m;
  });
}

export function slice(
  x: Value,
  starts: readonly number[],
  limits: readonly number[],
  strides: readonly number[] = starts.map(() => 1),
): Value {
  require(
    starts.length === x.rank &&
      starts.every((start, i) => start >= 0 && start <= limits[i]! && limits[i]! <= x.shape[i]!),
    () => `Cannot slice ${readable(x.type)} from [${starts}] to [${limits}]`,
  );
  const shape = starts.map((start, i) => Math.ceil((limits[i]! - start) / strides[i]!));
  if (sameShape(shape, x.shape)) return x;
  return single(
    "stablehlo.slice",
    [x],
    `start_indices = ${list(starts)}, limit_indices = ${list(limits)}, strides = ${list(strides)}`,
    { shape, dtype: x.dtype },
  );
}

/** Puts `value` before and after each axis, and between elements. Negative amounts cut off. */
export function pad(
  x: Value,
  low: readonly number[],
  high: readonly number[],
  value: Value | number = 0,
  interior: readonly number[] = low.map(() => 0),
): Value {
  if ([...low, ...high, ...interior].every((n) => n === 0)) return x;
  const shape = x.shape.map((n, i) => low[i]! + high[i]! + n + Math.max(n - 1, 0) * interior[i]!);
  require(
    low.length === x.rank && shape.every((n) => n >= 0),
    () => `Cannot pad ${readable(x.type)} by ${low}/${high}`,
  );
  const fill = typeof value === "number" ? scalar(value, x.dtype) : value;
  return single(
    "stablehlo.pad",
    [x, fill],
    `edge_padding_low = ${list(low)}, edge_padding_high = ${list(high)}, interior_padding = ${list(interior)}`,
    { shape, dtype: x.dtype },
  );
}

export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values;
  require(first !== undefined, () => "Cannot concatenate nothing");
  for (const value of values) {
    require(
      value.dtype === first.dtype && value.rank === first.rank &&
        value.shape.every((n, i) => i === axis || n === first.shape[i]),
      () => `Cannot concatenate ${values.map((each) => readable(each.type)).join(", ")} along axis ${axis}`,
    );
  }
  if (values.length === 1) return first;
  const shape = first.shape.map((n, i) => i === axis ? values.reduce((sum, { shape }) => sum + shape[i]!, 0) : n);
  return single("stablehlo.concatenate", values, `dimension = ${axis} : i64`, { shape, dtype: first.dtype });
}

export function reverse(x: Value, axes: readonly number[]): Value {
  return axes.length === 0 ? x : single("stablehlo.reverse", [x], `dimensions = ${list(axes)}`, x.type);
}

/** The values themselves, which the compiler may not look through. */
export function barrier(values: readonly Value[]): Value[] {
  return several("stablehlo.optimization_barrier", values, "", values.map(({ type }) => type));
}
