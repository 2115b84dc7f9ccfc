/** Kernels that count, sort and search. */
import {
  add,
  and,
  binary,
  compare,
  convert,
  full,
  gather,
  iota,
  isNaN,
  mul,
  not,
  or,
  reshape,
  select,
  slice,
  sort,
  type Value,
} from "../stablehlo/mod.ts";
import { isInRange, putRows } from "./indices.ts";
import type { DeviceKernels } from "./types.ts";

/**
 * How often each number from 0 to size − 1 occurs in each row of `x`, `[rows, columns]`; larger ones are left out.
 *
 * @param weights what each counts instead of 1; empty for none
 * @param once whether it occurs instead of how often
 */
function binCounts(x: Value, weights: Value, size: number, once: boolean): Value {
  const [rows, columns] = x.shape as [number, number];
  const zeros = full([rows * size, 1], weights.dtype, 0);
  if (x.size === 0 || size === 0) return reshape(zeros, [rows, size]);
  const row = mul(iota([rows, columns], "i32", 0), size);
  const places = select(isInRange(x, size), add(row, x), -1);
  const n = rows * columns;
  const amounts = once || weights.size === 0 ? full([n, 1], weights.dtype, 1) : reshape(weights, [n, 1]);
  return reshape(putRows(zeros, reshape(places, [n]), amounts, once ? "replace" : "add"), [rows, size]);
}

/** The k largest along the last axis with their places, largest first; of equal ones the first. NaN is the largest. */
function topK(x: Value, k: number): Value[] {
  const numbers = x.dtype === "i1" ? convert(x, "i32") : x;
  const last = x.rank - 1;
  const sorted = sort([numbers, iota(x.shape, "i32", last)], last, (a, b) => {
    const greater = compare("GT", a!, b!);
    return a!.dtype === "f32" ? or(greater, and(isNaN(a!), not(isNaN(b!)))) : greater;
  });
  const [values, places] = sorted.map((each) =>
    slice(each, x.shape.map(() => 0), x.shape.map((n, axis) => axis === last ? k : n))
  );
  return [convert(values!, x.dtype), places!];
}

/** For each value `[batch, m]`, the place in its sorted row `[batch, n]` to put it before (left) or after its equals. */
function search(sequence: Value, values: Value, side: "left" | "right"): Value {
  const [batch, n] = sequence.shape as [number, number];
  let low = full(values.shape, "i32", 0), high = full(values.shape, "i32", n);
  const row = iota(values.shape, "i32", 0);
  const flat = reshape(sequence, [batch * n]);
  for (let left = n; left > 0; left >>= 1) {
    const middle = binary("shift_right_logical", add(low, high), 1);
    const at = reshape(add(mul(row, n), middle), [values.size]);
    const found = gather(flat, at, { offset: [], collapsed: [0], startIndexMap: [0], indexVector: 1 }, [1]);
    const before = compare(side === "left" ? "LT" : "LE", reshape(found, values.shape), values);
    const open = compare("LT", low, high);
    low = select(and(open, before), add(middle, 1), low);
    high = select(and(open, not(before)), middle, high);
  }
  return low;
}

export const counting: DeviceKernels = {
  Bincount: ({ x, weights }, { size }) => reshape(binCounts(reshape(x!, [1, x!.size]), weights!, size, false), [size]),
  DenseBincount: ({ x, weights }, { size, binaryOutput }) =>
    x!.rank === 1
      ? reshape(binCounts(reshape(x!, [1, x!.size]), weights!, size, binaryOutput), [size])
      : binCounts(x!, weights!, size, binaryOutput),
  TopK: ({ x }, { k }) => topK(x!, k),
  SearchSorted: ({ sortedSequence, values }, { side }) => search(sortedSequence!, values!, side),
};
