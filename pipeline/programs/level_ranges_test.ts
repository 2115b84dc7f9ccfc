/** Ranges of noise levels: even, at round numbers, about ten. */
import assert from "node:assert/strict";
import { cpu, toyGraph } from "../run/testing.ts";
import { levelRanges, rangesOf } from "./level_ranges.ts";

const even = (from: number, to: number) => Array.from({ length: 1001 }, (_, i) => from + (to - from) * i / 1000);

Deno.test("ranges of levels are even, hold them, and end at round numbers", () => {
  assert.deepEqual(rangesOf(even(-7.5, 2.5)), [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3]);
  assert.deepEqual(rangesOf(even(-1, 1)), [-1, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1]);
  for (const [from, to] of [[-30, 30], [-0.3, 0.1], [5, 25], [-9.99, -1]] as const) {
    const ends = rangesOf(even(from, to));
    assert.ok(ends.length >= 5 && ends.length <= 13, String(ends));
    assert.ok(ends[0]! <= from + 0.01 * (to - from) && ends.at(-1)! >= to - 0.01 * (to - from), String(ends));
    const step = ends[1]! - ends[0]!;
    ends.slice(1).forEach((end, i) => assert.ok(Math.abs(end - ends[i]! - step) < 1e-6));
  }
  assert.deepEqual(rangesOf([3, 3, 3]).length, 2, "one level is one range");
  assert.deepEqual(rangesOf([Infinity, NaN]), [0, 1]);
});

Deno.test("the ranges of a graph are the same every time", async () => {
  await cpu.start();
  const ends = await levelRanges(toyGraph(), cpu);
  assert.deepEqual(await levelRanges(toyGraph(), cpu), ends);
  assert.ok(ends.length > 5);
});
