/** Grey-scale dilation: the largest sum of image and filter in each window; and its gradients. */
import * as tf from "@tensorflow/tfjs";
import {
  add,
  broadcast,
  compare,
  concat,
  extreme,
  full,
  pad,
  reshape,
  select,
  slice,
  sum,
  type Value,
} from "../stablehlo/mod.ts";
import type { DeviceKernels } from "./types.ts";

interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dilations: number | [number, number];
}

/** An element of the filter, and the part of the padded image that it meets. */
interface Tap {
  readonly row: number;
  readonly column: number;
  readonly starts: readonly number[];
  readonly limits: readonly number[];
}

function geometry(x: Value, filter: Value, attributes: Attributes) {
  const { strides, pad, dilations } = attributes;
  const i = tf.backend_util.computeDilation2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number],
    strides,
    pad as "same",
    "NHWC",
    dilations,
  );
  const { top, left } = i.padInfo;
  const low = [0, top, left, 0];
  // What a window reaches past the end is padded; what no window reaches is cut off.
  const high = [
    0,
    (i.outHeight - 1) * i.strideHeight + (i.filterHeight - 1) * i.dilationHeight + 1 - i.inHeight - top,
    (i.outWidth - 1) * i.strideWidth + (i.filterWidth - 1) * i.dilationWidth + 1 - i.inWidth - left,
    0,
  ];
  const steps = [1, i.strideHeight, i.strideWidth, 1];
  const taps: Tap[] = [];
  for (let row = 0; row < i.filterHeight; row++) {
    for (let column = 0; column < i.filterWidth; column++) {
      const [y, z] = [row * i.dilationHeight, column * i.dilationWidth];
      taps.push({
        row,
        column,
        starts: [0, y, z, 0],
        limits: [
          i.batchSize,
          y + (i.outHeight - 1) * i.strideHeight + 1,
          z + (i.outWidth - 1) * i.strideWidth + 1,
          i.inChannels,
        ],
      });
    }
  }
  return { low, high, steps, taps, out: i.outShape as readonly number[] };
}

/** The largest sums, and the tap that each comes from: of equal ones the first. */
function dilate(x: Value, filter: Value, attributes: Attributes) {
  const shape = geometry(x, filter, attributes);
  const { low, high, steps, taps, out } = shape;
  const padded = pad(x, low, high, extreme(x.dtype, -1));
  let best = full(out, x.dtype, extreme(x.dtype, -1)), from = full(out, "i32", 0);
  taps.forEach(({ row, column, starts, limits }, tap) => {
    const weight = reshape(slice(filter, [row, column, 0], [row + 1, column + 1, out[3]!]), [out[3]!]);
    const met = slice(padded, starts, limits, steps);
    // The padding stays the least there is, whatever is added: integers would wrap around.
    const value = select(compare("EQ", met, extreme(x.dtype, -1)), met, add(met, broadcast(weight, out, [3])));
    const better = compare("GT", value, best);
    best = select(better, value, best);
    from = select(better, full(out, "i32", tap), from);
  });
  return { ...shape, padded, best, from };
}

/** Each output's gradient goes to the element of the image that it comes from. */
function inputGradient(x: Value, filter: Value, dy: Value, attributes: Attributes): Value {
  const { low, high, steps, taps, padded, from } = dilate(x, filter, attributes);
  let total = full(padded.shape, dy.dtype, 0);
  taps.forEach(({ starts, limits }, tap) => {
    const share = select(compare("EQ", from, tap), dy, 0);
    const after = limits.map((limit, axis) => padded.shape[axis]! - limit);
    total = add(total, pad(share, starts, after, 0, steps.map((step) => step - 1)));
  });
  return pad(total, low.map((n) => -n), high.map((n) => -n));
}

/** Each output's gradient goes to the element of the filter that it comes from. */
function filterGradient(x: Value, filter: Value, dy: Value, attributes: Attributes): Value {
  const { taps, from } = dilate(x, filter, attributes);
  const rows = taps.map((_, tap) => {
    const share = sum(select(compare("EQ", from, tap), dy, 0), [0, 1, 2]);
    return reshape(share, [1, share.size]);
  });
  return reshape(concat(rows, 0), filter.shape);
}

export const dilations: DeviceKernels = {
  Dilation2D: ({ x, filter }, attributes) => dilate(x!, filter!, attributes).best,
  Dilation2DBackpropInput: ({ x, filter, dy }, attributes) => inputGradient(x!, filter!, dy!, attributes),
  Dilation2DBackpropFilter: ({ x, filter, dy }, attributes) => filterGradient(x!, filter!, dy!, attributes),
};
