/** Draws on xla are those of every other backend. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { createRandom, drawPacked, type Random, seedTensor } from "../lib/tensor/mod.ts";
import { onXla } from "../lib/xla/backend/testing.ts";

/** Bits, uniforms and normals of two keys, with items and a seed that need all their bits. */
function drawn(): [bits: number[], uniforms: number[], normals: number[]] {
  const results: [number[], number[], number[]] = [[], [], []];
  tf.tidy(() => {
    for (const [seed, step] of [[2 ** 40 + 5, 1234], [0, 0]] as const) {
      const random = createRandom({
        seed: seedTensor(seed),
        stream: "test",
        step: tf.scalar(step, "int32"),
        items: tf.tensor1d([3, -1, 2 ** 31 - 1], "int32"),
      });
      const tensors = [random.bits([5, 3]), random.uniform([7]), random.normal([2, 2, 3])];
      tensors.forEach((tensor, i) => results[i]!.push(...tensor.dataSync()));
    }
  });
  return results;
}

onXla("bits and uniforms are exactly those of cpu; normals within 1e-6", async () => {
  const actual = drawn();
  const backend = tf.getBackend();
  await tf.setBackend("cpu");
  const expected = drawn();
  await tf.setBackend(backend);
  assert.deepEqual(actual[0], expected[0]);
  assert.deepEqual(actual[1], expected[1]);
  actual[2].forEach((value, i) => assert.ok(Math.abs(value - expected[2][i]!) < 1e-6, `${value}, ${expected[2][i]}`));
});

onXla("draws packed for many tensors are those of one kernel a tensor", async (engine) => {
  const weights = (random: Random) =>
    Object.fromEntries([1, 5, 64, 333, 4096].flatMap((size) => [
      [`bits ${size}`, random.fork(`${size}`).bits([size])],
      [`uniform ${size}`, random.fork(`${size}`).uniform([size])],
    ]));
  const packed = engine.compile((seed: tf.Tensor) => drawPacked(keyOf(seed), weights), { name: "packed" });
  const plain = engine.compile((seed: tf.Tensor) => weights(createRandom(keyOf(seed))), { name: "plain" });
  const seed = seedTensor(2 ** 33 + 1);
  const [a, b] = [await packed(seed), await plain(seed)];
  for (const name of Object.keys(b)) assert.deepEqual(await a[name]!.array(), await b[name]!.array(), name);
  tf.dispose([a, b, seed]);
});

const keyOf = (seed: tf.Tensor) => ({
  seed,
  stream: "test",
  step: tf.scalar(2, "int32"),
  items: tf.tensor1d([-7], "int32"),
});
