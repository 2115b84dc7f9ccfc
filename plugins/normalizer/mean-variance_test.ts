import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { onBackend } from "../../pipeline/contract/laws.ts";
import meanVariance from "./mean-variance.ts";

Deno.test("mean-variance refuses to fit to nothing", async () => {
  const normalizer = await meanVariance.create({ options: {} });
  await assert.rejects(normalizer.fit(async function* () {}, { height: 1, width: 1, channels: 1 }), /no pictures/);
});

Deno.test("mean-variance fits mean and biased variance of each channel, and divides by no zero", () =>
  onBackend("cpu", async () => {
    const normalizer = await meanVariance.create({ options: {} });
    // Two channels: 0, 51, 102, 255 and a constant.
    const bytes = Uint8Array.from([0, 7, 51, 7, 102, 7, 255, 7]);
    const shape = { height: 2, width: 2, channels: 2 };
    const statistics = await normalizer.fit(async function* () {
      yield await Promise.resolve(bytes);
    }, shape);
    assert.deepEqual([...statistics.mean!.dataSync()], [0.4, 7 / 255].map(Math.fround));
    const [first, second] = statistics.variance!.dataSync();
    assert.ok(Math.abs(first! - (0.4 ** 2 + 0.2 ** 2 + 0 + 0.6 ** 2) / 4) < 1e-7);
    assert.equal(second, 0);
    const pixels = tf.fill<tf.Rank.R4>([1, 2, 2, 2], 0.5);
    assert.ok(normalizer.normalize(statistics, pixels).dataSync().every(Number.isFinite), "finite");
  }));
