/** Reading and writing at places that are data. */
import { list, reshape } from "./arrange.ts";
import { scalar } from "./constant.ts";
import { combiner } from "./reduce.ts";
import { readable, require } from "./type.ts";
import { region, single, type Value } from "./value.ts";

/** Axes of a gather, named as the StableHLO specification does. */
export interface GatherAxes {
  readonly offset: readonly number[];
  readonly collapsed: readonly number[];
  /** Axes of the operand that go in step with `indexBatching` of the indices. */
  readonly batching?: readonly number[];
  readonly indexBatching?: readonly number[];
  readonly startIndexMap: readonly number[];
  readonly indexVector: number;
}

/** Slices of `x` at places given by an integer tensor; places out of range are moved inside. */
export function gather(x: Value, indices: Value, axes: GatherAxes, sizes: readonly number[]): Value {
  const { offset, collapsed, batching = [], indexBatching = [], startIndexMap, indexVector } = axes;
  require(
    sizes.length === x.rank && sizes.every((n, i) => n <= x.shape[i]!),
    () => `Cannot gather slices of [${sizes}] from ${readable(x.type)}`,
  );
  const outer = indices.shape.filter((_, i) => i !== indexVector);
  const inner = sizes.filter((_, i) => !collapsed.includes(i) && !batching.includes(i));
  const shape: number[] = [];
  for (let i = 0, o = 0, n = 0; i < outer.length + inner.length; i++) {
    shape.push(offset.includes(i) ? inner[n++]! : outer[o++]!);
  }
  const named = (name: string, numbers: readonly number[]) =>
    numbers.length === 0 ? [] : [`${name} = [${numbers.join(", ")}]`];
  const numbers = [
    ...named("offset_dims", offset),
    ...named("collapsed_slice_dims", collapsed),
    ...named("operand_batching_dims", batching),
    ...named("start_indices_batching_dims", indexBatching),
    ...named("start_index_map", startIndexMap),
    `index_vector_dim = ${indexVector}`,
  ].join(", ");
  return single(
    "stablehlo.gather",
    [x, indices],
    `dimension_numbers = #stablehlo.gather<${numbers}>, indices_are_sorted = false, slice_sizes = ${list(sizes)}`,
    { shape, dtype: x.dtype },
  );
}

/** The element of the first axis at a place that is data (an i32 scalar); one out of range is moved inside. */
export function at(x: Value, place: Value): Value {
  const sizes = [1, ...x.shape.slice(1)];
  const starts = [place, ...sizes.slice(1).map(() => scalar(0, "i32"))];
  const type = { shape: sizes, dtype: x.dtype };
  return reshape(
    single("stablehlo.dynamic_slice", [x, ...starts], `slice_sizes = ${list(sizes)}`, type),
    x.shape.slice(1),
  );
}

/** Axes of a scatter, named as the StableHLO specification does. */
export interface ScatterAxes {
  readonly updateWindow: readonly number[];
  readonly inserted: readonly number[];
  readonly batching?: readonly number[];
  readonly indexBatching?: readonly number[];
  readonly scatterToOperand: readonly number[];
  readonly indexVector: number;
}

/** `x` with updates added to, or put in the place of, elements; updates out of range are left out. */
export function scatter(
  x: Value,
  indices: Value,
  updates: Value,
  axes: ScatterAxes,
  how: "add" | "multiply" | "maximum" | "minimum" | "replace",
): Value {
  const { updateWindow, inserted, batching = [], indexBatching = [], scatterToOperand, indexVector } = axes;
  require(x.dtype === updates.dtype, () => `Cannot scatter ${readable(updates.type)} into ${readable(x.type)}`);
  const named = (name: string, numbers: readonly number[]) =>
    numbers.length === 0 ? [] : [`${name} = [${numbers.join(", ")}]`];
  const numbers = [
    ...named("update_window_dims", updateWindow),
    ...named("inserted_window_dims", inserted),
    ...named("input_batching_dims", batching),
    ...named("scatter_indices_batching_dims", indexBatching),
    ...named("scatter_dims_to_operand_dims", scatterToOperand),
    `index_vector_dim = ${indexVector}`,
  ].join(", ");
  const type = { shape: [], dtype: x.dtype };
  return single(
    "stablehlo.scatter",
    [x, indices, updates],
    `indices_are_sorted = false, scatter_dimension_numbers = #stablehlo.scatter<${numbers}>, unique_indices = false`,
    x.type,
    [how === "replace" ? region([type, type], (_, update) => update) : combiner(how, x.dtype)],
  );
}
