/** Tests of pictures by their class. */
import assert from "node:assert/strict";
import { batches } from "./batches.ts";
import { mixOf, ofClass } from "./classes.ts";
import type { PictureSet } from "./types.ts";

/** Pictures of one byte that says which one it is: 20 of class 0, 70 of class 2, 10 of class 1, none of class 3. */
const set: PictureSet = {
  count: 100,
  shape: { height: 1, width: 1, channels: 1 },
  labels: Int32Array.from({ length: 100 }, (_, i) => i < 20 ? 0 : i < 90 ? 2 : 1),
  read: (index, target, offset) => void (target[offset] = index),
};

Deno.test("ofClass() keeps what each picture counts as in the whole, so that its draws are the same", async () => {
  const seen = async (of: PictureSet) => {
    const all = [];
    for await (const { item, image, label } of batches(of, { batchSize: 16, training: false, seed: 0, epoch: 0 })) {
      all.push(...[...image].map((byte, i) => [byte, item[i], label![i]]));
    }
    return all;
  };
  const whole = await seen(set);
  assert.deepEqual((await Promise.all([0, 2, 1, 3].map((label) => seen(ofClass(set, label))))).flat(), whole);
  assert.deepEqual([0, 1, 2, 3].map((label) => ofClass(set, label).count), [20, 10, 70, 0]);
  assert.deepEqual(await seen(ofClass(ofClass(set, 1), 1)), whole.slice(90), "a part of a part");
});

Deno.test("mixOf() has each class as often as the set, in the first few as in all", () => {
  const all = mixOf(set, 4, 1000);
  for (const count of [10, 37, 100, 1000]) {
    const first = mixOf(set, 4, count);
    assert.deepEqual(first, all.slice(0, count), "the class of a picture depends on its number alone");
    for (const [label, part] of [0.2, 0.1, 0.7, 0].entries()) {
      const found = first.filter((each) => each === label).length;
      assert.ok(Math.abs(found - part * count) < 2, `${found} of ${count} are of class ${label}, not ${part * count}`);
    }
  }
  const { labels: _, ...without } = set;
  assert.deepEqual(mixOf(without, 3, 5), [0, 1, 2, 0, 1]);
});
