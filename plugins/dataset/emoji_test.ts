/** Tests of the dataset `emoji`. */
import assert from "node:assert/strict";
import emoji from "./emoji.ts";
import { dataset, tools } from "./shared/testing.ts";

const open = async (options: Record<string, unknown>) => await (await dataset(emoji, options)).open(tools("unused"));

Deno.test("emoji gives over 1,000 pictures, no two alike and none of them faint", async () => {
  const { items, pixels, splits, classes } = await open({});
  assert.ok(items.length > 1000, String(items.length));
  assert.equal(new Set(items.map(({ name }) => name)).size, items.length);
  const pictures: Uint8Array[] = [];
  for (let i = 0; i < items.length; i += 4) {
    pictures.push(...await Promise.all(items.slice(i, i + 4).map((_, k) => pixels(i + k))));
  }
  for (const [i, picture] of pictures.entries()) {
    assert.equal(picture.length, 32 * 32 * 3);
    const ink = picture.reduce((sum, value) => sum + 255 - value, 0) / picture.length;
    assert.ok(ink > 5, `${items[i]!.name} is nearly empty: ${ink}`);
  }
  // Root mean square difference of pixels; two pictures of noise differ by about 100.
  const limit = 10 ** 2 * 32 * 32 * 3;
  for (const [i, one] of pictures.entries()) {
    for (const [j, other] of pictures.slice(0, i).entries()) {
      let sum = 0;
      for (let k = 0; k < one.length && sum < limit; k++) sum += (one[k]! - other[k]!) ** 2;
      assert.ok(sum >= limit, `${items[i]!.name} and ${items[j]!.name} look alike`);
    }
  }
  assert.equal(classes?.length, 9);
  assert.deepEqual(new Set(items.map(({ label }) => label)), new Set(classes!.keys()));
  const both = [...splits.train, ...splits.validation];
  assert.deepEqual(both.sort((a, b) => a - b), [...items.keys()]);
  assert.ok(Math.abs(splits.validation.length / items.length - 0.2) < 0.03);
});

Deno.test("emoji leaves out variants of skin, gender, direction and time", async () => {
  const names = new Set((await open({})).items.map(({ name }) => name));
  for (const name of ["waving-hand-dark", "man-cook", "woman-running", "person-running-facing-right", "two-thirty"]) {
    assert.ok(!names.has(name), name);
  }
  for (
    const name of ["waving-hand", "cook", "person-running", "four-oclock", "man-dancing", "vertical-traffic-light"]
  ) {
    assert.ok(names.has(name), name);
  }
});

Deno.test("emoji draws at the size, on the background and of the categories asked for", async () => {
  const { items, pixels, classes } = await open({ image_size: 16, background: "#102030", categories: ["Flags"] });
  assert.deepEqual(classes, ["Flags"]);
  assert.ok(items.every(({ label }) => label === 0));
  const index = items.findIndex(({ name }) => name === "triangular-flag");
  const picture = await pixels(index);
  assert.equal(picture.length, 16 * 16 * 3);
  assert.deepEqual([...picture.slice(-3)], [0x10, 0x20, 0x30]);
});

Deno.test("emoji has a fingerprint that follows what shapes pixels and not the split", async () => {
  const fingerprint = async (options: Record<string, unknown>) => (await open(options)).fingerprint;
  const plain = await fingerprint({});
  assert.equal(await fingerprint({ validation: 0.5 }), plain);
  for (const options of [{ image_size: 16 }, { background: "#000000" }, { categories: ["Flags"] }]) {
    assert.notEqual(await fingerprint(options), plain);
  }
});
