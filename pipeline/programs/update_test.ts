/** Tests of the length of gradients. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { onBackend } from "../contract/laws.ts";
import { lengthOf } from "./update.ts";

const length = (record: Record<string, tf.Tensor>) => tf.tidy(() => lengthOf(record).dataSync()[0]!);
const near = (found: number, expected: number) =>
  assert.ok(Math.abs(found / expected - 1) < 2e-5, `${found}, not ${expected}`);

for (const name of ["cpu", "wasm"]) {
  Deno.test(`lengthOf() keeps its digits over millions of numbers, and sees one that is not finite, on ${name}`, () =>
    onBackend(name, () => {
      assert.equal(length({}), 0);
      near(length({ "a.kernel": tf.tensor([3, 4], [1, 2]), "a.bias": tf.scalar(12) }), 13);
      near(length({ "a.kernel": tf.ones([32, 32]) }), 32);
      // Added up one by one in float32, they would stay at 2^24 tenths of a square.
      near(length({ "a.kernel": tf.fill([3000, 1000], 0.1), "b.kernel": tf.fill([17, 1000], 0.1) }), Math.sqrt(30170));
      assert.ok(Number.isNaN(length({ "a.kernel": tf.ones([2, 2]), "b.bias": tf.tensor1d([0, NaN]) })));
      assert.equal(length({ "a.kernel": tf.ones([2, 2]), "b.bias": tf.tensor1d([-Infinity]) }), Infinity);
    }));
}
