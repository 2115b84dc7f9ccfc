/** From pictures to numbers that describe their edges and textures, by filters that nobody trained. */
import { createRandom, seedTensor, tf } from "denoise/plugin";

const filters = 32; // of each layer
const [first, second] = [5, 3]; // sides of the filters, in pixels
const smallest = 8; // pixels: a picture is halved as long as it has as many

/** How often pictures are looked at, each time at half the size. */
export function levels(side: number): number {
  return Math.max(1, Math.floor(Math.log2(side / smallest)) + 1);
}

/** Numbers that describe a picture: mean and spread of each filter of both layers, at each size. */
export function dimensionsOf(side: number): number {
  return 4 * filters * levels(side);
}

/**
 * Features of pictures, `[count, dimensionsOf(side)]`: what two layers of random filters find in a picture, and in its
 * halves, mean and standard deviation over the picture. Each layer takes absolute values, as a scattering transform does
 * (Bruna and Mallat 2013, arXiv:1203.1513). Filters of sum zero do not see plain colour, so that faults of detail count.
 *
 * @param pictures `[count, height, width, channels]` in 0…1
 */
export function extract(pictures: tf.Tensor4D): tf.Tensor2D {
  const [, height, width, channels] = pictures.shape;
  const found: tf.Tensor2D[] = [];
  let current = tf.sub<tf.Tensor4D>(tf.mul(pictures, 2), 1);
  for (let level = 0; level < levels(Math.min(height, width)); level++) {
    if (level > 0) current = tf.avgPool(current, 2, 2, "valid");
    const edges = respond(current, bank(`level ${level} first`, first, channels));
    const textures = respond(edges, bank(`level ${level} second`, second, filters));
    found.push(...statistics(edges), ...statistics(textures));
  }
  return tf.concat(found, 1);
}

function respond(images: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  return tf.abs(tf.conv2d(images, kernel, 1, "same"));
}

/** Filters of sum zero, the same for a name every time, `[side, side, channels, filters]`. */
export function bank(name: string, side: number, channels: number): tf.Tensor4D {
  const key = { seed: seedTensor(0), step: tf.scalar(0, "int32"), items: tf.range(0, filters, 1, "int32") };
  const drawn = createRandom({ ...key, stream: `feature-distance ${name}` }).normal([side, side, channels]);
  const balanced = tf.sub(drawn, tf.mean(drawn, [1, 2], true));
  return tf.mul(tf.transpose(balanced, [1, 2, 3, 0]), Math.sqrt(2 / (side * side * channels)));
}

/** Mean and standard deviation over the picture, `[count, filters]` each. */
function statistics(images: tf.Tensor4D): tf.Tensor2D[] {
  const { mean, variance } = tf.moments(images, [1, 2], true);
  const flat = (x: tf.Tensor) => tf.reshape(x, [images.shape[0], -1]) as tf.Tensor2D;
  return [flat(mean), flat(tf.sqrt(tf.add(variance, 1e-6)))];
}
