/** Kernels of depthwise convolutions: each channel has filters of its own. */
import { reshape, reverse, transpose, type Value } from "../stablehlo/mod.ts";
import {
  addBiasAndActivate,
  type ConvolutionAttributes,
  convolutionWindow,
  imageLayout,
  infoOf,
  inputPadding,
  spatialOf,
} from "./convolution.ts";
import { convolve, rounded } from "./convolve.ts";
import { swapped } from "./filter_gradient.ts";
import type { DeviceKernels } from "./types.ts";

/** `filter` is `[height, width, channels, multiplier]`. */
function depthwise(x: Value, filter: Value, attributes: ConvolutionAttributes): Value {
  const info = infoOf(x.shape, filter.shape, attributes, true);
  const [height, width, channels, multiplier] = filter.shape as [number, number, number, number];
  const layout = imageLayout(attributes);
  return convolve(x, reshape(filter, [height, width, 1, channels * multiplier]), {
    layout: [layout, "01io", layout],
    groups: channels,
    ...convolutionWindow(info),
  });
}

function inputGradient(dy: Value, filter: Value, inputShape: number[], attributes: ConvolutionAttributes): Value {
  const info = infoOf(inputShape, filter.shape, attributes, true);
  const layout = imageLayout(attributes);
  return convolve(dy, transpose(reverse(rounded(filter), [0, 1]), [0, 1, 3, 2]), {
    layout: [layout, "01io", layout],
    groups: filter.shape[2]!,
    inputDilation: [info.strideHeight, info.strideWidth],
    kernelDilation: [info.dilationHeight, info.dilationWidth],
    padding: inputPadding(info, spatialOf(dy, layout)),
  });
}

function filterGradient(x: Value, dy: Value, filterShape: number[], attributes: ConvolutionAttributes): Value {
  const info = infoOf(x.shape, filterShape, attributes, true);
  const { padding } = convolutionWindow(info);
  const layout = imageLayout(attributes);
  const gradient = convolve(x, dy, {
    layout: [...swapped(layout), "01bf"],
    batchGroups: filterShape[2]!,
    strides: [info.dilationHeight, info.dilationWidth],
    kernelDilation: [info.strideHeight, info.strideWidth],
    padding,
  });
  return reshape(gradient, filterShape);
}

export const depthwiseConvolutions: DeviceKernels = {
  DepthwiseConv2dNative: ({ x, filter }, attributes) => depthwise(x!, filter!, attributes),
  FusedDepthwiseConv2D: (inputs, attributes) =>
    addBiasAndActivate(depthwise(inputs.x!, inputs.filter!, attributes), inputs, attributes),
  DepthwiseConv2dNativeBackpropInput: ({ dy, filter }, attributes) =>
    inputGradient(dy!, filter!, attributes.inputShape, attributes),
  DepthwiseConv2dNativeBackpropFilter: ({ x, dy }, attributes) =>
    filterGradient(x!, dy!, attributes.filterShape, attributes),
};
