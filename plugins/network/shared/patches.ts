/** Square patches of pixels as channels, and back. */
import { tf } from "denoise/plugin";

/** `[batch, height, width, channels]` to `[batch, height / side, width / side, side * side * channels]`. */
export function toPatches(x: tf.Tensor4D, side: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const split = tf.reshape(x, [batch * height / side, side, width / side, side * channels]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [batch, height / side, width / side, side * side * channels]);
}

/** The inverse of `toPatches`. */
export function fromPatches(x: tf.Tensor4D, side: number): tf.Tensor4D {
  const [batch, rows, columns, values] = x.shape;
  const channels = values / (side * side);
  const split = tf.reshape(x, [batch * rows, columns, side, side * channels]);
  return tf.reshape(tf.transpose(split, [0, 2, 1, 3]), [batch, rows * side, columns * side, channels]);
}
