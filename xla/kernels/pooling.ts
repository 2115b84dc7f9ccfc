/** Kernels of two-dimensional pooling and its gradients. */
import * as tf from "@tensorflow/tfjs";
import {
  broadcast,
  constant,
  div,
  pad,
  reduceWindow,
  reshape,
  sum,
  type Value,
  type Window,
} from "../stablehlo/mod.ts";
import type { DeviceKernels } from "./types.ts";

interface Attributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dilations?: number;
}

function infoOf(x: Value, { filterSize, strides, pad, dimRoundingMode, dilations = 1 }: Attributes) {
  return tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
}

type Info = ReturnType<typeof infoOf>;

function windowOf(info: Info): Required<Pick<Window, "size" | "strides" | "padding" | "dilation">> {
  const { padInfo } = info;
  const axis = (size: number, out: number, stride: number, reach: number, before: number): [number, number] => [
    before,
    (out - 1) * stride + reach - size - before,
  ];
  return {
    size: [1, info.filterHeight, info.filterWidth, 1],
    strides: [1, info.strideHeight, info.strideWidth, 1],
    dilation: [1, info.dilationHeight, info.dilationWidth, 1],
    padding: [
      [0, 0],
      axis(info.inHeight, info.outHeight, info.strideHeight, info.effectiveFilterHeight, padInfo.top),
      axis(info.inWidth, info.outWidth, info.strideWidth, info.effectiveFilterWidth, padInfo.left),
      [0, 0],
    ],
  };
}

/** Pixels that each window holds, those of the padding left out. */
function counts(info: Info): number[] {
  const along = (out: number, stride: number, filter: number, dilation: number, before: number, size: number) =>
    Array.from({ length: out }, (_, i) => {
      let inside = 0;
      for (let k = 0; k < filter; k++) {
        const at = i * stride - before + k * dilation;
        if (at >= 0 && at < size) inside++;
      }
      return inside;
    });
  const rows = along(
    info.outHeight,
    info.strideHeight,
    info.filterHeight,
    info.dilationHeight,
    info.padInfo.top,
    info.inHeight,
  );
  const columns = along(
    info.outWidth,
    info.strideWidth,
    info.filterWidth,
    info.dilationWidth,
    info.padInfo.left,
    info.inWidth,
  );
  return rows.flatMap((row) => columns.map((column) => row * column));
}

function average(x: Value, info: Info): Value {
  const { filterHeight: height, filterWidth: width } = info;
  const { padding, strides } = windowOf(info);
  const whole = padding.every(([before, after]) => before === 0 && after === 0) &&
    x.shape[1] === info.outHeight * height && x.shape[2] === info.outWidth * width && strides[1] === height &&
    strides[2] === width;
  // Windows that tile the image are a plain reduction, which vectorises along the channels.
  if (whole) {
    const [batch, , , channels] = x.shape as [number, number, number, number];
    const tiles = reshape(x, [batch, info.outHeight, height, info.outWidth, width, channels]);
    return div(sum(tiles, [2, 4]), height * width);
  }
  const total = reduceWindow(x, "add", windowOf(info));
  const held = constant(counts(info), [info.outHeight, info.outWidth], "f32");
  return div(total, broadcast(held, total.shape, [1, 2]));
}

/** The gradient of an average: each pixel gets a share of each window that it is in. */
function averageGradient(dy: Value, info: Info): Value {
  const window = windowOf(info);
  const shared = div(dy, info.filterHeight * info.filterWidth);
  return spread(shared, window, info);
}

/** Adds up what each pixel gets from the windows that it is in. */
function spread(shared: Value, { size, strides, padding, dilation }: ReturnType<typeof windowOf>, info: Info): Value {
  const reach = [0, info.effectiveFilterHeight, info.effectiveFilterWidth, 0];
  const sizes = [0, info.inHeight, info.inWidth, 0], outs = [0, info.outHeight, info.outWidth, 0];
  const back = [1, 2].map((axis): [number, number] => {
    const before = padding[axis]![0];
    return [
      reach[axis]! - 1 - before,
      sizes[axis]! + before - ((outs[axis]! - 1) * strides[axis]! + 1),
    ];
  });
  const apart = pad(
    shared,
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    0,
    [0, strides[1]! - 1, strides[2]! - 1, 0],
  );
  return reduceWindow(apart, "add", { size, dilation, padding: [[0, 0], ...back, [0, 0]] });
}

export const pooling: DeviceKernels = {
  AvgPool: ({ x }, attributes) => average(x!, infoOf(x!, attributes)),
  AvgPoolGrad: ({ dy, input }, attributes) => averageGradient(dy!, infoOf(input!, attributes)),
  MaxPool: ({ x }, attributes) => reduceWindow(x!, "maximum", windowOf(infoOf(x!, attributes))),
};
