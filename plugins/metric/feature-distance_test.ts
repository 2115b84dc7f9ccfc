import assert from "node:assert/strict";
import type { MetricView, Spread } from "denoise/plugin";
import * as tf from "@tensorflow/tfjs";
import { onBackend } from "../../pipeline/contract/laws.ts";
import { cpu } from "../../pipeline/run/testing.ts";
import { energyDistance, meanWithin } from "./feature-distance/energy.ts";
import { bank } from "./feature-distance/features.ts";
import plugin, { wholeBatches } from "./feature-distance.ts";

let state = 1;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;

/** A bright disc on black, 16×16, at a place and of a size of its own. */
function disc(): Float32Array {
  const [x, y, radius] = [5 + 6 * random(), 5 + 6 * random(), 2 + 3 * random()];
  return Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => {
    const [row, column] = [Math.floor(i / 48), Math.floor(i / 3) % 16];
    return Math.hypot(row - y, column - x) < radius ? 0.9 : 0.1;
  });
}
const discs = (count: number) => Array.from({ length: count }, disc);
const real = discs(40);

async function measured(generated: readonly Float32Array[]): Promise<Spread> {
  async function* batches(pictures: readonly Float32Array[], count: number, batch: number) {
    for (let from = 0; from < count; from += batch) {
      const part = pictures.slice(from, Math.min(count, from + batch));
      const images = tf.tensor4d(Float32Array.from(part.flatMap((one) => [...one])), [part.length, 16, 16, 3]);
      yield await Promise.resolve(images);
      images.dispose();
    }
  }
  const view: MetricView = {
    backend: cpu,
    pictures: real.length,
    batchSize: 16,
    levels: () => Promise.resolve([]),
    batches: () => assert.fail("no network is needed"),
    real: (count, batch) => batches(real, count, batch),
    generate: (count, batch = 16) => batches(generated, count, batch),
  } as MetricView;
  const options = plugin.options.parse({ sampler: "preview", images: generated.length });
  const metric = await plugin.create({ options } as Parameters<typeof plugin.create>[0]);
  return (await metric.measure(view))["feature-distance"] as Spread;
}

Deno.test("feature-distance is near zero for pictures of the same kind, and grows with noise, blur and repetition", () =>
  onBackend("wasm", async () => {
    const fresh = discs(64);
    const noisy = (size: number) => fresh.map((one) => one.map((value) => value + size * (random() - 0.5)));
    const blurred = fresh.map((one) =>
      one.map((_, i) => ([-48, -3, 0, 3, 48].reduce((sum, step) => sum + (one[i + step] ?? 0.1), 0)) / 5)
    );
    const same = (await measured(fresh)).value;
    assert.ok(Math.abs(same) < 0.06, `${same}`);
    const values: number[] = [same];
    for (const size of [0.1, 0.3, 0.9]) values.push((await measured(noisy(size))).value);
    assert.deepEqual(values, values.toSorted((a, b) => a - b), "more noise, more distance");
    assert.ok(values.at(-1)! > 1, `${values}`);
    const [blur, repeated] = [await measured(blurred), await measured(fresh.map((_, i) => fresh[i % 2]!))];
    assert.ok(blur.value > 0.3 && repeated.value > 0.2, `${blur.value} ${repeated.value}`);
  }));

Deno.test("the energy distance is without bias: its mean over sets of one distribution is zero", () => {
  const set = (count: number, shift: number) => ({
    data: Float64Array.from({ length: count * 3 }, () => random() + shift),
    count,
  });
  const mean = (shift: number) => {
    const all = Array.from({ length: 1500 }, () => {
      const a = set(6, 0);
      return energyDistance(a, meanWithin(a, 3), set(5, shift), 3) * meanWithin(a, 3);
    });
    return all.reduce((sum, one) => sum + one, 0) / all.length;
  };
  assert.ok(Math.abs(mean(0)) < 0.01, `${mean(0)}`);
  assert.ok(mean(0.5) > 0.1);
});

Deno.test("filters do not see plain colour, and are the same every time", () =>
  onBackend("wasm", async () => {
    const [one, other] = [bank("a", 5, 3), bank("a", 5, 3)];
    assert.deepEqual(await one.data(), await other.data());
    assert.notDeepEqual(await bank("b", 5, 3).data(), await one.data());
    assert.ok((await tf.max(tf.abs(tf.sum(one, [0, 1]))).data())[0]! < 1e-5, "their sum is zero");
  }));

Deno.test("wholeBatches() leaves out as few pictures as it can", () => {
  assert.deepEqual(wholeBatches(35, 16), { batch: 7, count: 35 });
  assert.deepEqual(wholeBatches(64, 16), { batch: 16, count: 64 });
  assert.deepEqual(wholeBatches(3, 16), { batch: 3, count: 3 });
});
