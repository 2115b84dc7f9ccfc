/** Levels by their losses: what is remembered, how often each is drawn, and that the mean stays what it was. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import { draws, normal, numbers, onBackend } from "../../pipeline/contract/laws.ts";
import { makeDenoising } from "../../tests/denoising.ts";
import { ratesOf } from "../../pipeline/kinds/diffusion.ts";
import denoising from "./denoising.ts";
import { afterBatch, countsOf, drawnByShares, initialImportance, sharesOf } from "./shared/importance.ts";
import { rangeOfEach } from "./shared/ranges.ts";

const image = { height: 2, width: 2, channels: 3 };
const make = (options: object) => makeDenoising(options, image);
const oneHot = (ranges: readonly number[], count: number) =>
  tf.oneHot(tf.tensor1d([...ranges], "int32"), count).toFloat() as tf.Tensor2D;
const values = (tensor: tf.Tensor) => [...tensor.dataSync()];

/** What is remembered after batches of pictures, each a range and a loss. */
function remembered(ranges: number, batches: readonly (readonly [range: number, loss: number][])[]): TensorRecord {
  return batches.reduce<TensorRecord>((buffers, batch) => {
    const mine = oneHot(batch.map(([range]) => range), ranges);
    return afterBatch(buffers, mine, tf.tensor1d(batch.map(([, loss]) => loss)));
  }, initialImportance(ranges));
}

/** Pictures in a fixed disorder. */
function pictures(count: number, seed: number, ranges: number): [number, number][] {
  const [first, second] = [
    values(draws(numbers(count), seed).uniform([1])),
    values(draws(numbers(count), seed + 1).uniform([1])),
  ];
  return first.map((u, i) => [Math.floor(u * u * ranges), second[i]!]);
}

Deno.test("the last ten losses of each range are remembered, however many come in a batch", () =>
  onBackend("cpu", () => {
    const ranges = 5;
    const batches = [pictures(7, 1, ranges), pictures(64, 3, ranges), pictures(1, 5, ranges), pictures(33, 7, ranges)];
    const wanted = Array.from(
      { length: ranges },
      (_, range) => batches.flat().filter(([own]) => own === range).map(([, loss]) => loss).slice(-10),
    );
    const found = remembered(ranges, batches)["importance.losses"]!.arraySync() as number[][];
    wanted.forEach((losses, range) => {
      assert.ok(losses.length === 10, "the test has enough of each");
      const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);
      assert.deepEqual(sorted(found[range]!), sorted(losses.map(Math.fround)), `range ${range}`);
    });
  }));

Deno.test("ranges are drawn evenly until all are known, then by the root mean square of their losses", () =>
  onBackend("cpu", () => {
    const full = (loss: number, range: number) => Array.from({ length: 10 }, (): [number, number] => [range, loss]);
    const some = remembered(3, [full(1, 0), full(2, 1), full(4, 2).slice(1)]);
    assert.deepEqual(values(sharesOf(some)), [1 / 3, 1 / 3, 1 / 3].map(Math.fround));
    const all = afterBatch(some, oneHot([2], 3), tf.tensor1d([4]));
    [1, 2, 4].forEach((loss, range) => {
      const share = 0.999 * loss / 7 + 0.001 / 3;
      assert.ok(Math.abs(values(sharesOf(all))[range]! - share) < 1e-6, `range ${range}`);
    });
    const nothing = remembered(2, [full(0, 0), full(0, 1)]);
    assert.deepEqual(values(sharesOf(nothing)), [0.5, 0.5], "losses of zero say nothing");
  }));

Deno.test("what is drawn by shares, and counts for it, has the mean of even draws", () =>
  onBackend("cpu", () => {
    const count = 20_000, ranges = 6;
    const shares = tf.tensor1d([0.4, 0.02, 0.08, 0.3, 0.15, 0.05]);
    const even = tf.tensor4d(Float32Array.from({ length: count }, (_, i) => (i + 0.5) / count), [count, 1, 1, 1]);
    const drawn = drawnByShares(even, shares);
    const places = values(drawn);
    assert.ok(places.every((place) => place >= 0 && place < 1));
    const mine = oneHot(places.map((place) => Math.floor(place * ranges)), ranges);
    values(tf.mean(mine, 0)).forEach((found, i) =>
      assert.ok(Math.abs(found - values(shares)[i]!) < 1e-3, `range ${i}`)
    );
    const counts = values(countsOf(mine, shares));
    for (const f of [() => 1, (u: number) => u, (u: number) => Math.exp(-3 * u), (u: number) => Math.sin(9 * u)]) {
      const mean = places.reduce((sum, place, i) => sum + counts[i]! * f(place), 0) / count;
      const exact = Array.from({ length: 1000 }, (_, i) => f((i + 0.5) / 1000)).reduce((a, b) => a + b) / 1000;
      assert.ok(Math.abs(mean - exact) < 2e-3, `${f}: ${mean}, not ${exact}`);
    }
  }));

Deno.test("evenly drawn, levels and counts are those of a loss that draws whatever the losses", () =>
  onBackend("cpu", async () => {
    const items = numbers(32);
    const { init, levels } = await make({ importance: 8 });
    const { buffers = {} } = init!(draws([0]));
    const drawn = values(levels(draws(items), 32, { state: { trainable: {}, buffers } }).noise);
    const plain = values((await make({})).levels(draws(items), 32).noise);
    drawn.forEach((noise, i) => assert.ok(Math.abs(noise - plain[i]!) < 1e-5));
    assert.deepEqual(values(levels(draws(items), 32).noise), plain, "and those of validation are the same bits");
  }));

Deno.test("the range of a picture is found again from its rates, whatever the levels", () =>
  onBackend("cpu", async () => {
    const ranges = 16, items = numbers(200);
    for (const levels of denoising.options.shape.levels.unwrap().options) {
      const loss = await make({ levels, importance: ranges, level_size: 4 });
      const u = values(draws(items).uniform([1, 1, 1]));
      const rates = loss.levels(draws(items), items.length);
      const all = { ...loss.init!(draws([0])).buffers };
      const zero = normal("image", items.length, image);
      const parts = { signal: zero, noise: zero, velocity: zero };
      const { buffers } = loss.measure(parts, parts, rates, { state: { trainable: {}, buffers: all } });
      const counts = numbers(ranges).map((range) => u.filter((u) => Math.floor(u * ranges) === range).length);
      assert.deepEqual(
        values(buffers!["importance.seen"]!),
        counts.map((count) => count < 10 ? count : 10 + count % 10),
        levels,
      );
    }
    const rates = ratesOf(tf.tensor1d([5, 1, -1, -5]));
    const sigmas = tf.div(rates.noise, rates.signal), ends = tf.tensor1d([0.5, 1, 2]);
    assert.deepEqual(values(tf.argMax(rangeOfEach(sigmas, ends, true).mine, 1)), [0, 1, 2, 3]);
  }));

Deno.test("levels with large losses are drawn more often, and the loss that is shown is still that of even draws", () =>
  onBackend("cpu", async () => {
    const batch = 512, items = numbers(batch);
    const loss = await make({ importance: 4, levels: "uniform-noise-power", error: "mse", weighting: "noise" });
    let buffers = loss.init!(draws([0])).buffers!;
    const shown: number[] = [];
    let high = 0;
    for (let step = 0; step < 6; step++) {
      const rates = loss.levels(draws(items, step), batch, { state: { trainable: {}, buffers } });
      const power = tf.square(rates.noise) as tf.Tensor4D;
      // An error whose square is the noise power to the fourth: its even mean is a fifth.
      const off = tf.mul(tf.square(power), tf.ones([batch, 2, 2, 3])) as tf.Tensor4D;
      const zero = tf.zerosLike(off);
      const measured = loss.measure(
        { signal: off, noise: off, velocity: off },
        { signal: zero, noise: zero, velocity: zero },
        rates,
        { state: { trainable: {}, buffers } },
      );
      buffers = measured.buffers!;
      shown.push(measured.errors.loss.dataSync()[0]!);
      high = values(power).filter((power) => power > 0.75).length / batch;
    }
    assert.ok(high > 0.6, `${high} of the pictures are in the range with the largest losses`);
    const spread = (list: number[]) => Math.max(...list) - Math.min(...list);
    const late = shown.slice(1);
    assert.ok(late.every((value) => Math.abs(value - 0.2) < 0.02), `${late}`);
    assert.ok(spread(late) < 0.03);
  }));
