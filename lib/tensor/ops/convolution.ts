/** Two-dimensional convolution with bias. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../engine.ts";

/** How the kernel moves over the image. */
export interface ConvolutionOptions {
  /** Step of the kernel in pixels. Default 1. */
  readonly strides?: number | readonly [number, number];
  /** `same` pads with zeros to `ceil(size / strides)`; a number is pixels on each side. Default `same`. */
  readonly pad?: "same" | "valid" | number;
}

/**
 * Convolution, bias added in the same pass; gradients only where they are needed, and the output is not saved.
 *
 * @param x `[batch, height, width, in]`
 * @param kernel `[height, width, in, out]`
 * @param bias `[out]`, or undefined for none
 */
export function conv2d(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias?: tf.Tensor1D,
  options: ConvolutionOptions = {},
): tf.Tensor4D {
  const { strides: step = 1, pad: border = "same" } = options;
  const strides: [number, number] = typeof step === "number" ? [step, step] : [...step];
  // tfjs takes a plain number for a square kernel with equal strides, and computes a wrong size for others.
  const pad: Padding = typeof border === "string" ? border : [[0, 0], [border, border], [border, border], [0, 0]];
  const backward = (dy: tf.Tensor4D, x: tf.Tensor4D, kernel: tf.Tensor4D) => ({
    x: () => inputGradient(x.shape, dy, kernel, strides, pad),
    kernel: () => filterGradient(x, dy, kernel.shape, strides, pad),
  });
  if (bias === undefined) {
    return differentiable({ x, kernel }, (save) => {
      save(x, kernel);
      return tf.conv2d(x, kernel, strides, pad);
    }, (dy, [x, kernel]) => backward(dy as tf.Tensor4D, x as tf.Tensor4D, kernel as tf.Tensor4D)) as tf.Tensor4D;
  }
  return differentiable({ x, kernel, bias }, (save) => {
    save(x, kernel);
    return tf.fused.conv2d({ x, filter: kernel, bias, strides, pad });
  }, (dy, [x, kernel]) => ({
    ...backward(dy as tf.Tensor4D, x as tf.Tensor4D, kernel as tf.Tensor4D),
    bias: () => tf.sum(tf.reshape(dy, [-1, dy.shape.at(-1)!]), 0),
  })) as tf.Tensor4D;
}

type Padding = "same" | "valid" | tf.backend_util.ExplicitPadding;

// tfjs has functions for both, but exports them only as methods of its gradients.
function inputGradient(
  inputShape: number[],
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  strides: [number, number],
  pad: Padding,
): tf.Tensor {
  return tf.engine().runKernel("Conv2DBackpropInput", { dy, filter }, { strides, pad, dataFormat: "NHWC", inputShape });
}

function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: number[],
  strides: [number, number],
  pad: Padding,
): tf.Tensor {
  return tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, { strides, pad, dataFormat: "NHWC", filterShape });
}
