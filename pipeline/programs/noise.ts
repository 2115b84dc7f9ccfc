/** The noise that images begin with, and what lies between two noises. */
import * as tf from "@tensorflow/tfjs";
import { createRandom } from "../../lib/tensor/mod.ts";

/** What each image is drawn from. A type, so that it is a tree of tensors. */
export type SampleKeys = {
  seed: tf.Tensor;
  item: tf.Tensor;
  /** Where images begin between two noises: items of the other ones, int32 `[batch]`. */
  other?: tf.Tensor;
  /** How far they are from the noise of `item` to that of `other`, from 0 to 1, float32 `[batch]`. */
  fraction?: tf.Tensor;
  label?: tf.Tensor;
  /** Pictures in `[0, 1]` that images begin from, `[batch, height, width, channels]`. */
  picture?: tf.Tensor;
  /** Where they are drawn anew, 1, and where they stay, 0: `[batch, height, width, 1]`. */
  mask?: tf.Tensor;
  /** What images begin with, in place of all this, `[batch, height, width, channels]`. */
  start?: tf.Tensor;
};

/** Standard normal noise of images of a shape, `[batch, ...shape]`. */
export function initialNoise(
  { seed, item, other, fraction }: SampleKeys,
  shape: [number, number, number],
): tf.Tensor4D {
  const of = (items: tf.Tensor) =>
    createRandom({ seed, stream: "sample", step: tf.scalar(0, "int32"), items }).normal(shape) as tf.Tensor4D;
  return other === undefined || fraction === undefined ? of(item) : slerp(of(item), of(other), fraction);
}

/**
 * Spherical interpolation of the directions of two noises, `[batch, ...]`, and linear interpolation of their lengths, by
 * `[batch]` fractions. A straight line would pass where Gaussian noise hardly ever is: near the centre, where all is too
 * grey. Directions that are the same stay; those that are opposite have no arc between them.
 *
 * Shoemake 1985, "Animating rotation with quaternion curves", section 3.3.
 */
export function slerp<T extends tf.Tensor>(from: T, to: T, fraction: tf.Tensor): T {
  const batch = from.shape[0]!;
  const along = tf.reshape(fraction, [batch, 1]);
  const [a, b] = [from, to].map((noise) => tf.reshape(noise, [batch, -1])) as [tf.Tensor2D, tf.Tensor2D];
  const [lengthA, lengthB] = [tf.norm(a, 2, 1, true), tf.norm(b, 2, 1, true)];
  const [unitA, unitB] = [tf.div(a, lengthA), tf.div(b, lengthB)];
  const angle = tf.acos(tf.clipByValue(tf.sum(tf.mul(unitA, unitB), 1, true), -1, 1));
  const sine = tf.sin(angle);
  const straight = tf.less(sine, 1e-4);
  const safe = tf.where(straight, tf.onesLike(sine), sine);
  const rest = tf.sub(1, along);
  const weight = (part: tf.Tensor) => tf.where(straight, part, tf.div(tf.sin(tf.mul(part, angle)), safe));
  const direction = tf.add(tf.mul(weight(rest), unitA), tf.mul(weight(along), unitB));
  const length = tf.add(tf.mul(rest, lengthA), tf.mul(along, lengthB));
  return tf.reshape(tf.mul(direction, length), from.shape) as T;
}
