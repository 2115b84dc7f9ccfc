import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { createRandom, initializers, ops, seedTensor, type TensorRecord, type Tree, valueAndGrad } from "../mod.ts";
import { specs, traceCost } from "./mod.ts";

const float = (...shape: number[]) => ({ shape, dtype: "float32" as const });

/** Programs that together reach the kernels of common layers, their gradients included where `grad` is set. */
const programs: Record<
  string,
  { args: number[][]; fn: (...args: tf.Tensor[]) => tf.Tensor | tf.Tensor[]; grad?: boolean }
> = {
  unary: {
    args: [[3, 4]],
    fn: (x) => {
      const plain = [
        tf.abs,
        tf.exp,
        tf.log1p,
        tf.sin,
        tf.cos,
        tf.tanh,
        tf.sqrt,
        tf.square,
        tf.sigmoid,
        tf.relu,
        tf.elu,
      ];
      const rest = [
        tf.neg,
        tf.floor,
        tf.softplus,
        tf.reciprocal,
        tf.rsqrt,
        tf.erf,
        tf.sign,
        tf.atan,
        tf.selu,
        tf.expm1,
      ];
      return tf.addN([...plain, ...rest].map((f) => f(x)));
    },
    grad: true,
  },
  binary: {
    args: [[3, 1, 4], [5, 1]],
    fn: (a, b) => tf.add(tf.mul(a, b), tf.maximum(tf.sub(a, b), tf.div(a, tf.add(tf.abs(b), 1)))),
    grad: true,
  },
  compare: { args: [[3, 4], [4]], fn: (a, b) => [tf.greater(a, b), tf.where(tf.less(a, b), a, tf.zerosLike(a))] },
  power: { args: [[3], [3]], fn: (a, b) => tf.pow(tf.abs(a), tf.squaredDifference(a, b)), grad: true },
  reduce: {
    args: [[2, 3, 4]],
    fn: (x) => tf.addN([tf.sum(x, 1), tf.mean(x, -2), tf.max(x, 1), tf.min(x, [1])]),
    grad: true,
  },
  "reduce, keeping": {
    args: [[2, 3, 4]],
    fn: (
      x,
    ) => [tf.sum(x, [0, 2], true), tf.mean(x, 1, true), tf.argMax(x, 1), tf.any(tf.greater(x, 0), 0), tf.prod(x, 2)],
  },
  moments: { args: [[2, 3, 4]], fn: (x) => tf.moments(x, [0, 1]).variance, grad: true },
  softmax: { args: [[5, 4]], fn: (x) => tf.add(tf.softmax(x), tf.logSoftmax(x)), grad: true },
  arrange: {
    args: [[2, 3, 4]],
    fn: (x) =>
      tf.concat(
        [tf.reverse(tf.transpose(x, [0, 2, 1]), 1), tf.tile(tf.slice(x, [0, 0, 1], [2, 1, -1]), [1, 4, 1])],
        1.0 * 2,
      ),
    grad: true,
  },
  split: { args: [[6, 4]], fn: (x) => tf.stack([...tf.split(x, 3), ...tf.split(x, [2, 2, 2])], 1), grad: true },
  unstack: { args: [[3, 4]], fn: (x) => tf.addN(tf.unstack(x, 1)), grad: true },
  pad: {
    args: [[1, 3, 4, 2]],
    fn: (x) => tf.mirrorPad(tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]]), [[0, 0], [1, 1], [1, 1], [0, 0]], "reflect"),
  },
  "strided slice": { args: [[5, 6]], fn: (x) => tf.stridedSlice(x, [0, 1], [5, 6], [2, 3]) },
  gather: {
    args: [[5, 3]],
    fn: (x) => tf.gather(x, tf.tensor1d([0, 4, 4], "int32")),
    grad: true,
  },
  "other sources": {
    args: [[4]],
    fn: () => [
      tf.oneHot(tf.tensor1d([1, 2], "int32"), 5),
      tf.range(0, 7, 2),
      tf.linspace(0, 1, 4),
      tf.fill([2, 2], 3),
      tf.eye(3),
    ],
  },
  cumulate: { args: [[4, 3]], fn: (x) => tf.cumsum(x, 0), grad: true },
  topk: {
    args: [[4, 7]],
    fn: (x) => {
      const { values, indices } = tf.topk(x, 3);
      return [values, indices];
    },
  },
  "matrix product": { args: [[2, 3, 4], [5, 4]], fn: (a, b) => tf.matMul(a, tf.transpose(b)), grad: true },
  "matrix products": { args: [[2, 3, 4], [2, 5, 4]], fn: (a, b) => tf.matMul(a, b, false, true), grad: true },
  einsum: { args: [[2, 3, 4], [2, 4, 5]], fn: (a, b) => tf.einsum("bij,bjk->bik", a, b) },
  convolution: {
    args: [[2, 7, 6, 3], [3, 3, 3, 4]],
    fn: (x, k) => tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 2, "same"),
    grad: true,
  },
  "transposed convolution": {
    args: [[2, 4, 4, 3], [3, 3, 5, 3]],
    fn: (x, k) => tf.conv2dTranspose(x as tf.Tensor4D, k as tf.Tensor4D, [2, 8, 8, 5], 2, "same"),
    grad: true,
  },
  depthwise: {
    args: [[2, 7, 6, 3], [3, 3, 3, 2]],
    fn: (x, k) => tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, "same"),
    grad: true,
  },
  pooling: {
    args: [[2, 6, 6, 3]],
    fn: (x) => tf.add(tf.avgPool(x as tf.Tensor4D, 2, 2, "valid"), tf.maxPool(x as tf.Tensor4D, 3, 2, "same")),
    grad: true,
  },
  resizing: {
    args: [[2, 4, 4, 3]],
    fn: (x) =>
      tf.add(
        tf.image.resizeBilinear(x as tf.Tensor4D, [8, 6]),
        tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [8, 6]),
      ),
    grad: true,
  },
  "space to batch": {
    args: [[1, 4, 4, 2]],
    fn: (x) => tf.batchToSpaceND(tf.spaceToBatchND(x, [2, 2], [[0, 0], [0, 0]]), [2, 2], [[0, 0], [1, 1]]),
    grad: true,
  },
  "depth to space": { args: [[1, 4, 4, 8]], fn: (x) => tf.depthToSpace(x as tf.Tensor4D, 2, "NHWC") },
  "batch norm": {
    args: [[2, 3, 3, 4], [4], [4]],
    fn: (x, mean, variance) => tf.batchNorm(x, mean as tf.Tensor1D, tf.square(variance) as tf.Tensor1D),
    grad: true,
  },
  "our layers": {
    args: [[2, 8, 6, 3], [3, 3, 3, 4], [4]],
    fn: (x, k, b) => {
      const y = ops.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, b as tf.Tensor1D);
      const normal = ops.batchNormTraining(y);
      const shrunk = ops.averagePool(ops.swish(normal.output));
      return tf.add(ops.upsampleBilinear(shrunk), ops.upsampleNearest(shrunk));
    },
    grad: true,
  },
};

for (const [name, { args, fn, grad = false }] of Object.entries(programs)) {
  Deno.test(`traceCost() finds the shapes that cpu gives: ${name}${grad ? ", with gradients" : ""}`, async () => {
    const program = (...args: tf.Tensor[]): Tree => {
      if (!grad) return fn(...args);
      const named = Object.fromEntries(args.map((arg, i) => [`arg${i}`, arg]));
      return valueAndGrad((given: TensorRecord) => {
        const output = [fn(...Object.values(given))].flat();
        return { loss: tf.sum(tf.addN(output.map((t) => tf.sum(t)))) as tf.Scalar, aux: output };
      })(named);
    };
    await tf.setBackend("cpu");
    const before = tf.memory().numTensors;
    const expected = tf.tidy(() =>
      specs(program(...args.map((shape) => tf.ones(shape)))) as unknown as tf.TensorContainer
    );
    const { output, kernels, flops } = await traceCost(program, args.map((shape) => float(...shape)), name);
    assert.deepEqual(output, expected);
    assert.ok(Object.keys(kernels).length > 0 && Number.isFinite(flops.elementwise));
    assert.equal(tf.getBackend(), "cpu");
    assert.equal(tf.memory().numTensors, before);
  });
}

Deno.test("traceCost() counts multiply-adds of convolutions and matrix products, forward and backward", async () => {
  const forward = 2 * (2 * 8 * 8) * (3 * 3 * 3 * 4);
  const conv = (x: tf.Tensor, k: tf.Tensor) => ops.conv2d(x as tf.Tensor4D, k as tf.Tensor4D);
  const args = [float(2, 8, 8, 3), float(3, 3, 3, 4)];
  assert.equal((await traceCost(conv, args)).flops.convolution, forward);
  const loss = (x: tf.Tensor, k: tf.Tensor) => ({ loss: tf.sum(conv(x, k)) as tf.Scalar, aux: [] });
  const kernelOnly = await traceCost(
    (x, k) => valueAndGrad(({ k }) => loss(x as tf.Tensor, k!))({ k: k as tf.Tensor }),
    args,
  );
  assert.equal(kernelOnly.flops.convolution, 2 * forward);
  const both = await traceCost(
    (x, k) => valueAndGrad(({ x, k }) => loss(x!, k!))({ x: x as tf.Tensor, k: k as tf.Tensor }),
    args,
  );
  assert.equal(both.flops.convolution, 3 * forward);
  const matMul = await traceCost((a, b) => tf.matMul(a as tf.Tensor, b as tf.Tensor), [float(3, 4), float(4, 5)]);
  assert.deepEqual(matMul.flops, { convolution: 0, matmul: 2 * 3 * 4 * 5, elementwise: 0 });
});

Deno.test("traceCost() finds the most bytes held at once, data that is shared counted once", async () => {
  const kilobyte = float(256);
  const peak = async (fn: (x: tf.Tensor) => Tree) => (await traceCost((x) => fn(x as tf.Tensor), [kilobyte])).peakBytes;
  assert.equal(await peak((x) => x), 1024);
  assert.equal(await peak((x) => tf.reshape(tf.clone(x), [16, 16])), 1024);
  assert.equal(await peak((x) => tf.exp(x)), 2048);
  assert.equal(await peak((x) => tf.exp(tf.exp(tf.exp(x)))), 4096);
  assert.equal(await peak((x) => tf.exp(tf.tidy(() => tf.exp(tf.tidy(() => tf.exp(x)))))), 3072);
  const once = await traceCost((x) => [x as tf.Tensor, tf.clone(x as tf.Tensor)], [kilobyte]);
  assert.deepEqual([once.argumentBytes, once.resultBytes], [1024, 1024]);
});

Deno.test("traceCost() traces random draws, initialisers and trees of arguments", async () => {
  const { output, kernels } = await traceCost(
    (state: Tree, items: Tree) => {
      const { seed } = state as { seed: tf.Tensor };
      const random = createRandom({ seed, stream: "test", step: tf.scalar(0, "int32"), items: items as tf.Tensor });
      return { noise: random.normal([4, 4]), kernel: initializers.glorotUniform(random.fork("kernel"), [3, 3, 2, 2]) };
    },
    [{ seed: seedTensor(1) }, { shape: [1], dtype: "int32" }],
  );
  assert.deepEqual(output, { noise: float(1, 4, 4), kernel: float(3, 3, 2, 2) });
  assert.equal(kernels.DenoiseRandomNormal, 1);
});

Deno.test("traceCost() says which kernel has no rule, and that values cannot be read, and gives the backend back", async () => {
  await tf.setBackend("cpu");
  const unknown = (x: tf.Tensor) => tf.unique(x as tf.Tensor1D).values;
  await assert.rejects(traceCost((x) => unknown(x as tf.Tensor), [float(4)], "the step"), {
    name: "UnknownOpError",
    kernel: "Unique",
    message: 'Cannot tell what the step costs: the kernel "Unique" has no shape rule',
  });
  const reads = (x: Tree) => tf.scalar((x as tf.Tensor).dataSync()[0]!);
  await assert.rejects(traceCost(reads, [float(4)]), /Cannot read the values of a tensor while only shapes are traced/);
  assert.equal(tf.getBackend(), "cpu");
  const both = await Promise.all([
    traceCost((x) => tf.exp(x as tf.Tensor), [float(4)]),
    traceCost((x) => x, [float(4)]),
  ]);
  assert.deepEqual(both.map(({ kernels }) => kernels), [{ Exp: 1 }, {}]);
});
