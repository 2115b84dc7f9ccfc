/** Tests of reading losses late, and of what is said about them. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { DenoiseError } from "../problems/problem.ts";
import { Losses } from "./losses.ts";
import { cpu } from "./testing.ts";

/** How an update went; `norm` of its gradients. */
const update = (norm: number, skipped = 0) => ({
  gradient_norm: tf.scalar(norm),
  skipped: tf.scalar(skipped, "int32"),
});

async function watched(losses: readonly number[], zero = 0.7979, norms: readonly number[] = []) {
  await cpu.start();
  const read: number[] = [];
  const warnings: string[] = [];
  const watch = new Losses({
    zero,
    read: ({ step }) => void read.push(step),
    warn: (message) => void warnings.push(message),
    kept: () => "step-000003.safetensors",
  });
  const before = tf.memory().numTensors;
  let error: unknown;
  try {
    for (const [i, loss] of losses.entries()) {
      await watch.push(
        i + 1,
        { loss: tf.scalar(loss), noise: tf.scalar(0) },
        update(norms[i] ?? 1, norms.slice(0, i + 1).filter((norm) => !Number.isFinite(norm)).length),
      );
      assert.deepEqual(read.length, i, "a step's losses are read while the next one runs");
    }
    await watch.settle();
  } catch (caught) {
    error = caught;
    await watch.settle().catch(() => {});
  }
  assert.equal(tf.memory().numTensors, before);
  return { read, warnings, error, last: watch.last, skipped: watch.skipped };
}

const noisy = (mean: number, steps: number) => Array.from({ length: steps }, (_, i) => mean + (i % 2 ? 0.05 : -0.05));

Deno.test("Losses reads each step once, in order, a step late", async () => {
  const { read, last, warnings } = await watched([3, 2, 1]);
  assert.deepEqual([read, last, warnings], [[1, 2, 3], 1, []]);
});

Deno.test("Losses warns once, after 300 steps, when the loss is that of a zero output", async () => {
  assert.deepEqual((await watched(noisy(0.7979, 299))).warnings, []);
  const { warnings } = await watched(noisy(0.79, 600));
  assert.equal(warnings.length, 1);
  assert.match(
    warnings[0]!,
    /^Loss after 300 steps is 0\.79\d\d, no better than always predicting zero \(0\.7979\)\n.*learning rate/,
  );
  assert.equal((await watched(noisy(1.7, 301))).warnings.length, 1, "worse than zero counts too");
  assert.equal((await watched(noisy(0.99, 301), 1)).warnings.length, 1, "whatever the loss");
});

Deno.test("Losses says nothing of a loss that falls, however late it rises again", async () => {
  assert.deepEqual((await watched([...noisy(0.8, 200), ...noisy(0.4, 100), ...noisy(0.8, 200)])).warnings, []);
});

for (const bad of [NaN, Infinity, -Infinity]) {
  Deno.test(`Losses stops at a loss of ${bad}, with the step and the checkpoint that is kept`, async () => {
    const { error, read } = await watched([1, 2, bad, 4, 5]);
    assert.ok(error instanceof DenoiseError);
    assert.equal(error.problems[0]!.message, `Training stopped at step 3: the loss is ${bad}`);
    assert.ok(error.problems[0]!.help.some((line) => line.includes("step-000003.safetensors")));
    assert.deepEqual(read.slice(0, 3), [1, 2, 3], "the bad loss is logged");
  });
}

Deno.test("Losses warns once of steps that were skipped, counts them, and does not take their losses for the last", async () => {
  const { error, read, warnings, last, skipped } = await watched([3, NaN, 2, Infinity, 1], 0.8, [
    1,
    NaN,
    1,
    Infinity,
    1,
  ]);
  assert.equal(error, undefined);
  assert.deepEqual([read, last, skipped, warnings.length], [[1, 2, 3, 4, 5], 1, 2, 1]);
  assert.match(warnings[0]!, /^Step 2 was skipped: the norm of its gradients is NaN, and its loss is NaN\n/);
});

Deno.test("Losses stops at the tenth skipped step in a row, not at the tenth of all", async () => {
  const bad = Array.from({ length: 10 }, () => NaN);
  const { error } = await watched([1, ...bad, 1], 0.8, [1, ...bad, 1]);
  assert.ok(error instanceof DenoiseError);
  assert.match(
    error.problems[0]!.message,
    /^Training stopped at step 11: the gradients of 10 steps in a row are not finite/,
  );
  const norms = Array.from({ length: 30 }, (_, i) => i % 10 === 9 ? 1 : Infinity);
  const often = await watched(norms.map(() => 1), 0.8, norms);
  assert.deepEqual([often.error, often.skipped], [undefined, 27]);
});
