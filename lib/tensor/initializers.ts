/** Weights at the start of training. */
import * as tf from "@tensorflow/tfjs";
import type { Random } from "./random.ts";

/** Zeros of a shape. */
export function zeros(shape: readonly number[]): tf.Tensor {
  return tf.zeros([...shape]);
}

/** Ones of a shape. */
export function ones(shape: readonly number[]): tf.Tensor {
  return tf.ones([...shape]);
}

/**
 * Uniform in ±√(6 / (fan in + fan out)): the default of Keras for convolutions and dense layers (Glorot and Bengio 2010,
 * eq. 16).
 *
 * @param random draws of exactly one item: fork it by the name of the weight
 * @param shape kernel: `[height, width, in, out]` or `[in, out]`
 */
export function glorotUniform(random: Random, shape: readonly number[]): tf.Tensor {
  const { fanIn, fanOut } = fans(shape);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return tf.tidy(() => tf.sub(tf.mul(one(random.uniform(shape), shape), 2 * limit), limit));
}

/** Normal with variance 2 / fan in, for layers followed by a rectifier (He et al. 2015, arXiv:1502.01852, eq. 10). */
export function heNormal(random: Random, shape: readonly number[]): tf.Tensor {
  return tf.tidy(() => tf.mul(one(random.normal(shape), shape), Math.sqrt(2 / fans(shape).fanIn)));
}

/** Inputs and outputs of a unit: the last two dimensions, each times the area of the kernel. */
function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new RangeError(`Cannot find fan in and fan out of shape [${shape}]: a kernel needs at least two dimensions`);
  }
  const area = shape.slice(0, -2).reduce((product, n) => product * n, 1);
  return { fanIn: area * shape.at(-2)!, fanOut: area * shape.at(-1)! };
}

function one(draws: tf.Tensor, shape: readonly number[]): tf.Tensor {
  if (draws.shape[0] !== 1) {
    throw new RangeError(`Cannot initialise one weight from draws for ${draws.shape[0]} items: use exactly one item`);
  }
  return tf.reshape(draws, [...shape]);
}
