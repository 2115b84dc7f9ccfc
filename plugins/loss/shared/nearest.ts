/** The nearest of several noises, so that pictures share less of the space of noises: immiscible diffusion. */
import { type Random, tf } from "denoise/plugin";

/**
 * For each image the one of `count` standard normal draws that is nearest to it, of the images' shape. The first draw is
 * the only one that it would get with a count of 1. One draw at a time is held beside the best: no `count` of them.
 *
 * Li et al. 2025, arXiv:2505.18521, "KNN noise selection": of k noises the nearest by the Euclidean distance.
 */
export function nearestNoise(random: Random, images: tf.Tensor4D, count: number): tf.Tensor4D {
  const [, ...shape] = images.shape;
  const draw = (stream: Random) => stream.normal(shape) as tf.Tensor4D;
  let noise = draw(random), least = distance(noise, images);
  for (let i = 1; i < count; i++) {
    const other = draw(random.fork(`choice.${i}`));
    const there = distance(other, images);
    const nearer = tf.less(there, least);
    noise = tf.where(nearer, other, noise);
    least = tf.minimum(there, least);
  }
  return noise;
}

/** Squared distance of each image, `[batch, 1, 1, 1]`. */
function distance(noise: tf.Tensor4D, images: tf.Tensor4D): tf.Tensor4D {
  return tf.sum(tf.square(tf.sub(noise, images)), [1, 2, 3], true);
}
