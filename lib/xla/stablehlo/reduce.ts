/** Reductions: along axes, and over windows. */
import { list, pad } from "./arrange.ts";
import { extreme, scalar } from "./constant.ts";
import { and, type Binary, binary, compare, or, select } from "./elementwise.ts";
import { type ElementType, readable, require, type Type } from "./type.ts";
import { type Region, region, several, single, type Value } from "./value.ts";

/** Reductions that have a neutral element. */
export type Reduction = "add" | "multiply" | "maximum" | "minimum" | "and" | "or";

/** What a reduction starts from. */
function neutral(reduction: Reduction, dtype: ElementType): Value {
  const start = {
    add: 0,
    multiply: 1,
    maximum: extreme(dtype, -1),
    minimum: extreme(dtype, 1),
    and: dtype === "i1" ? 1 : -1,
    or: 0,
  };
  return scalar(start[reduction], dtype);
}

/** A body that combines two scalars. */
export function combiner(reduction: Binary, dtype: ElementType): Region {
  const type: Type = { shape: [], dtype };
  return region([type, type], (a, b) => binary(reduction, a, b));
}

/** Reduces along `axes`, which vanish. */
export function reduce(x: Value, axes: readonly number[], reduction: Reduction): Value {
  const [result] = reduceWith([x], [neutral(reduction, x.dtype)], axes, combiner(reduction, x.dtype));
  return result!;
}

/** Sum along `axes`. */
export const sum = (x: Value, axes: readonly number[]): Value => reduce(x, axes, "add");

/**
 * Reduces several values together.
 *
 * @param inits scalars to start from
 * @param body takes the scalars so far and one element of each, and gives the new scalars; order is not promised
 */
export function reduceWith(
  values: readonly Value[],
  inits: readonly Value[],
  axes: readonly number[],
  body: Region,
): Value[] {
  const [first] = values;
  for (const axis of axes) {
    require(axis >= 0 && axis < first!.rank, () => `Cannot reduce ${readable(first!.type)} along axis ${axis}`);
  }
  const shape = first!.shape.filter((_, i) => !axes.includes(i));
  if (axes.length === 0 && values.length === 1) return [...values];
  const types = values.map(({ dtype }) => ({ shape, dtype }));
  return several("stablehlo.reduce", [...values, ...inits], `dimensions = ${list(axes)}`, types, [body]);
}

/** A window that moves over a value; lists have one entry an axis. */
export interface Window {
  readonly size: readonly number[];
  readonly strides?: readonly number[];
  readonly dilation?: readonly number[];
  readonly baseDilation?: readonly number[];
  readonly padding?: readonly (readonly [before: number, after: number])[];
}

/** Size of what a window leaves of an axis. */
export function windowed(
  size: number,
  window: number,
  stride: number,
  dilation: number,
  [before, after]: readonly [number, number],
  baseDilation = 1,
): number {
  const base = (size === 0 ? 0 : (size - 1) * baseDilation + 1) + before + after;
  const reach = window === 0 ? 0 : (window - 1) * dilation + 1;
  return base < reach || base === 0 ? 0 : Math.floor((base - reach) / stride) + 1;
}

export function pairs(padding: readonly (readonly [number, number])[]): string {
  if (padding.length === 0) return "dense<> : tensor<0x2xi64>";
  return `dense<[${padding.map(([a, b]) => `[${a}, ${b}]`).join(", ")}]> : tensor<${padding.length}x2xi64>`;
}

/** The shape that a window leaves, and the window as attributes. */
function moved(x: Value, window: Window): { shape: number[]; attributes: string } {
  const ones = x.shape.map(() => 1);
  const { size, strides = ones, dilation = ones, baseDilation = ones } = window;
  const padding = window.padding ?? ones.map(() => [0, 0] as const);
  require(size.length === x.rank, () => `Cannot move a window of [${size}] over ${readable(x.type)}`);
  const shape = x.shape.map((n, i) => windowed(n, size[i]!, strides[i]!, dilation[i]!, padding[i]!, baseDilation[i]!));
  const attributes = `window_dimensions = ${list(size)}, window_strides = ${list(strides)}, ` +
    `base_dilations = ${list(baseDilation)}, window_dilations = ${list(dilation)}, padding = ${pairs(padding)}`;
  return { shape, attributes };
}

/** Reduces what each place of a window covers. */
export function reduceWindow(x: Value, reduction: Reduction, window: Window): Value {
  const { shape, attributes } = moved(x, window);
  return single("stablehlo.reduce_window", [x, neutral(reduction, x.dtype)], attributes, { shape, dtype: x.dtype }, [
    combiner(reduction, x.dtype),
  ]);
}

/** The largest value in each place of a window, and what `places` (i32) has there; of equal values the least place. */
export function reduceWindowFirst(x: Value, places: Value, window: Window): Value[] {
  const { shape, attributes } = moved(x, window);
  const value = { shape: [], dtype: x.dtype }, place = { shape: [], dtype: places.dtype };
  const body = region([value, place, value, place], (a, i, b, j) => {
    const second = or(compare("GT", b!, a!), and(compare("EQ", b!, a!), compare("LT", j!, i!)));
    return [select(second, b!, a!), select(second, j!, i!)];
  });
  const inits = [neutral("maximum", x.dtype), neutral("minimum", places.dtype)];
  const types = [{ shape, dtype: x.dtype }, { shape, dtype: places.dtype }];
  return several("stablehlo.reduce_window", [x, places, ...inits], attributes, types, [body]);
}

/** Adds, for each place of a window, its element of `source` to where `x` is largest in it: to the first of equal ones. */
export function scatterToSelected(x: Value, source: Value, window: Window): Value {
  const { size, strides = x.shape.map(() => 1), padding = x.shape.map(() => [0, 0] as const), dilation } = window;
  require(dilation?.every((step) => step === 1) ?? true, () => "Cannot scatter through a dilated window");
  const type = { shape: [], dtype: x.dtype };
  // Padding is written out: the operation itself takes none that is negative.
  const grown = pad(x, padding.map(([n]) => n), padding.map(([, n]) => n), neutral("maximum", x.dtype));
  const scattered = single(
    "stablehlo.select_and_scatter",
    [grown, source, scalar(0, x.dtype)],
    `window_dimensions = ${list(size)}, window_strides = ${list(strides)}`,
    grown.type,
    [region([type, type], (a, b) => compare("GE", a, b)), combiner("add", x.dtype)],
  );
  return pad(scattered, padding.map(([n]) => -n), padding.map(([, n]) => -n));
}
