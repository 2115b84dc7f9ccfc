/** Kernels of three-dimensional convolutions and their gradients. */
import * as tf from "@tensorflow/tfjs";
import { reverse, type Value } from "../stablehlo/mod.ts";
import { convolve, rounded } from "./convolve.ts";
import type { DeviceKernels } from "./types.ts";

interface Attributes {
  readonly strides: number | [number, number, number];
  readonly pad: "same" | "valid";
  readonly dilations?: number | [number, number, number];
}

type Five = [number, number, number, number, number];

/** One spatial axis: sizes, and the padding that gives exactly the output that tfjs computed. */
interface Axis {
  readonly stride: number;
  readonly dilation: number;
  /** Elements from the first to the last that the filter covers. */
  readonly reach: number;
  readonly padding: [before: number, after: number];
  readonly size: number;
  readonly out: number;
}

function axesOf(x: readonly number[], filter: readonly number[], { strides, pad, dilations = 1 }: Attributes): Axis[] {
  const i = tf.backend_util.computeConv3DInfo(x as Five, filter as Five, strides, dilations, pad);
  const axis = (size: number, out: number, stride: number, dilation: number, reach: number, before: number): Axis => (
    { stride, dilation, reach, size, out, padding: [before, (out - 1) * stride + reach - size - before] }
  );
  const p = i.padInfo;
  return [
    axis(i.inDepth, i.outDepth, i.strideDepth, i.dilationDepth, i.effectiveFilterDepth, p.front),
    axis(i.inHeight, i.outHeight, i.strideHeight, i.dilationHeight, i.effectiveFilterHeight, p.top),
    axis(i.inWidth, i.outWidth, i.strideWidth, i.dilationWidth, i.effectiveFilterWidth, p.left),
  ];
}

const strides = (axes: Axis[]) => axes.map(({ stride }) => stride);
const dilations = (axes: Axis[]) => axes.map(({ dilation }) => dilation);

function conv3d(x: Value, filter: Value, attributes: Attributes): Value {
  const axes = axesOf(x.shape, filter.shape, attributes);
  return convolve(x, filter, {
    layout: ["b012f", "012io", "b012f"],
    strides: strides(axes),
    kernelDilation: dilations(axes),
    padding: axes.map(({ padding }) => padding),
  });
}

/** The transposed convolution: zeros between outputs, and the filter reversed. */
function inputGradient(dy: Value, filter: Value, inputShape: readonly number[], attributes: Attributes): Value {
  const axes = axesOf(inputShape, filter.shape, attributes);
  return convolve(dy, reverse(rounded(filter), [0, 1, 2]), {
    layout: ["b012f", "012oi", "b012f"],
    inputDilation: strides(axes),
    kernelDilation: dilations(axes),
    padding: axes.map(({ reach, size, stride, padding: [before] }, i) => [
      reach - 1 - before,
      size + before - ((dy.shape[i + 1]! - 1) * stride + 1),
    ]),
  });
}

/** The convolution of x with dy as its kernel; items take the part of features. */
function filterGradient(x: Value, dy: Value, filterShape: readonly number[], attributes: Attributes): Value {
  const axes = axesOf(x.shape, filterShape, attributes);
  return convolve(x, dy, {
    layout: ["f012b", "i012o", "012bf"],
    strides: dilations(axes),
    kernelDilation: strides(axes),
    padding: axes.map(({ padding }) => padding),
  });
}

export const convolutions3d: DeviceKernels = {
  Conv3D: ({ x, filter }, attributes) => conv3d(x!, filter!, attributes),
  Conv3DBackpropInputV2: ({ dy, filter }, attributes) => inputGradient(dy!, filter!, attributes.inputShape, attributes),
  Conv3DBackpropFilterV2: ({ x, dy }, attributes) => filterGradient(x!, dy!, attributes.filterShape, attributes),
};
