import * as tf from "@tensorflow/tfjs";
import { testOnBackends } from "../../tests/backends.ts";
import { checkGradients, wave } from "../../tests/numeric.ts";

type Program = { args: number[][]; fn: (...args: tf.Tensor[]) => tf.Tensor; step?: number; tolerance?: number };
const image = (x: tf.Tensor) => x as tf.Tensor4D;

/** Gradients that tfjs 4.22 has wrong, on one backend or on all. */
const mended: Record<string, Program> = {
  "bilinear resize, half-pixel centres": {
    args: [[2, 4, 5, 3]],
    fn: (x) => tf.image.resizeBilinear(image(x), [7, 3], false, true),
  },
  "bilinear resize": { args: [[2, 4, 5, 3]], fn: (x) => tf.image.resizeBilinear(image(x), [7, 3]) },
  "bilinear resize, aligned corners": {
    args: [[2, 4, 5, 3]],
    fn: (x) => tf.image.resizeBilinear(image(x), [7, 9], true),
  },
  "nearest resize": { args: [[2, 4, 5, 3]], fn: (x) => tf.image.resizeNearestNeighbor(image(x), [7, 3]) },
  "nearest resize, half-pixel centres": {
    args: [[2, 4, 5, 3]],
    fn: (x) => tf.image.resizeNearestNeighbor(image(x), [7, 11], false, true),
  },
  "nearest resize, aligned corners": {
    args: [[2, 4, 5, 3]],
    fn: (x) => tf.image.resizeNearestNeighbor(image(x), [6, 7], true),
  },
  "batch norm without scale": {
    args: [[2, 3, 4], [4], [4]],
    fn: (x, mean, variance) => tf.batchNorm(x, mean as tf.Tensor1D, tf.add(tf.square(variance), 1) as tf.Tensor1D),
  },
  "batch norm with everything": {
    args: [[2, 3, 3, 4], [4], [4], [4], [4]],
    fn: (x, mean, variance, offset, scale) => {
      const [m, v, o, s] = [mean, tf.add(tf.square(variance), 1), offset, scale] as tf.Tensor1D[];
      return tf.batchNorm(x, m!, v!, o!, s!);
    },
  },
  "cumulative sum along an axis that is not the last": { args: [[4, 3]], fn: (x) => tf.cumsum(x, 0, true) },
  "cumulative sum, backwards": { args: [[4, 3, 2]], fn: (x) => tf.cumsum(x, 1, false, true) },
  "matrix product, one side repeated": { args: [[2, 3, 4], [4, 5]], fn: (a, b) => tf.matMul(a, b) },
  "maximum, repeated": { args: [[3, 4], [4]], fn: tf.maximum },
  "minimum, repeated": { args: [[4], [3, 4]], fn: tf.minimum },
  "squared difference, repeated": { args: [[3, 4], [3, 1]], fn: tf.squaredDifference },
  "mirrored border": { args: [[1, 3, 4, 2]], fn: (x) => tf.mirrorPad(x, [[0, 0], [1, 2], [0, 1], [0, 0]], "reflect") },
  "mirrored border with edges": {
    args: [[3, 4, 2]],
    fn: (x) => tf.mirrorPad(x, [[3, 2], [0, 4], [1, 0]], "symmetric"),
  },
  "average pool with a border": { args: [[2, 6, 7, 3]], fn: (x) => tf.avgPool(image(x), 3, 2, "same") },
  "average pool with an explicit border": { args: [[2, 6, 7, 3]], fn: (x) => tf.avgPool(image(x), 3, 2, 1) },
  "a choice by what is differentiated": {
    args: [[3, 4], [3, 4]],
    fn: (a, b) => tf.where(tf.greater(a, b), tf.square(a), tf.mul(b, 3)),
  },
};

/** Gradients that tfjs has right, as far as plugins are likely to reach. */
const right: Record<string, Program> = {
  "add, repeated": { args: [[2, 1, 3], [4, 1]], fn: tf.add },
  "subtract, repeated": { args: [[3], [2, 3]], fn: tf.sub },
  "multiply, repeated": { args: [[2, 1, 3], [4, 1]], fn: tf.mul },
  "divide, repeated": { args: [[2, 3], [3]], fn: (a, b) => tf.div(a, tf.add(tf.square(b), 1)) },
  power: { args: [[4], [3, 1]], fn: (a, b) => tf.pow(tf.add(tf.abs(a), 0.5), b) },
  "arc tangent of two": { args: [[3, 4], [4]], fn: (a, b) => tf.atan2(a, tf.add(b, 2)) },
  "exponential and logarithm": {
    args: [[5]],
    fn: (x) => tf.addN([tf.log(tf.add(tf.exp(x), 1)), tf.expm1(x), tf.log1p(tf.square(x))]),
  },
  roots: { args: [[5]], fn: (x) => tf.add(tf.sqrt(tf.add(tf.square(x), 1)), tf.rsqrt(tf.add(tf.square(x), 1))) },
  trigonometry: {
    args: [[5]],
    fn: (x) => tf.addN([tf.sin(x), tf.cos(x), tf.tan(x), tf.atan(x), tf.asin(tf.mul(x, 0.9))]),
  },
  hyperbolic: {
    args: [[5]],
    fn: (x) => tf.addN([tf.sinh(x), tf.cosh(x), tf.tanh(x), tf.asinh(x), tf.atanh(tf.mul(x, 0.9))]),
  },
  activations: {
    args: [[7]],
    fn: (x) => tf.addN([tf.sigmoid(x), tf.elu(x), tf.selu(x), tf.relu(x), tf.leakyRelu(x), tf.softplus(x), tf.erf(x)]),
  },
  prelu: { args: [[3, 4], [4]], fn: tf.prelu },
  "clip and absolute": {
    args: [[3, 4]],
    fn: (a) => tf.add(tf.clipByValue(a, -0.5, 0.5), tf.abs(a)),
  },
  softmax: { args: [[3, 5]], fn: (x) => tf.softmax(x) },
  "log softmax": { args: [[3, 5]], fn: (x) => tf.logSoftmax(x) },
  "log sum exp": { args: [[3, 5]], fn: (x) => tf.logSumExp(x, 1) },
  "sum over some axes": { args: [[2, 3, 4]], fn: (x) => tf.square(tf.sum(x, [0, 2])) },
  "mean, axes kept": { args: [[2, 3, 4]], fn: (x) => tf.square(tf.mean(x, [1], true)) },
  "largest and smallest": { args: [[3, 4]], fn: (x) => tf.add(tf.max(x, 1), tf.min(x, 1)) },
  product: { args: [[3, 4]], fn: (x) => tf.prod(x, 1) },
  moments: { args: [[3, 4, 2]], fn: (x) => tf.moments(x, [0, 1]).variance },
  norm: { args: [[3, 4]], fn: (x) => tf.norm(x, 2, 1) },
  transpose: { args: [[2, 3, 4]], fn: (x) => tf.transpose(x, [2, 0, 1]) },
  "reshape, reverse, expand": { args: [[2, 6]], fn: (x) => tf.expandDims(tf.reverse(tf.reshape(x, [3, 4]), 1), 1) },
  concat: { args: [[2, 3], [2, 1]], fn: (a, b) => tf.concat([a, b, a], 1) },
  "slice and pad": { args: [[4, 5]], fn: (x) => tf.pad(tf.slice(x, [1, 2], [2, 3]), [[1, 0], [0, 2]], 3) },
  "tile and broadcast": {
    args: [[2, 1]],
    fn: (x) => tf.add(tf.tile(x, [2, 3]), tf.broadcastTo(tf.slice(x, 0, 1), [4, 3])),
  },
  "split, stack": { args: [[6, 2]], fn: (x) => tf.stack(tf.split(x, [1, 3, 2]).map((part) => tf.sum(part, 0)), 1) },
  unstack: { args: [[3, 4]], fn: (x) => tf.mul(tf.unstack(x, 1)[1]!, tf.unstack(x, 1)[3]!) },
  "gather rows": { args: [[5, 3]], fn: (x) => tf.gather(x, tf.tensor1d([4, 0, 4], "int32")) },
  "gather columns": { args: [[2, 5]], fn: (x) => tf.gather(x, tf.tensor1d([1, 1, 3], "int32"), 1) },
  "matrix product": { args: [[3, 4], [4, 5]], fn: (a, b) => tf.matMul(a, b) },
  "matrix product, transposed": { args: [[2, 4, 3], [2, 5, 4]], fn: (a, b) => tf.matMul(a, b, true, true) },
  convolution: {
    args: [[2, 6, 7, 3], [3, 3, 3, 4]],
    fn: (x, k) => tf.conv2d(image(x), image(k), 2, "same"),
  },
  "transposed convolution": {
    args: [[2, 3, 4, 3], [3, 3, 5, 3]],
    fn: (x, k) => tf.conv2dTranspose(image(x), image(k), [2, 6, 8, 5], 2, "same"),
  },
  "depthwise convolution": {
    args: [[2, 6, 7, 3], [3, 3, 3, 2]],
    fn: (x, k) => tf.depthwiseConv2d(image(x), image(k), 2, "same"),
  },
  "largest of a pool": {
    args: [[2, 6, 7, 3]],
    fn: (x) => tf.maxPool(image(x), 3, 2, "same"),
    step: 1e-4,
    tolerance: 2e-2,
  },
  "space to batch and back": {
    args: [[1, 4, 6, 2]],
    fn: (x) => tf.batchToSpaceND(tf.spaceToBatchND(x, [2, 2], [[0, 0], [2, 0]]), [2, 2], [[1, 0], [0, 1]]),
  },
};

for (const [name, { args, fn, ...options }] of [...Object.entries(mended), ...Object.entries(right)]) {
  testOnBackends(`gradients are like finite differences: ${name}`, () => {
    const inputs = Object.fromEntries(args.map((shape, i) => [`arg${i}`, wave(shape, i)]));
    checkGradients((given) => fn(...Object.values(given)), inputs, options);
  });
}
