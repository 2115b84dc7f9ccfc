/** Laws of the split by name. */
import assert from "node:assert/strict";
import { splitByName } from "./split.ts";

const names = Array.from({ length: 2000 }, (_, i) => `folder/${i}.png`);

Deno.test("splitByName() holds out about the fraction asked for, and each picture is on one side", () => {
  for (const fraction of [0, 0.1, 0.2, 0.5]) {
    const { train, validation } = splitByName(names, fraction);
    assert.equal(train.length + validation.length, names.length);
    assert.equal(new Set([...train, ...validation]).size, names.length);
    const deviation = Math.sqrt(fraction * (1 - fraction) / names.length);
    assert.ok(Math.abs(validation.length / names.length - fraction) <= 4 * deviation, String(validation.length));
  }
});

Deno.test("splitByName() leaves every picture on its side when others are added or removed", () => {
  const held = (list: readonly string[]) => new Set(splitByName(list, 0.2).validation.map((i) => list[i]!));
  const all = held(names);
  const some = names.filter((_, i) => i % 3 !== 0).reverse();
  assert.deepEqual([...held(some)].sort(), some.filter((name) => all.has(name)).sort());
});

Deno.test("splitByName() leaves neither side empty where there are two pictures, and trains on a single one", () => {
  for (let i = 0; i < 50; i++) {
    const { train, validation } = splitByName([`${i}a`, `${i}b`], 0.2);
    assert.deepEqual([train.length, validation.length], [1, 1]);
  }
  assert.deepEqual(splitByName(["a", "b"], 0).validation, []);
  assert.deepEqual(splitByName([], 0.2), { train: [], validation: [] });
  for (let i = 0; i < 20; i++) assert.deepEqual(splitByName([`${i}`], 0.9), { train: [0], validation: [] });
});
