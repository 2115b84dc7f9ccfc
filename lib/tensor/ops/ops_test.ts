import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { testOnBackends } from "../../../tests/backends.ts";
import { assertClose, checkGradients, wave } from "../../../tests/numeric.ts";
import { blockwiseAttention } from "./blockwise_attention.ts";
import * as ops from "./mod.ts";

const image = (shape: [number, number, number, number], phase = 0) => wave(shape, phase) as tf.Tensor4D;

testOnBackends("conv2d() has the output of tf.conv2d and gradients like finite differences", () => {
  for (const { size, filter, strides, pad } of cases()) {
    const x = image([2, ...size, 3]);
    const kernel = image([...filter, 3, 4], 1);
    const bias = wave([4], 2) as tf.Tensor1D;
    const explicit = typeof pad === "number" ? tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]]) : x;
    const expected = tf.add(tf.conv2d(explicit, kernel, strides, typeof pad === "number" ? "valid" : pad), bias);
    assertClose(ops.conv2d(x, kernel, bias, { strides, pad }), expected, 1e-5, `${size} ${filter} ${strides} ${pad}`);
    checkGradients(
      ({ x, kernel, bias }) =>
        ops.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, bias as tf.Tensor1D, { strides, pad }),
      { x, kernel, bias },
    );
    checkGradients(
      ({ x, kernel }) => ops.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, undefined, { strides, pad }),
      { x, kernel },
    );
  }
});

function cases() {
  const sizes = [[6, 5], [7, 8]] as const;
  const filters = [[1, 1], [3, 3], [2, 4]] as const;
  const pads = ["same", "valid", 1] as const;
  return sizes.flatMap((size) =>
    filters.flatMap((filter) =>
      ([1, 2, [2, 3]] as const).flatMap((strides) =>
        pads.map((pad) => ({ size, filter, strides: [strides, strides].flat().slice(0, 2) as [number, number], pad }))
      )
    )
  ).filter((_, i) => i % 2 === 0);
}

testOnBackends("swish() is x sigmoid(x), with gradients like finite differences", () => {
  const x = tf.mul(wave([3, 7]), 6);
  assertClose(ops.swish(x), tf.mul(x, tf.sigmoid(x)), 1e-6);
  checkGradients(({ x }) => ops.swish(x!), { x });
});

testOnBackends("batchNormTraining() normalises channels, with gradients through the statistics", () => {
  const x = tf.add(tf.mul(image([3, 4, 5, 6]), [1, 2, 3, 4, 5, 6]), [10, 0, -5, 3, 0, 0]) as tf.Tensor4D;
  const { output, mean, variance } = ops.batchNormTraining(x, { epsilon: 1e-3 });
  const moments = tf.moments(x, [0, 1, 2]);
  assertClose(mean, moments.mean, 1e-5, "mean");
  assertClose(variance, moments.variance, 1e-5, "variance");
  const after = tf.moments(output, [0, 1, 2]);
  assertClose(after.mean, new Float32Array(6), 1e25, "mean of the output");
  assertClose(after.variance, tf.div(moments.variance, tf.add(moments.variance, 1e-3)), 1e-5, "variance of the output");
  checkGradients(({ x }) => ops.batchNormTraining(x as tf.Tensor4D).output, { x });
});

testOnBackends("batchNormInference() normalises by given statistics, with gradients like finite differences", () => {
  const x = image([2, 3, 4, 5]);
  const mean = wave([5], 1) as tf.Tensor1D;
  const variance = tf.add(tf.square(wave([5], 2)), 0.5) as tf.Tensor1D;
  const expected = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 0.1)));
  assertClose(ops.batchNormInference(x, mean, variance, { epsilon: 0.1 }), expected, 1e-5);
  checkGradients(
    ({ x, mean, variance }) =>
      ops.batchNormInference(x as tf.Tensor4D, mean as tf.Tensor1D, variance as tf.Tensor1D, { epsilon: 0.1 }),
    { x, mean, variance },
  );
});

testOnBackends(
  "groupNorm() normalises groups of each image by themselves, with gradients through the statistics",
  () => {
    const x = tf.add(tf.mul(image([2, 4, 5, 6]), [1, 2, 3, 4, 5, 6]), [10, 0, -5, 3, 0, 0]) as tf.Tensor4D;
    for (const groups of [1, 2, 6]) {
      const split = tf.reshape(x, [2, 20, groups, 6 / groups]);
      const { mean, variance } = tf.moments(split, [1, 3], true);
      const expected = tf.reshape(tf.div(tf.sub(split, mean), tf.sqrt(tf.add(variance, 1e-3))), x.shape);
      assertClose(ops.groupNorm(x, { groups }), expected, 1e-5, `${groups} groups`);
      checkGradients(({ x }) => ops.groupNorm(x as tf.Tensor4D, { groups, epsilon: 0.1 }), { x });
      const [scale, offset] = [tf.add(wave([6], 1), 2), wave([6], 2)];
      const scaled = tf.add(tf.mul(expected, scale), offset);
      assertClose(ops.groupNorm(x, { groups }, { scale, offset }), scaled, 1e-5, `${groups} groups, scaled`);
      checkGradients(
        ({ x, scale, offset }) =>
          ops.groupNorm(x as tf.Tensor4D, { groups, epsilon: 0.1 }, { scale: scale!, offset: offset! }),
        { x, scale, offset },
      );
    }
    assert.throws(() => ops.groupNorm(x, { groups: 4 }), /Cannot normalise 6 channels in 4 groups/);
  },
);

type N4 = number[][][][];

testOnBackends("attention() gathers values by queries and keys, with gradients like finite differences", () => {
  const [q, k, v] = [0, 1, 2].map((phase) => wave([2, 5, 3, 4], phase)) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [queries, keys, values] = [q, k, v].map((x) => x.arraySync() as number[][][][]) as [N4, N4, N4];
  const expected = queries.flatMap((image, b) =>
    image.flatMap((heads) =>
      heads.flatMap((query, h) => {
        const meets = keys[b]!.map((key) => Math.exp(query.reduce((sum, n, i) => sum + n * key[h]![i]!, 0) / 2));
        const all = meets.reduce((sum, n) => sum + n);
        return query.map((_, i) => meets.reduce((sum, n, at) => sum + n / all * values[b]![at]![h]![i]!, 0));
      })
    )
  );
  assertClose(ops.attention(q, k, v), expected, 1e-5);
  checkGradients(({ q, k, v }) => ops.attention(q!, k!, v!), { q, k, v });
});

testOnBackends("attention in blocks of queries is attention, with gradients like finite differences", () => {
  const [q, k, v] = [0, 1, 2].map((phase) => wave([2, 5, 3, 4], phase)) as [tf.Tensor, tf.Tensor, tf.Tensor];
  for (const block of [1, 2, 5]) {
    assertClose(blockwiseAttention(q, k, v, block), ops.attention(q, k, v), 1e-5);
    checkGradients(({ q, k, v }) => blockwiseAttention(q!, k!, v!, block), { q, k, v });
  }
  const far = tf.mul(q, 200); // whose shares have no float32 without their largest being taken away
  assertClose(blockwiseAttention(far, k, v, 2), ops.attention(far, k, v), 1e-5);
});

testOnBackends("upsampling and pooling have gradients like finite differences", () => {
  const x = image([2, 5, 7, 3]);
  checkGradients(({ x }) => ops.upsampleBilinear(x as tf.Tensor4D), { x });
  checkGradients(({ x }) => ops.upsampleBilinear(x as tf.Tensor4D, 3), { x });
  checkGradients(({ x }) => ops.upsampleNearest(x as tf.Tensor4D, 3), { x });
  checkGradients(({ x }) => ops.averagePool(x as tf.Tensor4D), { x });
  checkGradients(({ x }) => ops.averagePool(x as tf.Tensor4D, 3), { x });
});
