/** Tests of lists of seeds. */
import assert from "node:assert/strict";
import { seedsOf, seedsText } from "./seeds.ts";

const count = (given?: number) => ({ option: "count", given, otherwise: 3 });

Deno.test("seedsOf() counts up from one seed, and takes a list as it is", () => {
  assert.deepEqual(seedsOf(undefined, count()), [0, 1, 2]);
  assert.deepEqual(seedsOf(7, count(2)), [7, 8]);
  assert.deepEqual(seedsOf([7, 3, 7], count()), [7, 3, 7]);
  assert.deepEqual(seedsOf([7, 3], count(2)), [7, 3]);
  assert.throws(() => seedsOf([7, 3], count(5)), /Cannot use "--count 5" with 2 seeds/);
  assert.throws(() => seedsOf([], count()), /--count 0/);
  assert.throws(() => seedsOf([1, 2 ** 31], count()), /--seed 2147483648/);
  assert.throws(() => seedsOf([1], count(), ["seed=3"]), /training seed/);
});

Deno.test("seedsText() names every seed, runs of them by their ends, and counts what is too much for a line", () => {
  assert.equal(seedsText([7]), "seed 7");
  assert.equal(seedsText([0, 1, 2]), "seeds 0 to 2");
  assert.equal(seedsText([7, 19, 20, 100, 101, 102]), "seeds 7, 19, 20, 100 to 102");
  assert.equal(seedsText([3, 2, 1]), "seeds 3, 2, 1");
  const odd = Array.from({ length: 15 }, (_, i) => 2 * i);
  assert.equal(seedsText(odd), "seeds 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22 and 3 others");
});
