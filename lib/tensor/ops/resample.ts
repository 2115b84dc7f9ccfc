/** Enlarging and shrinking of images by whole factors. */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../engine.ts";
import { runFused } from "../fused.ts";
import { resizeAdjoint } from "../resize_matrix.ts";

/**
 * Enlarges images with bilinear interpolation between pixel centres (half-pixel centres, edges repeated), as Keras'
 * `UpSampling2D(interpolation="bilinear")`.
 *
 * @param x `[batch, height, width, channels]`
 * @param factor whole number
 */
export function upsampleBilinear(x: tf.Tensor4D, factor = 2): tf.Tensor4D {
  const [, height, width] = x.shape;
  return differentiable(
    { x },
    () => tf.image.resizeBilinear(x, [height * factor, width * factor], false, true),
    (dy) => ({
      x: () =>
        factor === 2 ? doublingAdjoint(dy as tf.Tensor4D) : resizeAdjoint(dy as tf.Tensor4D, [height, width], {
          method: "bilinear",
          alignCorners: false,
          halfPixelCenters: true,
        }),
    }),
  ) as tf.Tensor4D;
}

/** The adjoint of a bilinear doubling: weights 1/4, 3/4, 3/4, 1/4 along each axis at every second pixel. */
function doublingAdjoint(dy: tf.Tensor4D): tf.Tensor {
  const fused = runFused("doublingAdjoint", { dy });
  if (fused !== undefined) return fused[0]!;
  const channels = dy.shape[3];
  const padded = tf.mirrorPad(dy, [[0, 0], [1, 1], [1, 1], [0, 0]], "symmetric") as tf.Tensor4D;
  const along = tf.tensor1d([0.25, 0.75, 0.75, 0.25]);
  const kernel = tf.tile(tf.reshape(tf.outerProduct(along, along), [4, 4, 1, 1]), [1, 1, channels, 1]) as tf.Tensor4D;
  return tf.depthwiseConv2d(padded, kernel, 2, "valid");
}

/**
 * Enlarges images by repeating pixels, as Keras' `UpSampling2D(interpolation="nearest")`.
 *
 * @param x `[batch, height, width, channels]`
 * @param factor whole number
 */
export function upsampleNearest(x: tf.Tensor4D, factor = 2): tf.Tensor4D {
  const [, height, width] = x.shape;
  return differentiable(
    { x },
    () => tf.image.resizeNearestNeighbor(x, [height * factor, width * factor], false, true),
    (dy) => ({ x: () => tf.mul(tf.avgPool(dy as tf.Tensor4D, factor, factor, "valid"), factor * factor) }),
  ) as tf.Tensor4D;
}

/**
 * Shrinks images by averaging squares of `factor` pixels; rows and columns left over at the end are dropped, as Keras'
 * `AveragePooling2D` does.
 *
 * @param x `[batch, height, width, channels]`
 * @param factor whole number
 */
export function averagePool(x: tf.Tensor4D, factor = 2): tf.Tensor4D {
  const [, height, width] = x.shape;
  return differentiable({ x }, () => tf.avgPool(x, factor, factor, "valid"), (dy) => ({
    x: () => {
      const [, rows, columns] = dy.shape as [number, number, number, number];
      const share: tf.Tensor4D = tf.mul(dy, 1 / (factor * factor));
      const spread = tf.image.resizeNearestNeighbor(share, [rows * factor, columns * factor], false, true);
      const [below, right] = [height - rows * factor, width - columns * factor];
      return below + right === 0 ? spread : tf.pad(spread, [[0, 0], [0, below], [0, right], [0, 0]]);
    },
  })) as tf.Tensor4D;
}
