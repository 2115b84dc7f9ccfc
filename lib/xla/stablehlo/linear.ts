/** Matrix products and convolutions. */
import { list, slice } from "./arrange.ts";
import { pairs, windowed } from "./reduce.ts";
import { readable, require, type Type } from "./type.ts";
import { single, type Value } from "./value.ts";

/** Which axes a product sums over, and which it keeps in step. */
export interface DotAxes {
  readonly contract: readonly [a: readonly number[], b: readonly number[]];
  readonly batch?: readonly [a: readonly number[], b: readonly number[]];
  /** Whether factors keep all their digits: otherwise devices round them as they find it fast. */
  readonly exact?: boolean;
}

/** Devices round factors as they find it fast, such as to TF32, unless told not to. */
const exactly = "precision_config = [#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]";

/**
 * Sums products along the contracted axes. The result has the batch axes, then what is left of `a`, then of `b`.
 */
export function dot(a: Value, b: Value, { contract, batch = [[], []], exact = false }: DotAxes): Value {
  const fits = contract[0].every((axis, i) => a.shape[axis] === b.shape[contract[1][i]!]) &&
    batch[0].every((axis, i) => a.shape[axis] === b.shape[batch[1][i]!]) && a.dtype === b.dtype;
  require(fits, () => `Cannot multiply ${readable(a.type)} by ${readable(b.type)}`);
  const rest = (x: Value, side: 0 | 1) =>
    x.shape.filter((_, i) => !contract[side].includes(i) && !batch[side].includes(i));
  const shape = [...batch[0].map((axis) => a.shape[axis]!), ...rest(a, 0), ...rest(b, 1)];
  const axes = (name: string, numbers: readonly number[]) =>
    numbers.length === 0 ? [] : [`${name} = [${numbers.join(", ")}]`];
  const numbers = [
    ...axes("lhs_batching_dimensions", batch[0]),
    ...axes("rhs_batching_dimensions", batch[1]),
    ...axes("lhs_contracting_dimensions", contract[0]),
    ...axes("rhs_contracting_dimensions", contract[1]),
  ].join(", ");
  const attributes = [`dot_dimension_numbers = #stablehlo.dot<${numbers}>`, ...exact ? [exactly] : []].join(", ");
  return single("stablehlo.dot_general", [a, b], attributes, { shape, dtype: a.dtype });
}

/** How a convolution moves; lists have one entry a spatial axis. */
export interface Convolution {
  /**
   * Axes of input, kernel and output, one letter an axis: `b` batch, `f` features (of the kernel: `i` input, `o`
   * output), digits the spatial axes. As in `b01f`, `01io`, `b01f`.
   */
  readonly layout: readonly [input: string, kernel: string, output: string];
  readonly strides?: readonly number[];
  readonly padding?: readonly (readonly [before: number, after: number])[];
  /** Zeros between elements of the input, less one: a transposed convolution's stride. */
  readonly inputDilation?: readonly number[];
  readonly kernelDilation?: readonly number[];
  /** Groups of features; the kernel has the input features of one. */
  readonly groups?: number;
  /** Groups of the batch, for gradients of grouped convolutions. */
  readonly batchGroups?: number;
  /** As of products. */
  readonly exact?: boolean;
}

/**
 * XLA writes groups of features as a spatial axis of just such numbers: it would take this axis for one, and its process
 * ends where it then swaps the operands (`SwapConvOperands` in algebraic_simplifier.cc). With one element more, which is
 * cut off again, the axis is none.
 */
function convolutionUnlikeGroups(
  x: Value,
  kernel: Value,
  options: Convolution,
  padding: readonly (readonly [before: number, after: number])[],
  axis: number,
): Value {
  const stride = options.strides?.[axis] ?? 1;
  const wider = padding.map((sides, i) => i === axis ? [stride, sides[1]] as const : sides);
  const y = convolution(x, kernel, { ...options, padding: wider });
  const cut = options.layout[2].indexOf(String(axis));
  return slice(y, y.shape.map((_, i) => i === cut ? 1 : 0), y.shape);
}

/** A convolution, as machine learning calls a correlation. */
export function convolution(x: Value, kernel: Value, options: Convolution): Value {
  const { layout, groups = 1, batchGroups = 1 } = options;
  const [input, filter, output] = layout;
  const spatial = x.rank - 2;
  const ones = Array.from({ length: spatial }, () => 1);
  const { strides = ones, inputDilation = ones, kernelDilation = ones } = options;
  const padding = options.padding ?? ones.map(() => [0, 0] as const);
  const at = (axes: string, letter: string, of: Value) => of.shape[axes.indexOf(letter)]!;
  const misread = ones.findIndex((_, i) => {
    const size = at(filter, String(i), kernel);
    return size > 1 && inputDilation[i] === size && strides[i] === size - 1 && kernelDilation[i] === 1 &&
      padding[i]!.every((side) => side === 0);
  });
  if (misread >= 0) return convolutionUnlikeGroups(x, kernel, options, padding, misread);
  require(
    x.rank === kernel.rank && x.dtype === kernel.dtype && at(input, "f", x) === at(filter, "i", kernel) * groups &&
      at(filter, "o", kernel) % (groups * batchGroups) === 0 && at(input, "b", x) % batchGroups === 0,
    () => `Cannot convolve ${readable(x.type)} with ${readable(kernel.type)} (axes ${input}, ${filter})`,
  );
  const sizes = ones.map((_, i) =>
    windowed(
      at(input, String(i), x),
      at(filter, String(i), kernel),
      strides[i]!,
      kernelDilation[i]!,
      padding[i]!,
      inputDilation[i]!,
    )
  );
  const type: Type = {
    shape: [...output].map((letter) =>
      letter === "b"
        ? at(input, "b", x) / batchGroups
        : letter === "f"
        ? at(filter, "o", kernel)
        : sizes[Number(letter)]!
    ),
    dtype: x.dtype,
  };
  const axes = (text: string) => `[${[...text].join(", ")}]`;
  const attributes = [
    `batch_group_count = ${batchGroups} : i64`,
    `dimension_numbers = #stablehlo.conv<${axes(input)}x${axes(filter)}->${axes(output)}>`,
    `feature_group_count = ${groups} : i64`,
    `lhs_dilation = ${list(inputDilation)}`,
    `padding = ${pairs(padding)}`,
    ...options.exact ? [exactly] : [],
    `rhs_dilation = ${list(kernelDilation)}`,
    `window_strides = ${list(strides)}`,
  ].join(", ");
  return single("stablehlo.convolution", [x, kernel], attributes, type);
}
