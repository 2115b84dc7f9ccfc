import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { onXla } from "../backend/testing.ts";

onXla("an index outside is an error that names kernel and line where it is known, else it reads zeros", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2, 3]), indices = tf.tensor1d([0, 5], "int32");
    assert.throws(
      () => tf.gather(x, indices),
      /^RangeError: GatherV2: the index value 5 is not in \[0, 2\].* at file:.*checks_test\.ts:\d+:\d+$/,
    );
    const computed = tf.add(indices, tf.scalar(1, "int32"));
    assert.deepEqual([...tf.gather(x, computed).dataSync()], [2, 0]);
    const update = () => tf.tensorScatterUpdate(x, tf.reshape(computed, [2, 1]), tf.tensor1d([8, 9]));
    assert.deepEqual([...update().dataSync()], [1, 8, 3], "an update outside is left out");
  });
});

onXla("draws of a seed are those of tfjs's other backends, and each seed is the same program", async (engine) => {
  const logits = [[0.1, 2, -1], [1, 1, 1]];
  const draws = (seed: number) => tf.tidy(() => [...tf.multinomial(tf.tensor2d(logits), 40, seed).dataSync()]);
  const own = draws(42);
  const { compiled } = engine.device.counts;
  draws(43);
  assert.equal(engine.device.counts.compiled, compiled);
  await tf.setBackend("cpu");
  try {
    assert.deepEqual(own, draws(42));
  } finally {
    await tf.setBackend(engine.name);
  }
});
