/** TensorFlow's backend: kernels of ours as tfjs has them on other backends, tensors that are freed, errors. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { opByOp, tfjsBackend } from "../tensor/backend.ts";
import { runFused } from "../tensor/fused.ts";
import { ops } from "../tensor/mod.ts";
import { createRandom, seedTensor } from "../tensor/random_create.ts";
import { tensorflow } from "../../tests/backends.ts";
import { tensorFlowBackend } from "./mod.ts";
import type { NodeBackend } from "./package.ts";

const test = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name: `${name} (tensorflow)`, ignore: tensorflow.length === 0, fn });

const wave = (shape: number[], phase = 0) =>
  tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i * 1.7 + phase)), shape);

/** Gradient of the sum of a function of pictures. */
const slope = (fn: (x: tf.Tensor4D) => tf.Tensor, x: tf.Tensor4D) => tf.grad((x) => fn(x as tf.Tensor4D))(x);

/** Results on tfjs's plain backend and on TensorFlow. */
async function onBoth(fn: () => tf.Tensor[]): Promise<{ cpu: number[][]; tensorflow: number[][] }> {
  const results: Record<string, number[][]> = {};
  for (const name of ["cpu", "tensorflow"]) {
    await (name === "cpu" ? tfjsBackend(name) : tensorFlowBackend("cpu")).start();
    const before = tf.memory().numTensors;
    const tensors = tf.tidy(fn);
    results[name] = await Promise.all(tensors.map(async (tensor) => [...await tensor.data()]));
    tf.dispose(tensors);
    assert.equal(tf.memory().numTensors, before, `tensors left behind on ${name}`);
  }
  return results as { cpu: number[][]; tensorflow: number[][] };
}

async function same(fn: () => tf.Tensor[], tolerance = 1e-5): Promise<void> {
  const { cpu, tensorflow } = await onBoth(fn);
  cpu.forEach((expected, i) => {
    assert.equal(tensorflow[i]!.length, expected.length);
    expected.forEach((value, at) => {
      const found = tensorflow[i]![at]!;
      assert.ok(Math.abs(found - value) <= tolerance * (1 + Math.abs(value)), `result ${i}, ${at}: ${found}, ${value}`);
    });
  });
}

test("fused kernels of normalisation, swish and doubling are those of separate ops", async () => {
  await same(() => {
    const x = wave([2, 4, 6, 8]) as tf.Tensor4D;
    const dy = wave([2, 4, 6, 8], 1);
    const { output, mean, variance } = ops.batchNormTraining(x);
    const gradient = slope((x) => tf.mul(ops.batchNormTraining(x).output, dy), x);
    const swish = slope((x) => tf.mul(ops.swish(x), dy), x);
    const doubling = slope((x) => tf.mul(ops.upsampleBilinear(x), wave([2, 8, 12, 8], 2)), x);
    return [output, mean, variance, gradient, swish, doubling];
  });
  await tensorFlowBackend("cpu").start();
  const held = tf.memory().numTensors;
  const fused = runFused("batchNormTraining", { x: tf.tidy(() => wave([1, 1, 1, 4])) }, { epsilon: 1e-3 });
  assert.deepEqual([...await fused![2]!.data()], [0, 0, 0, 0], "the variance of one number");
  assert.equal(tf.memory().numTensors, held + 4);
});

test("sums over all but the channels are exact, and other sums are tfjs-node's own", async () => {
  await same(() => {
    const x = wave([3, 5, 7, 4]);
    return [tf.sum(x, [0, 1, 2]), tf.sum(x, [0, 1, 2], true), tf.sum(x, 3), tf.sum(x), tf.sum(tf.cast(x, "int32"), 0)];
  });
});

for (const [name, pad] of Object.entries({ "a width": 2, "four widths": [[0, 0], [1, 0], [2, 1], [0, 0]] as const })) {
  test(`convolutions and pooling with a border of ${name} are those of tfjs, with their gradients`, async () => {
    const border = pad as number;
    const explicit = typeof pad === "number" ? [[0, 0], [pad, pad], [pad, pad], [0, 0]] : pad;
    await same(() => {
      const x = wave([2, 6, 5, 3]) as tf.Tensor4D;
      const kernel = wave([3, 3, 3, 2]) as tf.Tensor4D;
      const each = wave([3, 3, 3, 1]) as tf.Tensor4D;
      const grads = (fn: (x: tf.Tensor4D, k: tf.Tensor4D) => tf.Tensor, k: tf.Tensor4D) =>
        tf.grads((x: tf.Tensor, k: tf.Tensor) => tf.square(fn(x as tf.Tensor4D, k as tf.Tensor4D)))([x, k]);
      const conv = (x: tf.Tensor4D, k: tf.Tensor4D) => tf.conv2d(x, k, 1, explicit as tf.backend_util.ExplicitPadding);
      const depthwise = (x: tf.Tensor4D, k: tf.Tensor4D) => tf.depthwiseConv2d(x, k, 1, border);
      const largest = (x: tf.Tensor4D) => tf.maxPool(x, 5, 1, border);
      const average = (x: tf.Tensor4D) => tf.avgPool(x, 5, 1, border);
      return [
        ...[conv(x, kernel), ...grads(conv, kernel)],
        ...(typeof pad === "number" ? [depthwise(x, each), ...grads(depthwise, each)] : []),
        ...[largest(x), average(x), slope((x) => tf.square(average(x)), x)],
        ...(typeof pad === "number" ? [slope((x) => tf.square(largest(x)), x)] : []),
      ];
    }, 1e-4);
  });
}

test("random draws have the bits of every backend", async () => {
  const { cpu, tensorflow } = await onBoth(() => {
    const random = createRandom({
      seed: seedTensor(2 ** 40 + 7),
      stream: "test",
      step: tf.scalar(3, "int32"),
      items: tf.tensor1d([5, 1_000_000_007], "int32"),
    });
    return [random.bits([3, 5]), random.uniform([7]), random.normal([2, 9])];
  });
  assert.deepEqual(tensorflow, cpu);
});

test("what is read keeps its dtype, and what is written its values", async () => {
  await tensorFlowBackend("cpu").start();
  const numbers = [-(2 ** 31), -1, 0, 2 ** 31 - 1];
  const tensors = tf.tidy(() => [
    tf.add(tf.tensor1d(numbers, "int32"), tf.scalar(0, "int32")),
    tf.greater(tf.tensor1d([1, 2]), 1),
    tf.complex(tf.tensor1d([1, 2]), tf.tensor1d([3, 4])),
  ]);
  const [integers, booleans, complex] = await Promise.all(tensors.map((tensor) => tensor.data()));
  assert.deepEqual([tensors[0]!.dtype, [...integers!]], ["int32", numbers]);
  assert.deepEqual([tensors[1]!.dtype, [...booleans!]], ["bool", [0, 1]]);
  assert.deepEqual([tensors[2]!.dtype, [...complex!]], ["complex64", [1, 3, 2, 4]]);
  tf.dispose(tensors);
});

test("compiled steps leave no tensor behind in TensorFlow, and stop() frees those that are left", async () => {
  const held = tensorFlowBackend("cpu");
  await held.start();
  const { binding } = tf.backend() as NodeBackend;
  const step = opByOp(({ x, k }: { x: tf.Tensor; k: tf.Tensor }) => {
    const loss = (k: tf.Tensor) => tf.mean(tf.square(ops.conv2d(x as tf.Tensor4D, k as tf.Tensor4D))) as tf.Scalar;
    const { value, grads: [gradient] } = tf.valueAndGrads(loss)([k]);
    return { value, k: tf.sub(k, tf.mul(gradient!, 0.01)) };
  }, { name: "step" });
  const x = wave([2, 8, 8, 3]);
  let k: tf.Tensor = wave([3, 3, 3, 4]);
  let before = 0;
  for (let i = 0; i < 30; i++) {
    const after = await step({ x, k });
    tf.dispose([k, after.value]);
    k = after.k;
    if (i === 5) before = binding.getNumOfTensors();
  }
  assert.equal(binding.getNumOfTensors(), before);
  assert.ok(before > 0);
  await held.stop();
  assert.equal(binding.getNumOfTensors(), 0);
  await held.start();
});

test("an op that TensorFlow refuses is an error that names it", async () => {
  await tensorFlowBackend("cpu").start();
  const node = tf.backend() as NodeBackend;
  assert.throws(() => node.executeSingleOutput("NoSuchOp", [], []), /^Error: TensorFlow cannot compute NoSuchOp: /);
});

test("a process computes on one device", async () => {
  await tensorFlowBackend("cpu").start();
  await assert.rejects(
    tensorFlowBackend("gpu").start(),
    /Cannot start TensorFlow on device "gpu": .* on the processor/,
  );
  await tensorFlowBackend("auto").start();
});
