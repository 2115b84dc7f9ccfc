/** Kernels of two-dimensional convolutions and their gradients. */
import * as tf from "@tensorflow/tfjs";
import { add, reshape, reverse, slice, type Value } from "../stablehlo/mod.ts";
import { activate, type Activation } from "./activation.ts";
import { broadcastTogether } from "./broadcasting.ts";
import { convolve, rounded } from "./convolve.ts";
import { filterGradient, type FilterWindow } from "./filter_gradient.ts";
import type { DeviceKernels, Inputs } from "./types.ts";

/** Attributes that all of them have. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

type Four = [number, number, number, number];

/** What tfjs computes of a convolution's attributes. */
export function infoOf(
  x: readonly number[],
  filter: readonly number[],
  attributes: ConvolutionAttributes,
  depthwise = false,
) {
  const { strides, pad, dataFormat = "NHWC", dimRoundingMode } = attributes;
  const format = dataFormat === "NCHW" ? "channelsFirst" : "channelsLast";
  return tf.backend_util.computeConv2DInfo(
    x as Four,
    filter as Four,
    strides,
    attributes.dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
    format,
  );
}

export type ConvolutionInfo = ReturnType<typeof infoOf>;

/** Axes of images in StableHLO's letters. */
export const imageLayout = ({ dataFormat }: ConvolutionAttributes) => dataFormat === "NCHW" ? "bf01" : "b01f";

export const convolutionWindow = (info: ConvolutionInfo) => ({
  strides: [info.strideHeight, info.strideWidth],
  kernelDilation: [info.dilationHeight, info.dilationWidth],
  padding: paddingOf(info),
});

/**
 * Padding that gives exactly the output that tfjs computed: where its rounding leaves out rows at the end, less than it
 * says; where it adds some, more.
 */
function paddingOf(info: ConvolutionInfo): [[number, number], [number, number]] {
  const { padInfo } = info;
  const axis = (size: number, out: number, stride: number, reach: number, before: number): [number, number] => [
    before,
    (out - 1) * stride + reach - size - before,
  ];
  return [
    axis(info.inHeight, info.outHeight, info.strideHeight, info.effectiveFilterHeight, padInfo.top),
    axis(info.inWidth, info.outWidth, info.strideWidth, info.effectiveFilterWidth, padInfo.left),
  ];
}

function conv2d(x: Value, filter: Value, attributes: ConvolutionAttributes): Value {
  const info = infoOf(x.shape, filter.shape, attributes);
  const layout = imageLayout(attributes);
  return convolve(x, filter, { layout: [layout, "01io", layout], ...convolutionWindow(info) });
}

/** Padding of the transposed convolution that leads from outputs, of the height and width given, back to inputs. */
export function inputPadding(info: ConvolutionInfo, [height, width]: readonly number[]): [number, number][] {
  const padding = paddingOf(info);
  const back = (axis: 0 | 1, size: number, out: number, stride: number, reach: number): [number, number] => {
    const [before] = padding[axis]!;
    return [reach - 1 - before, size + before - ((out - 1) * stride + 1)];
  };
  return [
    back(0, info.inHeight, height!, info.strideHeight, info.effectiveFilterHeight),
    back(1, info.inWidth, width!, info.strideWidth, info.effectiveFilterWidth),
  ];
}

/** Height and width of an image. */
export const spatialOf = (
  x: Value,
  layout: string,
): number[] => [x.shape[layout.indexOf("0")]!, x.shape[layout.indexOf("1")]!];

function inputGradient(gradient: Value, filter: Value, info: ConvolutionInfo, layout: string): Value {
  // A transposed convolution may be asked for less than its input gives; tfjs then takes no notice of the rest.
  const most: Record<string, number> = { "0": info.outHeight, "1": info.outWidth };
  const limits = gradient.shape.map((n, axis) => Math.min(n, most[layout[axis]!] ?? n));
  const dy = slice(gradient, limits.map(() => 0), limits);
  // Rounded first: XLA takes the gradient of an input for one where it sees the kernel reversed last, and hands it to cuDNN.
  return convolve(dy, reverse(rounded(filter), [0, 1]), {
    layout: [layout, "01oi", layout],
    inputDilation: [info.strideHeight, info.strideWidth],
    kernelDilation: [info.dilationHeight, info.dilationWidth],
    padding: inputPadding(info, spatialOf(dy, layout)),
  });
}

function windowOver(x: Value, attributes: ConvolutionAttributes & { filterShape: readonly number[] }): FilterWindow {
  const info = infoOf(x.shape, attributes.filterShape, attributes);
  return { info, padding: paddingOf(info), layout: imageLayout(attributes) };
}

/** Adds a bias along the channels, and activates. */
export function addBiasAndActivate(
  y: Value,
  { bias, preluActivationWeights }: Inputs,
  { activation, leakyreluAlpha, dataFormat }: { activation?: Activation; leakyreluAlpha?: number; dataFormat?: string },
): Value {
  const first = dataFormat === "NCHW";
  const along = (value: Value) =>
    first && value.rank === 1 && value.size > 1 ? reshape(value, [value.size, 1, 1]) : value;
  const biased = bias === undefined ? y : add(...broadcastTogether(y, along(bias)));
  return activate(biased, activation, preluActivationWeights && along(preluActivationWeights), leakyreluAlpha);
}

export const convolutions: DeviceKernels = {
  Conv2D: ({ x, filter }, attributes) => conv2d(x!, filter!, attributes),
  FusedConv2D: (inputs, attributes) =>
    addBiasAndActivate(conv2d(inputs.x!, inputs.filter!, attributes), inputs, attributes),
  Conv2DBackpropInput: ({ dy, filter }, attributes) =>
    inputGradient(dy!, filter!, infoOf(attributes.inputShape, filter!.shape, attributes), imageLayout(attributes)),
  Conv2DBackpropFilter: ({ x, dy }, attributes) => filterGradient(x!, dy!, windowOver(x!, attributes)),
};
