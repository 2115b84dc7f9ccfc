/** Bilinear doubling of images and its adjoint, for GPUs: one loop over the pixels of the result, and nothing kept between. */
import { add, constant, gather, mul, type Value } from "../stablehlo/mod.ts";

/** Along an axis, what lies at `place(i)` for each of `n` places; beyond an edge, what lies at the edge. */
function take(x: Value, axis: 1 | 2, n: number, place: (i: number) => number): Value {
  const last = x.shape[axis]! - 1;
  const places = Array.from({ length: n }, (_, i) => Math.max(0, Math.min(last, place(i))));
  // Not slices that are joined: XLA would make a kernel of its own for them.
  return gather(x, constant(places, [n], "i32"), {
    offset: [0, 1, 2, 3].filter((i) => i !== axis),
    collapsed: [axis],
    startIndexMap: [axis],
    indexVector: 1,
  }, x.shape.map((size, i) => i === axis ? 1 : size));
}

const mix = (near: Value, far: Value) => add(mul(near, 0.75), mul(far, 0.25));

/**
 * Doubles height and width with half-pixel centres: each pixel becomes two along each axis, a quarter of its neighbour
 * mixed in.
 *
 * @param x `[batch, height, width, channels]`
 */
export function double(x: Value): Value {
  return ([1, 2] as const).reduce((x, axis) => {
    const along = (place: (i: number) => number) => take(x, axis, 2 * x.shape[axis]!, place);
    return mix(along((i) => i >> 1), along((i) => (i >> 1) + (i % 2 === 0 ? -1 : 1)));
  }, x);
}

/**
 * The adjoint of `double`.
 *
 * @param dy `[batch, 2 height, 2 width, channels]`
 */
export function halve(dy: Value): Value {
  return ([1, 2] as const).reduce((dy, axis) => {
    const along = (from: number) => take(dy, axis, dy.shape[axis]! / 2, (i) => 2 * i + from);
    return mix(add(along(0), along(1)), add(along(-1), along(2)));
  }, dy);
}
