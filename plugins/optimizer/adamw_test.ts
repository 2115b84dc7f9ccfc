import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { onBackend } from "../../pipeline/contract/laws.ts";
import adamw from "./adamw.ts";

/** Where a weight of 1 is after one step with this gradient. */
async function after(options: Record<string, unknown>, gradient: number): Promise<number> {
  const optimizer = await adamw.create({ options: adamw.options.parse(options), batchSize: 4 });
  const trainable = { w: tf.tensor1d([1]) };
  const step = tf.scalar(1, "int32");
  const update = { trainable, gradients: { w: tf.tensor1d([gradient]) }, state: optimizer.init(trainable), step };
  return optimizer.update(update).trainable.w!.dataSync()[0]!;
}

Deno.test("adamw takes a first step of the learning rate, whatever the size of the gradient", () =>
  onBackend("cpu", async () => {
    for (const gradient of [1e3, 1, 1e-2]) {
      const moved = 1 - await after({ learning_rate: 0.01, weight_decay: 0 }, gradient);
      assert.ok(Math.abs(moved - 0.01) < 1e-5, `${gradient}: ${moved}`);
    }
  }));

Deno.test("adamw decays by the learning rate times the decay, or by the decay alone", () =>
  onBackend("cpu", async () => {
    const decay = { learning_rate: 0.01, weight_decay: 0.1 };
    assert.ok(Math.abs(await after(decay, 0) - 0.999) < 1e-6);
    assert.ok(Math.abs(await after({ ...decay, scale_decay: false }, 0) - 0.9) < 1e-6);
  }));

Deno.test("a length that cannot be used is told with those that can", () => {
  for (const warmup of ["3 weeks", "0 steps", 0, 1.5, ["1 epoch"]]) {
    const { error } = adamw.options.safeParse({ warmup });
    assert.ok(error !== undefined, String(warmup));
    assert.deepEqual(error.issues.map(({ message }) => message), [
      'expected a length such as 500, "500 steps", "2 epochs" or "100000 images"',
    ]);
  }
});
