/** Changes of colour as torchvision makes them of pictures in float32 (`transforms.functional`), one amount a picture. */
import { tf } from "denoise/plugin";

const luma = [0.2989, 0.587, 0.114]; // parts of red, green and blue in grey

/** Black as 0, white as 1: `factor · picture`, cut off at 1. */
export function brighten(images: tf.Tensor4D, factor: tf.Tensor): tf.Tensor4D {
  return tf.clipByValue(tf.mul(images, factor), 0, 1);
}

/** Away from the mean grey of the picture, or towards it: `factor · picture + (1 - factor) · mean`. */
export function contrast(images: tf.Tensor4D, factor: tf.Tensor): tf.Tensor4D {
  return blend(images, tf.mean(grey(images), [1, 2, 3], true), factor);
}

/** Away from grey, or towards it: `factor · picture + (1 - factor) · grey`. `images`: of three channels. */
export function saturate(images: tf.Tensor4D, factor: tf.Tensor): tf.Tensor4D {
  return blend(images, grey(images), factor);
}

/**
 * Turns all hues by a part of the circle, keeping value and saturation of HSV (Smith 1978, "Color gamut transform pairs").
 *
 * @param images of three channels
 * @param turn `[batch, 1, 1, 1]`: 0.5 makes red cyan
 */
export function turnHue(images: tf.Tensor4D, turn: tf.Tensor): tf.Tensor4D {
  const [red, green, blue] = tf.split<tf.Tensor4D>(images, 3, 3) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
  const value = tf.max(images, 3, true);
  const range = tf.sub(value, tf.min(images, 3, true));
  const divisor = tf.where(tf.equal(range, 0), tf.onesLike(range), range); // grey has no hue: any will do
  const part = (from: tf.Tensor, to: tf.Tensor, at: number) => tf.add(tf.div(tf.sub(from, to), divisor), at);
  // In sixths of the circle, from the channel that is largest.
  const sixths = tf.where(
    tf.equal(red, value),
    part(green, blue, 0),
    tf.where(tf.equal(green, value), part(blue, red, 2), part(red, green, 4)),
  );
  const turned = tf.add(sixths, tf.mul(turn, 6));
  // Each channel is at its value but where the hue is far from it: there it falls by the range.
  const channel = (place: number) => {
    const at = tf.add(turned, place);
    const within = tf.sub(at, tf.mul(tf.floor(tf.div(at, 6)), 6)); // 0 to 6
    const falls = tf.clipByValue(tf.minimum(within, tf.sub(4, within)), 0, 1);
    return tf.sub(value, tf.mul(range, falls));
  };
  return tf.concat([channel(5), channel(3), channel(1)], 3) as tf.Tensor4D;
}

/** One channel of grey; of one channel, the picture itself. */
function grey(images: tf.Tensor4D): tf.Tensor4D {
  return images.shape[3] === 1 ? images : tf.sum(tf.mul(images, tf.tensor1d(luma)), 3, true);
}

function blend(images: tf.Tensor4D, other: tf.Tensor, factor: tf.Tensor): tf.Tensor4D {
  return tf.clipByValue(tf.add(tf.mul(images, factor), tf.mul(other, tf.sub(1, factor))), 0, 1);
}
