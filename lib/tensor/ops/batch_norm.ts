/** Batch normalisation without scale and offset (Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1). */
import * as tf from "@tensorflow/tfjs";
import { differentiable, untaped } from "../engine.ts";
import { runFused } from "../fused.ts";

/** What is added to the variance before its root. Keras' default is 1e-3. */
export interface BatchNormOptions {
  readonly epsilon?: number;
}

/**
 * Normalises each channel by its mean and biased variance over batch, height and width.
 *
 * The gradient flows through the statistics, but not out of `mean` and `variance`: they are there for running averages.
 * Saves its output, which the next layer saves too, rather than its input.
 *
 * @param x `[batch, height, width, channels]`
 * @returns `output` of the shape of `x`; `mean` and `variance` of shape `[channels]`
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  options: BatchNormOptions = {},
): { output: tf.Tensor4D; mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const { epsilon = 1e-3 } = options;
  const [mean, variance, normalised] = channelMoments(x, epsilon);
  const output = differentiable({ x }, (save) => {
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const output = normalised?.clone() ?? tf.batchNorm4d(x, mean, variance, undefined, undefined, epsilon);
    save(output, inverse);
    return output;
  }, (dy, [output, inverse]) => ({
    x: () => {
      const upstream = dy as tf.Tensor4D;
      const fused = runFused("batchNormGradient", { dy, output: output!, inverse: inverse! });
      if (fused !== undefined) return fused[0]!;
      const byMean = channelMean(upstream);
      const byVariance = channelMean(tf.mul(upstream, output!) as tf.Tensor4D);
      return tf.mul(tf.sub(tf.sub(upstream, byMean), tf.mul(output!, byVariance)), inverse!);
    },
  })) as tf.Tensor4D;
  return { output, mean, variance };
}

/**
 * Normalises each channel by given statistics.
 *
 * @param x `[batch, height, width, channels]`
 * @param mean `[channels]`
 * @param variance `[channels]`
 */
export function batchNormInference(
  x: tf.Tensor4D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  options: BatchNormOptions = {},
): tf.Tensor4D {
  return tf.batchNorm4d(x, mean, variance, undefined, undefined, options.epsilon ?? 1e-3);
}

/** Mean and biased variance over batch, height and width; the output too where one kernel gives all. Constant to autodiff. */
function channelMoments(
  x: tf.Tensor4D,
  epsilon: number,
): [mean: tf.Tensor1D, variance: tf.Tensor1D, output?: tf.Tensor4D] {
  return untaped(x, () => {
    const all = runFused("batchNormTraining", { x }, { epsilon });
    if (all !== undefined) return [all[1]!, all[2]!, all[0]!];
    const fused = runFused("moments", { x });
    if (fused !== undefined) return fused;
    // Two passes: the mean of squares less the square of the mean loses its digits where a channel is nearly constant.
    const mean = channelMean(x);
    return [mean, channelMean(tf.squaredDifference(x, mean))];
  }) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor4D?];
}

/**
 * Mean over batch, height and width. Row by row first: wasm adds up in float32, one value after the other, and over a
 * whole batch that loses the digits that tell a constant channel from another.
 */
function channelMean(x: tf.Tensor4D): tf.Tensor1D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape;
    return tf.mean(tf.mean(tf.reshape(x, [batch * height, width, channels]), 1), 0);
  });
}
