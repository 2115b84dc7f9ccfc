/** Places in a tensor that are data: whether they lie inside, and their rows gathered and scattered. */
import {
  add,
  and,
  broadcast,
  compare,
  convert,
  full,
  gather,
  mul,
  reshape,
  scatter,
  select,
  slice,
  type Value,
} from "../stablehlo/mod.ts";

/** i1: where indices lie in 0 … size − 1. */
export function isInRange(indices: Value, size: number): Value {
  return and(compare("GE", indices, 0), compare("LT", indices, size));
}

/**
 * Places `[n]` in the flattened leading axes of a tensor, −1 where any of them lies outside.
 *
 * @param indices `[…, axes]`, one column an axis
 * @param sizes of the axes
 */
export function flatPlaces(indices: Value, sizes: readonly number[]): Value {
  const depth = sizes.length;
  if (depth === 0) return full([indices.shape.slice(0, -1).reduce((n, m) => n * m, 1)], "i32", 0);
  const n = indices.size / depth;
  const table = reshape(indices, [n, depth]);
  let place: Value | undefined, valid: Value | undefined;
  sizes.forEach((size, axis) => {
    const column = reshape(slice(table, [0, axis], [n, axis + 1]), [n]);
    const within = isInRange(column, size);
    place = place === undefined ? column : add(mul(place, size), column);
    valid = valid === undefined ? within : and(valid, within);
  });
  return select(valid!, place!, -1);
}

/** Rows of `x` `[rows, width]` at places `[n]`; zeros where an index is out of range. */
export function takeRows(x: Value, places: Value): Value {
  const [rows, width] = x.shape as [number, number];
  const [n] = places.shape as [number];
  const taken = gather(x, places, { offset: [1], collapsed: [0], startIndexMap: [0], indexVector: 1 }, [1, width]);
  return select(broadcast(isInRange(places, rows), [n, width], [0]), taken, 0);
}

/** `x` `[rows, width]` with updates `[n, width]` added to, or put in the place of, rows; those at no row are left out. */
export function putRows(x: Value, places: Value, updates: Value, how: "add" | "replace"): Value {
  const axes = { updateWindow: [1], inserted: [0], scatterToOperand: [0], indexVector: 1 };
  return scatter(x, places, updates, axes, how);
}

/** As `putRows` with sums, for booleans too: there, a sum is whether any is true. */
export function addRows(x: Value, places: Value, updates: Value): Value {
  if (x.dtype !== "i1") return putRows(x, places, updates, "add");
  return convert(putRows(convert(x, "i32"), places, convert(updates, "i32"), "add"), "i1");
}
