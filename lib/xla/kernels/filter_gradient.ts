/** Gradients of filters of two-dimensional convolutions, in the form that the device takes fastest. */
import { barrier, reshape, transpose, type Value } from "../stablehlo/mod.ts";
import type { ConvolutionInfo } from "./convolution.ts";
import { convolve, rounded } from "./convolve.ts";
import { product } from "./product.ts";
import { settings } from "./settings.ts";

type Padding = readonly [before: number, after: number];

/** What moves over an image: sizes, steps, and the padding of height and width. */
export interface FilterWindow {
  readonly info: ConvolutionInfo;
  readonly padding: readonly [Padding, Padding];
  /** Axes of images, as in `b01f`. */
  readonly layout: string;
}

/** Input channels from which the wide form is faster on a CPU where float32 convolutions are Eigen's. */
const wideFrom = 64;
/** The same where they are oneDNN's. */
const wideFromOneDnn = 5;

/** Axes of a filter's gradient: it is the convolution of x with dy as its kernel; items take the part of features. */
export const swapped = (layout: string): [x: string, dy: string] => [
  layout.replace("b", "?").replace("f", "b").replace("?", "f"),
  layout.replace("b", "i").replace("f", "o"),
];

/** The gradient `[height, width, in, out]` of a filter, given inputs and the gradient of outputs. */
export function filterGradient(x: Value, dy: Value, window: FilterWindow): Value {
  if (x.dtype === "f32" && isPointwise(window)) return pointwise(x, dy, window.layout);
  if (x.dtype === "f32" && isFasterWide(window.info)) return wide(x, dy, window);
  const { info, padding, layout } = window;
  return settled(convolve(x, dy, {
    layout: [...swapped(layout), "01bf"],
    strides: [info.dilationHeight, info.dilationWidth],
    kernelDilation: [info.strideHeight, info.strideWidth],
    padding,
  }));
}

/**
 * In the order of axes that weights are kept in, before anything is computed from it. cuDNN gives such gradients in another
 * order, and XLA would turn them in the loop that updates the weights, which then cannot write where it reads: three
 * copies for each kernel. The barrier holds where there are no axes to turn.
 */
function settled(gradient: Value): Value {
  if (settings.platform === "cpu") return gradient;
  const [flat] = barrier([reshape(gradient, [gradient.size])]);
  return reshape(flat!, gradient.shape);
}

const isPointwise = ({ info, padding }: FilterWindow): boolean =>
  info.filterHeight === 1 && info.filterWidth === 1 && info.strideHeight === 1 && info.strideWidth === 1 &&
  padding.flat().every((side) => side === 0);

/** Of one pixel: a matrix product over all pixels of all items. */
function pointwise(x: Value, dy: Value, layout: string): Value {
  const summed = [..."b01"].map((axis) => layout.indexOf(axis));
  const gradient = product(x, dy, { contract: [summed, summed] });
  return reshape(gradient, [1, 1, ...gradient.shape]);
}

function isFasterWide({ dilationWidth, inChannels }: ConvolutionInfo): boolean {
  if (settings.platform !== "cpu" || dilationWidth !== 1) return false;
  return settings.oneDnn ? inChannels >= wideFromOneDnn : inChannels >= wideFrom && settings.precision === "float32";
}

/**
 * One row of outputs for each row of the filter: `out[kh, kw · in + i, o]`.
 *
 * As the plain convolution has it, each product of matrices in it has as many rows as the filter is wide, which is three
 * or so, and leaves most of a processor's arithmetic idle. With the channels of x side by side along the width, and the
 * filter's steps as wide as that, it has that many times the channels.
 */
function wide(x: Value, dy: Value, { info, padding, layout }: FilterWindow): Value {
  const { inChannels, inHeight, inWidth, filterHeight, filterWidth, outChannels, batchSize } = info;
  const order = (axes: string) => [...axes].map((axis) => layout.indexOf(axis));
  const [rows, [left, right]] = padding;
  const row = reshape(transpose(rounded(x), order("01fb")), [1, inHeight, inWidth * inChannels, batchSize]);
  // Behind a barrier, as XLA would take the order of axes into the convolution, and Eigen or oneDNN would turn it back.
  const [kernel] = barrier([transpose(rounded(dy), order("01bf"))]);
  const gradient = convolve(row, kernel!, {
    layout: ["b01f", "01io", "b01f"],
    strides: [info.dilationHeight, 1],
    kernelDilation: [info.strideHeight, info.strideWidth * inChannels],
    padding: [rows, [left * inChannels, right * inChannels]],
  });
  return reshape(gradient, [filterHeight, filterWidth, inChannels, outChannels]);
}
