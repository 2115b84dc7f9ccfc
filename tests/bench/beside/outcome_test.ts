import assert from "node:assert/strict";
import { apart, blockMeans, farthest, judge, type Pair } from "./outcome.ts";

const pair = (step: number, noise: number, image = 1): Pair => ({
  step,
  ours: { noise, image },
  theirs: { noise: 1, image: 1 },
});

Deno.test("losses are as far apart as the farther one, in parts of the peer's", () => {
  const both = { ours: { noise: 2.02, image: 0.9 }, theirs: { noise: 2, image: 1 } };
  assert.ok(Math.abs(apart(both) - 0.1) < 1e-12);
});

Deno.test("a loss that is not a number is farther apart than any other", () => {
  assert.equal(farthest([pair(1, 1.5), pair(2, NaN), pair(3, 1.1)])?.step, 2);
  assert.equal(farthest([]), undefined);
});

Deno.test("means are those of the steps, the rest a part of its own", () => {
  const found = blockMeans([1, 2, 3, 4, 9].map((noise, i) => pair(i + 1, noise)), 2);
  assert.deepEqual(found.map(({ step, ours }) => [step, ours.noise]), [[2, 1.5], [4, 3.5], [5, 9]]);
});

Deno.test("the first 200 steps and the average weights are judged, later steps and trained weights only shown", () => {
  const steps = (late: number) => Array.from({ length: 250 }, (_, i) => pair(i + 1, i === 240 ? late : 1.01));
  const checkpoint = (average: number) => [{ step: 250, average: pair(0, average), network: pair(0, 1.5) }];
  const shown = judge(steps(1.1), checkpoint(1.01), 0.02);
  assert.ok(shown.within);
  assert.equal(shown.others["each step after the 200th"]!.step, 241);
  assert.ok(!judge([pair(1, 1.03), ...steps(1)], checkpoint(1), 0.02).within);
  assert.ok(!judge(steps(1), checkpoint(0.97), 0.02).within);
  assert.ok(!judge([pair(1, NaN)], [], 0.02).within);
});
