import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { XlaBackend } from "./backend.ts";
import { onXla } from "./testing.ts";

onXla("a loop of the same shape compiles once, whatever its numbers", async (engine) => {
  let x = tf.tensor1d([1, 2, 3]);
  const counts: number[] = [];
  for (let i = 0; i < 5; i++) {
    const next: tf.Tensor1D = tf.tidy(() => tf.add(tf.mul(x, tf.scalar(i + 0.5)), tf.tensor1d([i, 1, 2])));
    x.dispose();
    x = next;
    await x.data();
    counts.push(engine.device.counts.compiled);
  }
  assert.equal(counts[4], counts[0]);
  x.dispose();
});

onXla("what a read does not need is not run, and what it shares with others is run once", () => {
  const backend = tf.backend() as XlaBackend;
  const x = tf.tensor1d([1, 2, 3]);
  const shared = tf.mul(x, x);
  const [wanted, other] = [tf.add(shared, x), tf.sub(shared, x)];
  const unrelated = tf.add(x, x);
  assert.equal(backend.graph.pending, 4);
  assert.deepEqual([...wanted.dataSync()], [2, 6, 12]);
  assert.equal(backend.graph.pending, 2, "the shared product has been run too");
  assert.deepEqual([...other.dataSync()], [0, 2, 6]);
  tf.dispose([x, shared, wanted, other, unrelated]);
  assert.equal(backend.graph.pending, 0, "what nobody can reach is dropped");
});

onXla("a chain of operations longer than the limit is run on the way", () => {
  const backend = tf.backend() as XlaBackend;
  const one = tf.scalar(1);
  let x: tf.Tensor = tf.scalar(0);
  for (let i = 0; i < 5000; i++) {
    const next = tf.add(x, one);
    x.dispose();
    x = next;
    assert.ok(backend.graph.pending <= 2001);
  }
  assert.equal(x.dataSync()[0], 5000);
  tf.dispose([x, one]);
});

onXla("memory of intermediate results is freed in a loop that is never read", () => {
  const backend = tf.backend() as XlaBackend;
  const x = tf.ones([64]);
  for (let i = 0; i < 1000; i++) tf.tidy(() => void tf.mul(tf.add(x, x), x));
  assert.equal(backend.graph.pending, 0);
  assert.equal(backend.numDataIds(), 1);
  x.dispose();
});

onXla("tensors share data where only the shape differs", () => {
  const backend = tf.backend() as XlaBackend;
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const [flat, wide] = [tf.reshape(x, [-1]), tf.expandDims(x, 1)];
  assert.equal(backend.numDataIds(), 1);
  assert.deepEqual(wide.shape, [2, 1, 3]);
  x.dispose();
  const sum = tf.add(flat, flat);
  assert.deepEqual([...sum.dataSync()], [2, 4, 6, 8, 10, 12]);
  tf.dispose([flat, wide, sum]);
});

onXla("an error of shapes names the op and the line that called it", () => {
  const [a, b] = [tf.ones([3]), tf.ones([2])];
  assert.throws(
    () => tf.add(a, b),
    /^ShapeError: Add at file:.*lazy_test\.ts:\d+:\d+: Cannot broadcast shapes \[3\] and \[2\]/,
  );
  tf.dispose([a, b]);
});

onXla("strings stay on the host, and complex numbers are refused with what there is", async () => {
  const words = tf.tensor1d(["a", "b"]);
  assert.deepEqual(await words.data(), ["a", "b"] as unknown as tf.TypedArray);
  words.dispose();
  assert.throws(() => tf.backend().write(new Float32Array(2), [1], "complex64"), /it has float32, int32 and bool/);
});
