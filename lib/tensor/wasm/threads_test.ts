import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { threadedWasm } from "./threads.ts";

/** A convolution, its input gradient and a product, on `threads` threads. */
async function results(threads: number): Promise<{ threads: number; values: Float32Array[] }> {
  const backend = threadedWasm(threads);
  const started = await backend.start();
  const x = tf.randomNormal([4, 16, 16, 32], 0, 1, "float32", 1) as tf.Tensor4D;
  const kernel = tf.randomNormal([3, 3, 32, 48], 0, 1, "float32", 2) as tf.Tensor4D;
  const gradient = tf.grad((x: tf.Tensor) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, kernel, 1, "same"))));
  const matrix = tf.reshape(x, [-1, 32]);
  const tensors = [tf.conv2d(x, kernel, 1, "same"), gradient(x), tf.matMul(matrix, matrix, true)];
  const values = await Promise.all(tensors.map((tensor) => tensor.data() as Promise<Float32Array>));
  await backend.stop();
  return { threads: started, values: values.map((v) => v.slice()) };
}

Deno.test("threadedWasm() computes the same bits on one thread and on several", async () => {
  const Worker = globalThis.Worker;
  const one = await results(1);
  const several = await results(3);
  assert.equal(one.threads, 1);
  assert.equal(several.threads, 3);
  one.values.forEach((values, i) => assert.deepEqual(several.values[i], values));
  assert.equal(globalThis.Worker, Worker, "the workers lent to the module are taken back");
});
