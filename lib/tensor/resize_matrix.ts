/** Resizing as two matrix products, one for rows and one for columns: what the gradients of resizing are made of. */
import * as tf from "@tensorflow/tfjs";

/** How output pixels are placed over input pixels, as tfjs names it. */
export interface ResizeGrid {
  readonly method: "bilinear" | "nearest";
  /** The centres of the corner pixels stay where they are. */
  readonly alignCorners: boolean;
  /** Pixel centres are at halves, as in TensorFlow 2 and Keras. */
  readonly halfPixelCenters: boolean;
}

/** The weight of each input pixel in each output pixel along one axis: `output * input` numbers, row by row. */
function resizeMatrix(input: number, output: number, grid: ResizeGrid): Float32Array {
  const { method, alignCorners, halfPixelCenters } = grid;
  const scale = alignCorners && output > 1 ? (input - 1) / (output - 1) : input / output;
  const weights = new Float32Array(output * input);
  const inside = (i: number) => Math.min(Math.max(i, 0), input - 1);
  const add = (o: number, i: number, weight: number) => weights[o * input + inside(i)]! += weight;
  for (let o = 0; o < output; o++) {
    if (method === "nearest") {
      const place = halfPixelCenters ? (o + 0.5) * scale : o * scale;
      add(o, alignCorners ? Math.round(place) : Math.floor(place), 1);
    } else {
      const place = halfPixelCenters ? (o + 0.5) * scale - 0.5 : o * scale;
      const low = Math.floor(place);
      add(o, low, 1 - (place - low));
      add(o, low + 1, place - low);
    }
  }
  return weights;
}

/**
 * The gradient of a resize for its input: the adjoint of both matrices.
 *
 * @param dy gradient of the output, `[batch, outHeight, outWidth, channels]`
 * @param size height and width of the input
 */
export function resizeAdjoint(dy: tf.Tensor4D, size: readonly [number, number], grid: ResizeGrid): tf.Tensor4D {
  const [batch, outHeight, outWidth, channels] = dy.shape;
  const [height, width] = size;
  return tf.tidy(() => {
    const adjoint = (input: number, output: number) =>
      tf.transpose(tf.tensor2d(resizeMatrix(input, output, grid), [output, input])).expandDims<tf.Tensor3D>(0);
    const rows = tf.matMul(adjoint(height, outHeight), tf.reshape(dy, [batch, outHeight, outWidth * channels]));
    const columns = tf.matMul(adjoint(width, outWidth), tf.reshape(rows, [batch * height, outWidth, channels]));
    return tf.reshape(columns, [batch, height, width, channels]);
  });
}
