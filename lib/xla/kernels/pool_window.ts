/** How a pooling window moves, by tfjs's attributes. */
import * as tf from "@tensorflow/tfjs";
import type { Value, Window } from "../stablehlo/mod.ts";

export interface PoolAttributes {
  readonly filterSize: number | number[];
  readonly strides: number | number[];
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly dilations?: number | number[];
}

/** One spatial axis. `before` and `after` may be negative: what is left over is cut off. */
export interface PoolAxis {
  readonly size: number;
  readonly out: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  /** Elements from the first to the last that a window covers. */
  readonly reach: number;
  readonly before: number;
  readonly after: number;
}

export interface Pool {
  readonly axes: readonly PoolAxis[];
}

function axis(
  size: number,
  out: number,
  filter: number,
  stride: number,
  dilation: number,
  reach: number,
  before: number,
): PoolAxis {
  return { size, out, filter, stride, dilation, reach, before, after: (out - 1) * stride + reach - size - before };
}

export function pool2d(x: Value, { filterSize, strides, pad, dimRoundingMode, dilations = 1 }: PoolAttributes): Pool {
  const i = tf.backend_util.computePool2DInfo(
    x.shape as [number, number, number, number],
    filterSize as [number, number],
    strides as [number, number],
    dilations as number,
    pad,
    dimRoundingMode,
  );
  return {
    axes: [
      axis(
        i.inHeight,
        i.outHeight,
        i.filterHeight,
        i.strideHeight,
        i.dilationHeight,
        i.effectiveFilterHeight,
        i.padInfo.top,
      ),
      axis(
        i.inWidth,
        i.outWidth,
        i.filterWidth,
        i.strideWidth,
        i.dilationWidth,
        i.effectiveFilterWidth,
        i.padInfo.left,
      ),
    ],
  };
}

export function pool3d(x: Value, { filterSize, strides, pad, dimRoundingMode, dilations = 1 }: PoolAttributes): Pool {
  const i = tf.backend_util.computePool3DInfo(
    x.shape as [number, number, number, number, number],
    filterSize as [number, number, number],
    strides as [number, number, number],
    dilations as number,
    pad as "same",
    dimRoundingMode,
  );
  const p = i.padInfo;
  return {
    axes: [
      axis(i.inDepth, i.outDepth, i.filterDepth, i.strideDepth, i.dilationDepth, i.effectiveFilterDepth, p.front),
      axis(i.inHeight, i.outHeight, i.filterHeight, i.strideHeight, i.dilationHeight, i.effectiveFilterHeight, p.top),
      axis(i.inWidth, i.outWidth, i.filterWidth, i.strideWidth, i.dilationWidth, i.effectiveFilterWidth, p.left),
    ],
  };
}

/** Whether tfjs passes the input on as it is: a window of one element, and an output of the input's shape. */
export function isTrivial({ axes }: Pool): boolean {
  return axes.every(({ filter, size, out }) => filter === 1 && size === out);
}

export function windowOf({ axes }: Pool): Required<Pick<Window, "size" | "strides" | "dilation" | "padding">> {
  return {
    size: [1, ...axes.map(({ filter }) => filter), 1],
    strides: [1, ...axes.map(({ stride }) => stride), 1],
    dilation: [1, ...axes.map(({ dilation }) => dilation), 1],
    padding: [[0, 0], ...axes.map(({ before, after }): [number, number] => [before, after]), [0, 0]],
  };
}
