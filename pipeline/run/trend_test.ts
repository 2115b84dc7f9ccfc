/** Tests of what measurements come to: on curves whose answer is known, under noise. */
import assert from "node:assert/strict";
import { bestOf, type Trend, trendOf, type TrendPoint } from "./trend.ts";

/** Normal noise of a seed: the sum of twelve uniform numbers. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
  return () => Array.from({ length: 12 }, uniform).reduce((sum, value) => sum + value, -6);
}

/** A curve over epochs 1 to `count`, each value off by so much of itself. */
function curve(count: number, at: (epoch: number) => number, noisy = 0, seed = 1): TrendPoint[] {
  const random = noise(seed);
  return Array.from({ length: count }, (_, i) => ({ x: i + 1, value: at(i + 1) * (1 + noisy * random()) }));
}

const falling = (epoch: number) => 0.2 + 0.6 * Math.exp(-epoch / 60);
const flat = (epoch: number) => 0.2 + 0.6 * Math.exp(-epoch / 10);
const rising = (epoch: number) => flat(Math.min(epoch, 60)) * (1 + 0.004 * Math.max(0, epoch - 60));

/** How often in a hundred seeds each answer is given. */
function answers(count: number, at: (epoch: number) => number, noisy: number): Record<string, number> {
  const found: Record<string, number> = {};
  for (let seed = 1; seed <= 100; seed++) {
    const { kind } = trendOf(curve(count, at, noisy, seed), "lower");
    found[kind] = (found[kind] ?? 0) + 1;
  }
  return found;
}

Deno.test("trendOf() says what a curve does, under noise of one percent", () => {
  assert.ok(answers(100, falling, 0.01).better! >= 95, JSON.stringify(answers(100, falling, 0.01)));
  assert.ok(answers(100, rising, 0.01).worse! >= 95, JSON.stringify(answers(100, rising, 0.01)));
  assert.ok(answers(100, flat, 0.01).flat! >= 90, JSON.stringify(answers(100, flat, 0.01)));
  assert.ok(answers(12, flat, 0.01).better! >= 90, "twelve epochs of the same curve are not enough for it");
});

const since = (trend: Trend) => "since" in trend ? trend.since : NaN;

Deno.test("trendOf() says since when, within what noise hides", () => {
  // The curve comes within half a percent of its end at epoch 64, and within two of one percent of noise at epoch 50.
  const calm = trendOf(curve(200, flat), "lower");
  assert.deepEqual([calm.kind, since(calm)], ["flat", 64]);
  for (let seed = 1; seed <= 20; seed++) {
    const trend = trendOf(curve(200, flat, 0.01, seed), "lower");
    if (trend.kind === "flat") assert.ok(since(trend) > 30 && since(trend) < 160, `${since(trend)} with seed ${seed}`);
    const worse = trendOf(curve(100, rising, 0.002, seed), "lower");
    assert.equal(worse.kind, "worse");
    assert.ok(since(worse) > 45 && since(worse) < 68, `${since(worse)} with seed ${seed}`);
  }
});

Deno.test("trendOf() is not moved by one odd value, and leaves out what is not a number", () => {
  for (const odd of [0.01, 5, NaN]) {
    const points = curve(100, flat).map((point) => point.x === 97 ? { ...point, value: odd } : point);
    assert.equal(trendOf(points, "lower").kind, "flat", `${odd}`);
  }
});

Deno.test("trendOf() says the same of a number where higher is better", () => {
  const upwards = (at: (epoch: number) => number) => (epoch: number) => 1 - at(epoch);
  for (const [at, kind] of [[falling, "better"], [flat, "flat"], [rising, "worse"]] as const) {
    assert.equal(trendOf(curve(100, upwards(at)), "higher").kind, kind);
  }
});

Deno.test("trendOf() judges a distance near zero by what it came down from", () => {
  const points = curve(60, (epoch) => 0.4 * Math.exp(-epoch / 4)).map(({ x, value }) => ({ x, value: value - 1e-5 }));
  assert.equal(trendOf(points, "lower").kind, "flat");
});

Deno.test("trendOf() tells overfitting from training that goes wrong: there the training pictures get worse, too", () => {
  const with_ = (training: (epoch: number) => number) =>
    curve(100, rising).map((point) => ({ ...point, training: training(point.x) }));
  const alone = (points: readonly TrendPoint[]) => {
    const trend = trendOf(points, "lower");
    assert.equal(trend.kind, "worse");
    return trend.kind === "worse" ? trend.alone : NaN;
  };
  assert.equal(alone(with_((epoch) => 0.99 * flat(epoch))), true);
  assert.equal(alone(with_((epoch) => 0.99 * rising(epoch))), false);
  assert.equal(alone(curve(100, rising)), undefined);
});

Deno.test("trendOf() says the same of thousands of measurements", () => {
  assert.equal(trendOf(curve(20_000, (step) => flat(step / 200), 0.01), "lower").kind, "flat");
  assert.equal(trendOf(curve(20_000, (step) => falling(step / 200), 0.01), "lower").kind, "better");
});

Deno.test("trendOf() does not judge a few measurements", () => {
  assert.deepEqual(trendOf(curve(7, falling), "lower"), { kind: "short", needed: 8 });
});

Deno.test("bestOf() is the best of what is a number", () => {
  const points = [{ value: NaN }, { value: 2 }, { value: 1 }, { value: 3 }];
  assert.deepEqual([bestOf(points, "lower"), bestOf(points, "higher"), bestOf([], "lower")], [
    { value: 1 },
    { value: 3 },
    undefined,
  ]);
});
