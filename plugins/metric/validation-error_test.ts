import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { MetricView, ValidationBatch } from "denoise/plugin";
import { onBackend } from "../../pipeline/contract/laws.ts";
import validationError from "./validation-error.ts";

/** A view of pictures whose noise is off by these numbers, and whose image by twice as much, in batches of these sizes. */
function view(errors: readonly number[], sizes: readonly number[]): MetricView {
  return {
    async *batches() {
      let start = 0;
      for (const size of sizes) {
        const off = tf.tensor4d(errors.slice(start, start += size), [size, 1, 1, 1]);
        const zero = tf.zeros<tf.Rank.R4>([size, 1, 1, 1]);
        const target = { signal: zero, noise: zero, velocity: zero };
        const batch: ValidationBatch = {
          size,
          real: zero,
          predicted: { signal: tf.mul(off, -2), noise: off, velocity: zero },
          target,
        };
        yield await Promise.resolve(batch);
      }
    },
  } as Partial<MetricView> as MetricView;
}

Deno.test("validation-error counts every picture alike, whatever batches they come in", () =>
  onBackend("cpu", async () => {
    const mae = await validationError.create({ options: { error: "mae", every: "1 epoch" } });
    for (const sizes of [[5], [4, 1], [2, 3]]) {
      assert.deepEqual(await mae.measure(view([1, 2, -3, 4, 10], sizes)), { noise: 4, image: 8 });
    }
    const mse = await validationError.create({ options: { error: "mse", every: "1 epoch" } });
    assert.deepEqual(await mse.measure(view([1, 2, 3], [2, 1])), { noise: 14 / 3, image: 56 / 3 });
    await assert.rejects(mse.measure(view([], [])), /has no validation pictures/);
  }));
