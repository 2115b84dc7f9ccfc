import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { webgpu } from "../../../tests/backends.ts";
import { wave } from "../../../tests/numeric.ts";
import { onBackend } from "../../../pipeline/contract/laws.ts";
import { createRandom, drawPacked, ops, seedTensor, type TensorRecord, valueAndGrad } from "../mod.ts";

/** Runs a function on the cpu backend and on WebGPU, and gives the values of both. */
async function onBoth(fn: () => TensorRecord): Promise<Record<string, [expected: number[], found: number[]]>> {
  const values: Record<string, number[][]> = {};
  for (const backend of ["cpu", "webgpu"]) {
    await onBackend(backend, async () => {
      for (const [name, tensor] of Object.entries(fn())) (values[name] ??= []).push([...await tensor.data()]);
    });
  }
  return values as Record<string, [number[], number[]]>;
}

const gpuTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({
    name: `${name} (webgpu)`,
    ignore: webgpu.length === 0,
    sanitizeResources: false,
    sanitizeOps: false,
    fn,
  });

/** Asserts that values agree within a part of the largest. */
function assertNear([expected, found]: [number[], number[]], tolerance: number, what: string) {
  assert.equal(found.length, expected.length, what);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(value - found[i]!) <= tolerance * largest, `${what} ${i}: ${found[i]} for ${value}`)
  );
}

const key = (items: number[]) => ({
  seed: seedTensor(2 ** 40 + 77),
  stream: "kernels",
  step: tf.scalar(3, "int32"),
  items: tf.tensor1d(items, "int32"),
});

gpuTest("draws have the same bits for every size of an item", async () => {
  const found = await onBoth(() => {
    const random = createRandom(key([5, -6, 2 ** 31 - 1]));
    const sizes = [1, 2, 3, 4, 5, 7, 33];
    return {
      ...Object.fromEntries(sizes.map((size) => [`bits ${size}`, random.bits([size])])),
      ...Object.fromEntries(sizes.map((size) => [`uniform ${size}`, random.uniform([size])])),
      ...Object.fromEntries(sizes.map((size) => [`normal ${size}`, random.normal([size])])),
      "normal many": random.normal([3000]),
      "bits none": random.bits([0]),
    };
  });
  for (const [name, [expected, gpu]] of Object.entries(found)) {
    if (name.startsWith("normal")) assertNear([expected, gpu], 1e-6, name);
    else assert.deepEqual(gpu, expected, name);
  }
});

gpuTest("draws that are packed have the bits of those that are not", async () => {
  const found = await onBoth(() => {
    const draw = (random: ReturnType<typeof createRandom>) => ({
      a: random.fork("a").bits([6]),
      b: random.fork("b").bits([1, 5]),
      c: random.fork("c").uniform([9]),
      d: random.fork("d").normal([2, 3]),
    });
    const { a, b, c, d } = drawPacked(key([9]), draw);
    const alone = draw(createRandom(key([9])));
    return { a, b, c, d, aAlone: alone.a, bAlone: alone.b, cAlone: alone.c };
  });
  for (const name of ["a", "b", "c"]) {
    assert.deepEqual(found[name]![1], found[name]![0]);
    assert.deepEqual(found[name]![1], found[`${name}Alone`]![1]);
  }
  assertNear(found.d!, 1e-6, "normal");
});

gpuTest("sine and cosine of large angles keep their digits", async () => {
  const angles = [0, 1e-8, 0.7853, 0.7854, 1.99999, 2, Math.PI, 22, 355, 6283.185, 123456.7, -3e20, 1e37, -Math.PI / 2];
  const { sin, cos } = await onBoth(() => {
    const x = tf.tile(tf.tensor1d(angles), [100]); // too many for tfjs to compute on the host
    return { sin: tf.sin(x), cos: tf.cos(x) };
  });
  assertNear(sin!, 1.5e-7, "sine");
  assertNear(cos!, 1.5e-7, "cosine");
});

gpuTest("functions keep their relative digits near zero, and give what odd numbers give", async () => {
  const small = [1e-7, -1e-7, 1e-3, -1e-3, 0.2, -0.2, 0.36, -0.31, 3];
  const odd = [0, Infinity, -Infinity, NaN, 89, -110];
  const fns = { exp: tf.exp, expm1: tf.expm1, log: tf.log, log1p: tf.log1p, sigmoid: tf.sigmoid };
  const results = (values: number[]) => () => {
    const x = tf.tile(tf.tensor1d(values), [200]);
    return Object.fromEntries(Object.entries(fns).map(([name, fn]) => [name, fn(x) as tf.Tensor]));
  };
  for (const [name, [expected, found]] of Object.entries(await onBoth(results(small)))) {
    expected.forEach((value, i) =>
      Number.isNaN(value)
        ? assert.ok(Number.isNaN(found[i]!), `${name} ${i}`)
        : assert.ok(Math.abs(found[i]! - value) <= 4e-7 * Math.abs(value), `${name}(${small[i % 9]}) is ${found[i]}`)
    );
  }
  for (const [name, [expected, found]] of Object.entries(await onBoth(results(odd)))) {
    expected.slice(0, odd.length).forEach((value, i) =>
      assert.ok(Object.is(value, found[i]) || Math.abs(value - found[i]!) < 1e-37, `${name}(${odd[i]}) is ${found[i]}`)
    );
  }
});

gpuTest("layers have the values and gradients of the cpu backend, sums over many pixels among them", async () => {
  const found = await onBoth(() => {
    const x = tf.tile(wave([2, 9, 8, 8]), [1, 8, 9, 1]) as tf.Tensor4D; // more than one chunk of rows
    const { gradients, aux } = valueAndGrad(({ x }) => {
      const { output, mean, variance } = ops.batchNormTraining(ops.swish(tf.add(x!, 3)) as tf.Tensor4D);
      return { loss: tf.sum(tf.mul(output, wave(output.shape, 1))) as tf.Scalar, aux: { mean, variance } };
    })({ x });
    const up = valueAndGrad(({ x }) => {
      const doubled = ops.upsampleBilinear(x as tf.Tensor4D);
      return { loss: tf.sum(tf.mul(doubled, wave(doubled.shape, 2))) as tf.Scalar, aux: {} };
    })({ x: wave([2, 5, 3, 4]) });
    return {
      gradient: gradients.x!,
      mean: aux.mean,
      variance: aux.variance,
      doubling: up.gradients.x!,
      sum: tf.sum(x, [0, 1, 2], true),
      average: tf.mean(x, [0, 1, 2]),
    };
  });
  for (const [name, values] of Object.entries(found)) assertNear(values, 2e-6, name);
});
