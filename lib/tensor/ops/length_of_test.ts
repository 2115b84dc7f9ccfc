/** Tests of the length of many tensors together. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { onEachBackend } from "../../../tests/backends.ts";
import { lengthOf } from "./length_of.ts";

const length = async (record: Record<string, tf.Tensor>) => (await tf.tidy(() => lengthOf(record)).data())[0]!;
const near = async (record: Record<string, tf.Tensor>, expected: number) => {
  const found = await length(record);
  assert.ok(Math.abs(found / expected - 1) < 2e-5, `${found}, not ${expected}`);
};

onEachBackend("lengthOf() keeps its digits over millions of numbers, and sees one that is not finite", async () => {
  assert.equal(await length({}), 0);
  await near({ "a.kernel": tf.tensor([3, 4], [1, 2]), "a.bias": tf.scalar(12) }, 13);
  await near({ "a.kernel": tf.ones([32, 32]) }, 32);
  // More tensors than a WebGPU device binds at once.
  await near(Object.fromEntries(Array.from({ length: 81 }, (_, i) => [`${i}.bias`, tf.ones([4])])), 18);
  // Added up one by one in float32, they would stay at 2^24 tenths of a square.
  await near({ "a.kernel": tf.fill([3000, 1000], 0.1), "b.kernel": tf.fill([17, 1000], 0.1) }, Math.sqrt(30170));
  assert.ok(Number.isNaN(await length({ "a.kernel": tf.ones([2, 2]), "b.bias": tf.tensor1d([0, NaN]) })));
  assert.equal(await length({ "a.kernel": tf.ones([2, 2]), "b.bias": tf.tensor1d([-Infinity]) }), Infinity);
});
