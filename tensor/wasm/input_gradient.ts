/** The input gradient of a convolution for tfjs's wasm backend, whose own takes ten times as long as it needs to. */
import * as tf from "@tensorflow/tfjs";

interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly inputShape: [number, number, number, number];
}

/**
 * The gradient of `conv2d(x, filter)` for `x`: a convolution of `dy` with the filter turned round. Undefined where that
 * does not hold (strides above 1, more padding than the filter reaches).
 */
export function inputGradientByConvolution(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  { strides, pad, dimRoundingMode, inputShape }: Attributes,
): tf.Tensor4D | undefined {
  const info = tf.backend_util.computeConv2DInfo(inputShape, filter.shape, strides, 1, pad, dimRoundingMode);
  const { strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = info;
  const top = filterHeight - 1 - padInfo.top;
  const left = filterWidth - 1 - padInfo.left;
  const bottom = inputShape[1] + filterHeight - 1 - dy.shape[1] - top;
  const right = inputShape[2] + filterWidth - 1 - dy.shape[2] - left;
  if (strideHeight !== 1 || strideWidth !== 1 || Math.min(top, left, bottom, right) < 0) return undefined;
  return tf.tidy(() => {
    const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]) as tf.Tensor4D;
    return tf.conv2d(dy, turned, 1, [[0, 0], [top, bottom], [left, right], [0, 0]]);
  });
}

/** The kernel `Conv2DBackpropInput`; `slow` does what convolution cannot. */
export function inputGradientKernel(slow: tf.KernelFunc | undefined): tf.KernelFunc {
  return (call) => {
    const { dy, filter } = call.inputs as { dy: tf.Tensor4D; filter: tf.Tensor4D };
    const fast = inputGradientByConvolution(dy, filter, call.attrs as unknown as Attributes);
    if (fast !== undefined) return fast;
    if (slow === undefined) throw new Error("Cannot find the kernel Conv2DBackpropInput of tfjs's wasm backend");
    return slow(call);
  };
}
