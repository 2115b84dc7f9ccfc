/** Group normalisation (Wu and He 2018, arXiv:1803.08494, section 3.1). */
import * as tf from "@tensorflow/tfjs";
import { differentiable, untaped } from "../engine.ts";
import { runFused } from "../fused.ts";

/** How channels are grouped, and what is added to the variance before its root. Keras' default is 1e-3. */
export interface GroupNormOptions {
  /** Groups of neighbouring channels; it divides the channels. */
  readonly groups: number;
  readonly epsilon?: number;
}

/** What each channel is multiplied with after normalising, and what is added then: both `[channels]`. */
export interface ScaleAndOffset {
  readonly scale: tf.Tensor;
  readonly offset: tf.Tensor;
}

/**
 * Normalises each group of neighbouring channels of each image by its own mean and biased variance.
 *
 * Saves its input. The gradients of scale and offset and that of the input share their sums over pixels, so that these
 * are taken in one pass.
 *
 * @param x `[batch, height, width, channels]`
 * @param after default: neither scale nor offset
 * @throws {RangeError} where `groups` does not divide the channels
 */
export function groupNorm(
  x: tf.Tensor4D,
  { groups, epsilon = 1e-3 }: GroupNormOptions,
  after?: ScaleAndOffset,
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  if (channels % groups !== 0) {
    throw new RangeError(`Cannot normalise ${channels} channels in ${groups} groups: use a number that divides them`);
  }
  const pixels = height * width, inner = channels / groups;
  const grouped = (tensor: tf.Tensor) => tf.reshape(tensor, [batch, pixels, groups, inner]);
  const perChannel = (tensor: tf.Tensor) => tf.reshape(tensor, [1, 1, groups, inner]);
  const [mean, variance] = groupMoments(x, grouped) as [tf.Tensor, tf.Tensor];
  const inverse = untaped(variance, () => [tf.rsqrt(tf.add(variance, epsilon))])[0]!;
  const normalised = (x: tf.Tensor, mean: tf.Tensor, inverse: tf.Tensor) => tf.mul(tf.sub(grouped(x), mean), inverse);
  const inputs = after === undefined ? { x } : { x, ...after };

  return differentiable(inputs, (save) => {
    save(x, mean, inverse, ...after === undefined ? [] : [after.scale]);
    const values = normalised(x, mean, inverse);
    if (after === undefined) return tf.reshape(values, x.shape);
    return tf.reshape(tf.add(tf.mul(values, perChannel(after.scale)), perChannel(after.offset)), x.shape);
  }, (dy, [x, mean, inverse, scale]) => {
    // Sums over the pixels of each image, `[batch, 1, groups, inner]`: not later, as what is made for the gradient of one
    // input is freed before that of the next.
    const sums = pixelSums(grouped(dy), normalised(x!, mean!, inverse!));
    return {
      x: () => {
        const scaled = (tensor: tf.Tensor) => scale === undefined ? tensor : tf.mul(tensor, perChannel(scale));
        const [byMean, byVariance] = sums.map((sum) => tf.div(tf.sum(scaled(sum), 3, true), pixels * inner));
        const rest = tf.sub(scaled(grouped(dy)), byMean!);
        return tf.reshape(
          tf.mul(tf.sub(rest, tf.mul(normalised(x!, mean!, inverse!), byVariance!)), inverse!),
          x!.shape,
        );
      },
      scale: () => tf.reshape(tf.sum(sums[1], 0), [channels]),
      offset: () => tf.reshape(tf.sum(sums[0], 0), [channels]),
    };
  }) as tf.Tensor4D;
}

/** Mean and biased variance of each group, `[batch, 1, groups, 1]`; constant to autodiff. */
function groupMoments(x: tf.Tensor4D, grouped: (x: tf.Tensor) => tf.Tensor): tf.Tensor[] {
  return untaped(x, () => {
    const values = grouped(x);
    const fused = runFused("groupMoments", { x: values });
    if (fused !== undefined) return fused;
    // Two passes: the mean of squares less the square of the mean loses its digits where a group is nearly constant.
    const mean = groupMean(values);
    return [mean, groupMean(tf.square(tf.sub(values, mean)))];
  });
}

function pixelSums(dy: tf.Tensor, normalised: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const fused = runFused("pixelSums", { dy, values: normalised });
  return (fused ?? [tf.sum(dy, 1, true), tf.sum(tf.mul(dy, normalised), 1, true)]) as [tf.Tensor, tf.Tensor];
}

/** Mean of each group, `[batch, pixels, groups, channels]` to `[batch, 1, groups, 1]`; in two steps, as in batch normalisation. */
function groupMean(x: tf.Tensor): tf.Tensor {
  return tf.mean(tf.mean(x, 1, true), 3, true);
}
