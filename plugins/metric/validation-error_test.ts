import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { MetricView, Spread, ValidationBatch } from "denoise/plugin";
import { onBackend } from "../../pipeline/contract/laws.ts";
import { ratesOf } from "../../pipeline/kinds/diffusion.ts";
import validationError from "./validation-error.ts";

/**
 * A view of pictures whose noise is off by these numbers, and whose image by twice as much, in batches of these sizes, at
 * these log-SNRs.
 */
function view(
  errors: readonly number[],
  sizes: readonly number[],
  logSnrs: readonly number[] = errors.map(() => 0),
): MetricView {
  return {
    levels: () => Promise.resolve([-2, 0, 2]),
    async *batches() {
      let start = 0;
      for (const size of sizes) {
        const of = (all: readonly number[]) => tf.tensor4d(all.slice(start, start + size), [size, 1, 1, 1]);
        const off = of(errors), rates = ratesOf(of(logSnrs));
        start += size;
        const zero = tf.zeros<tf.Rank.R4>([size, 1, 1, 1]);
        const target = { signal: zero, noise: zero, velocity: zero };
        const batch: ValidationBatch = {
          size,
          real: zero,
          predicted: { signal: tf.mul(off, -2), noise: off, velocity: zero },
          target,
          rates,
        };
        yield await Promise.resolve(batch);
      }
    },
  } as Partial<MetricView> as MetricView;
}

const make = (error: "mae" | "mse") =>
  Promise.resolve(validationError.create({ options: { error, every: "1 epoch" } }));
const valuesOf = (numbers: Record<string, number | Spread>) =>
  Object.fromEntries(Object.entries(numbers).map(([name, number]) => [name, (number as Spread).value]));

Deno.test("validation-error counts every picture alike, whatever batches they come in", () =>
  onBackend("cpu", async () => {
    const mae = await make("mae");
    for (const sizes of [[5], [4, 1], [2, 3]]) {
      assert.deepEqual(valuesOf(await mae.measure(view([1, 2, -3, 4, 10], sizes))), { noise: 4, image: 8 });
    }
    const mse = await make("mse");
    assert.deepEqual(valuesOf(await mse.measure(view([1, 2, 3], [2, 1]))), { noise: 14 / 3, image: 56 / 3 });
    await assert.rejects(mse.measure(view([], [])), /has no validation pictures/);
  }));

Deno.test("validation-error tells the error in each range of noise levels, and what lies beyond in the outer ones", () =>
  onBackend("cpu", async () => {
    const mae = await make("mae");
    const found = await mae.measure(view([1, 2, 4, 6, 8], [3, 2], [-9, -1, 1, 9, 1.5]));
    assert.deepEqual((found.noise as Spread).byLevel, [
      { from: -2, to: 0, value: 1.5, pictures: 2 },
      { from: 0, to: 2, value: 6, pictures: 3 },
    ]);
    assert.deepEqual((found.image as Spread).byLevel?.map(({ value }) => value), [3, 12]);
    const none = await mae.measure(view([1], [1], [1]));
    assert.equal((none.noise as Spread).byLevel?.length, 1, "ranges without a picture are left out");
  }));
