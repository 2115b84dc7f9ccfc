/** Group normalisation without scale and offset (Wu and He 2018, arXiv:1803.08494, section 3.1). */
import * as tf from "@tensorflow/tfjs";
import { differentiable } from "../engine.ts";

/** How channels are grouped, and what is added to the variance before its root. Keras' default is 1e-3. */
export interface GroupNormOptions {
  /** Groups of neighbouring channels; it divides the channels. */
  readonly groups: number;
  readonly epsilon?: number;
}

/**
 * Normalises each group of neighbouring channels of each image by its own mean and biased variance.
 *
 * Saves its output, which a scale after it saves too, rather than its input.
 *
 * @param x `[batch, height, width, channels]`
 * @throws {RangeError} where `groups` does not divide the channels
 */
export function groupNorm(x: tf.Tensor4D, { groups, epsilon = 1e-3 }: GroupNormOptions): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  if (channels % groups !== 0) {
    throw new RangeError(`Cannot normalise ${channels} channels in ${groups} groups: use a number that divides them`);
  }
  const grouped = (tensor: tf.Tensor) => tf.reshape(tensor, [batch, height * width, groups, channels / groups]);
  return differentiable({ x }, (save) => {
    const values = grouped(x);
    // Two passes: the mean of squares less the square of the mean loses its digits where a group is nearly constant.
    const centred = tf.sub(values, groupMean(values));
    const inverse = tf.rsqrt(tf.add(groupMean(tf.square(centred)), epsilon));
    const output = tf.reshape(tf.mul(centred, inverse), x.shape);
    save(output, inverse);
    return output;
  }, (dy, [output, inverse]) => ({
    x: () => {
      const upstream = grouped(dy), normalised = grouped(output!);
      const alongOutput = tf.mul(normalised, groupMean(tf.mul(upstream, normalised)));
      return tf.reshape(tf.mul(tf.sub(tf.sub(upstream, groupMean(upstream)), alongOutput), inverse!), x.shape);
    },
  })) as tf.Tensor4D;
}

/** Mean of each group, `[batch, pixels, groups, channels]` to `[batch, 1, groups, 1]`; in two steps, as in batch normalisation. */
function groupMean(x: tf.Tensor): tf.Tensor {
  return tf.mean(tf.mean(x, 1, true), 3, true);
}
