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

onXla("results of one kernel that share an operation are right wherever the chain is run on the way", () => {
  const one = tf.scalar(1);
  for (const waiting of [1998, 1999, 2000]) {
    let x: tf.Tensor = tf.tensor2d([[1, 2], [3, 4]]);
    for (let i = 0; i < waiting; i++) {
      const next = tf.add(x, one);
      x.dispose();
      x = next;
    }
    const flat = tf.reshape(x, [4]); // each part is cut from one and the same reshaped value
    const parts = tf.split(flat, 4);
    assert.deepEqual(parts.map((part) => part.dataSync()[0]), [1, 2, 3, 4].map((value) => value + waiting));
    tf.dispose([x, flat, ...parts]);
  }
  one.dispose();
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
  assert.throws(() => tf.backend().write(new Float32Array(2), [1], "complex64"), /it supports float32, int32 and bool/);
});

onXla("10,000 turns of a loop take no more memory than 1,000", async (engine) => {
  const backend = tf.backend() as XlaBackend;
  const scale = tf.tensor1d(Float32Array.from({ length: 4096 }, () => 0.5));
  let x: tf.Tensor = tf.ones([4096]);
  const held = { data: 0, bytes: 0, compiled: 0 };
  for (let i = 1; i <= 10000; i++) {
    const next = tf.tidy(() => tf.add(tf.mul(x, scale), 1));
    x.dispose();
    x = next;
    if (i % 10 === 0) await x.data();
    if (i === 1000) {
      Object.assign(held, {
        data: backend.numDataIds(),
        bytes: Deno.memoryUsage().rss,
        compiled: engine.device.counts.compiled,
      });
    }
  }
  assert.ok(Math.abs(x.dataSync()[0]! - 2) < 1e-6);
  assert.deepEqual([backend.numDataIds(), engine.device.counts.compiled], [held.data, held.compiled]);
  const grown = (Deno.memoryUsage().rss - held.bytes) / 2 ** 20;
  assert.ok(grown < 64, `${grown.toFixed(0)} MB more`);
  tf.dispose([x, scale]);
});
