/** Tests of the search for the nearest pictures, against one that compares everything. */
import assert from "node:assert/strict";
import type { Picture } from "../../../lib/image/mod.ts";
import { meaning, median } from "./memory.ts";
import { mirrored, Nearest, type Sight, sightOf } from "./nearest.ts";

let state = 1;
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
/** A picture of some colour with a slope and grain, so that some are near to one another. */
function picture(): Picture {
  const [colour, slope] = [[0, 0, 0].map(() => 150 * random()), 80 * random()];
  const data = Uint8Array.from(
    { length: 40 * 40 * 3 },
    (_, i) => colour[i % 3]! + slope * (Math.floor(i / 3) % 40) / 40 + 20 * random(),
  );
  return { width: 40, height: 40, data };
}
const rms = (a: Sight, b: Sight) =>
  Math.sqrt(a.fine.reduce((sum, value, i) => sum + (value - b.fine[i]!) ** 2, 0) / a.fine.length);

Deno.test("Nearest finds what comparing everything finds, mirrored pictures among them", () => {
  const train = Array.from({ length: 60 }, () => sightOf(picture()));
  for (const of of [...Array.from({ length: 8 }, () => sightOf(picture())), mirrored(train[7]!)]) {
    const search = new Nearest(of, 4);
    train.forEach((sight, index) => search.add(index, [sight, mirrored(sight)]));
    const expected = train.map((sight, index) => {
      const [plain, turned] = [rms(of, sight), rms(of, mirrored(sight))];
      return { index, mirrored: turned < plain, distance: Math.min(plain, turned) };
    }).sort((a, b) => a.distance - b.distance).slice(0, 4);
    const found = search.found;
    assert.deepEqual(found.map(({ index, mirrored }) => [index, mirrored]), expected.map((e) => [e.index, e.mirrored]));
    for (const [i, { distance }] of found.entries()) assert.ok(Math.abs(distance - expected[i]!.distance) < 1e-3);
  }
  const copy = new Nearest(mirrored(train[7]!), 1);
  train.forEach((sight, index) => copy.add(index, [sight, mirrored(sight)]));
  assert.deepEqual(copy.found, [{ index: 7, mirrored: true, distance: 0 }], "a mirrored copy");
});

Deno.test("meaning() calls copies memorised, and says so of nothing that is as far as held-out pictures", () => {
  const held = [20, 30, 40];
  assert.match(meaning({ generated: [2, 30, 31], held }), /^1 generated picture of 3 is .* it looks memorised/);
  assert.match(meaning({ generated: [0, 1, 31], held }), /^2 generated pictures of 3 are .* they look memorised/);
  assert.match(meaning({ generated: [20, 22, 24], held }), /^No picture is a copy by this measure, but/);
  assert.match(meaning({ generated: [29, 30, 34], held }), /no sign of memorising by this measure\.$/);
  assert.match(meaning({ generated: [60, 70, 80], held }), /not yet like the data/);
  assert.match(meaning({ generated: [1], held: [] }), /no held-out pictures/);
  assert.equal(median([4, 1, 3, 2]), 2.5);
});
