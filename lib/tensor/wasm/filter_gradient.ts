/** The filter gradient of any convolution by tfjs's own kernels, for those that ours do not fit. */
import * as tf from "@tensorflow/tfjs";

interface Attributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly filterShape: [number, number, number, number];
}

/**
 * The gradient of `conv2d(x, filter)` for its filter, from a convolution over transposed tensors: the batch takes the
 * place of the channels, `dy` that of the filter, and strides become dilations.
 */
export function filterGradientByConvolution(x: tf.Tensor4D, dy: tf.Tensor4D, attributes: Attributes): tf.Tensor4D {
  const { strides, pad, filterShape, dimRoundingMode } = attributes;
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = tf.backend_util.computeConv2DInfo(
    x.shape,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return tf.tidy(() => {
    const [, height, width] = x.shape;
    const [, outHeight, outWidth] = dy.shape;
    // Padding below may be more than what the last window reaches, or less where the stride does not divide: then cut.
    const reach = (out: number, stride: number, filter: number) => (out - 1) * stride + filter;
    const below = reach(outHeight, strideHeight, filterHeight) - height - padInfo.top;
    const right = reach(outWidth, strideWidth, filterWidth) - width - padInfo.left;
    const cut = tf.slice(x, [0, 0, 0, 0], [-1, height + Math.min(below, 0), width + Math.min(right, 0), -1]);
    const padded = tf.pad(cut, [
      [0, 0],
      [padInfo.top, Math.max(below, 0)],
      [padInfo.left, Math.max(right, 0)],
      [0, 0],
    ]);
    const images = tf.transpose(padded, [3, 1, 2, 0]) as tf.Tensor4D;
    const filter = tf.transpose(dy, [1, 2, 0, 3]) as tf.Tensor4D;
    const byInput = tf.conv2d(images, filter, 1, "valid", "NHWC", [strideHeight, strideWidth]);
    return tf.transpose(byInput, [1, 2, 0, 3]) as tf.Tensor4D;
  });
}
