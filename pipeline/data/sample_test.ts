/** Tests of samples of a set of pictures. */
import assert from "node:assert/strict";
import { sampleOf } from "./sample.ts";
import type { PictureSet } from "./types.ts";

/** Pictures of one byte that says which one it is, their labels ten times that. */
const set: PictureSet = {
  count: 100,
  shape: { height: 1, width: 1, channels: 1 },
  labels: Int32Array.from({ length: 100 }, (_, i) => 10 * i),
  read: (index, target, offset) => void (target[offset] = index),
};

function readAll({ count, read }: PictureSet): number[] {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) read(i, bytes, i);
  return [...bytes];
}

Deno.test("sampleOf() draws different pictures with their labels, the same for the same seed, from all over the set", () => {
  const sample = sampleOf(set, 20, 7);
  const pictures = readAll(sample);
  assert.equal(new Set(pictures).size, 20);
  assert.deepEqual([...sample.labels!], pictures.map((index) => 10 * index));
  assert.deepEqual(pictures, pictures.toSorted((a, b) => a - b));
  assert.deepEqual(readAll(sampleOf(set, 20, 7)), pictures);
  assert.notDeepEqual(readAll(sampleOf(set, 20, 8)), pictures);
  // Twenty draws all from one half of a hundred: less than one in 10^6.
  assert.ok(pictures.some((index) => index < 50) && pictures.some((index) => index >= 50));
});

Deno.test("sampleOf() gives all of a set that has no more", () => {
  assert.deepEqual(readAll(sampleOf(set, 500, 7)), readAll(set));
});
