/** Kernels that compute with shapes given as tensors. */
import {
  add,
  broadcast,
  compare,
  concat,
  constant,
  div,
  full,
  mul,
  pad,
  reduce,
  reshape,
  scalar,
  select,
  slice,
  sub,
  type Value,
} from "../stablehlo/mod.ts";
import type { DeviceKernels } from "./types.ts";

/** The shape that two shapes broadcast to, as in NumPy. */
function broadcastArgs(a: Value, b: Value): Value {
  const rank = Math.max(a.size, b.size);
  const long = (shape: Value) => pad(shape, [rank - shape.size], [0], 1);
  const [x, y] = [long(a), long(b)];
  return select(compare("EQ", x, 1), y, x);
}

const element = (x: Value, i: number) => reshape(slice(x, [i], [i + 1]), []);

/** Elements to step over for one step along each axis of a shape, as scalars. */
function strides(shape: Value): Value[] {
  const steps: Value[] = [];
  for (let axis = shape.size - 1, step = scalar(1, "i32"); axis >= 0; axis--) {
    steps.unshift(step);
    step = mul(step, element(shape, axis));
  }
  return steps;
}

/** Places `[n, rank]` in a tensor of one shape, as places of the same elements in another; −1 in it is worked out. */
function reshapeSparse(places: Value, from: Value, to: Value): Value[] {
  const [n, rank] = places.shape as [number, number];
  const total = (shape: Value) => reduce(shape, [0], "multiply");
  const open = compare("EQ", to, -1);
  const known = total(select(open, full(to.shape, "i32", 1), to));
  const rest = div(total(from), select(compare("EQ", known, 0), scalar(1, "i32"), known));
  const shape = select(open, spread(rest, to), to);
  const before = strides(from), after = strides(shape);
  let flat = full([n], "i32", 0);
  before.forEach((step, axis) => {
    flat = add(flat, mul(reshape(slice(places, [0, axis], [n, axis + 1]), [n]), spread(step, flat)));
  });
  const columns = after.map((step) => {
    const wide = spread(step, flat);
    const place = div(flat, wide);
    flat = sub(flat, mul(place, wide));
    return reshape(place, [n, 1]);
  });
  if (n === 0 || rank === 0 || columns.length === 0) return [constant([], [n, columns.length], "i32"), shape];
  return [concat(columns, 1), shape];
}

const spread = (x: Value, like: Value): Value => broadcast(x, like.shape, []);

export const shapes: DeviceKernels = {
  BroadcastArgs: ({ s0, s1 }) => broadcastArgs(s0!, s1!),
  SparseReshape: ({ inputIndices, inputShape, newShape }) => reshapeSparse(inputIndices!, inputShape!, newShape!),
};
