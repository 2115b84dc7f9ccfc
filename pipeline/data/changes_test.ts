/** Laws of the digest of a data set, and of what is found to have changed. */
import assert from "node:assert/strict";
import { changesBetween, type DataChanges } from "./changes.ts";
import { digestOf } from "./digest.ts";
import type { DataRecord, PictureRecord } from "./types.ts";

/** Pictures as `name content label`, separated by commas. */
const pictures = (text: string): PictureRecord[] =>
  text === "" ? [] : text.split(", ").map((one) => {
    const [name, content, label] = one.split(" ");
    return { name: name!, content: content!, ...(label === undefined ? {} : { label: Number(label) }) };
  });
const record = (train: string, validation = ""): DataRecord => ({
  train: pictures(train),
  validation: pictures(validation),
});
const none: DataChanges = {
  added: [],
  removed: [],
  fromValidation: [],
  toValidation: [],
  changed: [],
  renamed: [],
  relabelled: [],
  same: 0,
};

Deno.test("digestOf() depends on content, labels and order, and not on names", () => {
  const base = digestOf(record("a 1 0, b 2 1", "c 3 0"));
  assert.deepEqual(digestOf(record("x 1 0, y 2 1", "z 3 0")), base);
  for (const other of ["a 1 0, b 9 1", "a 1 0, b 2 0", "a 2 1, b 1 0", "a 1 0", "a 1, b 2"]) {
    const found = digestOf(record(other, "c 3 0"));
    assert.notEqual(found.train, base.train, other);
    assert.equal(found.validation, base.validation, other);
  }
  assert.notEqual(digestOf(record("a 1 0, b 2 1", "c 4 0")).validation, base.validation);
});

Deno.test("changesBetween() names each picture that differs, once, by what has become of it", () => {
  const before = record("a 1, b 2, c 3, d 4, e 5 0, f 6", "g 7");
  const now = record("a 1, b 9, cc 3, e 5 1, g 7, h 8", "f 6");
  assert.deepEqual(changesBetween(before, now), {
    added: ["h"],
    removed: ["d"],
    fromValidation: ["g"],
    toValidation: ["f"],
    changed: ["b"],
    renamed: ["c → cc"],
    relabelled: ["e"],
    same: 3,
  });
});

Deno.test("changesBetween() finds nothing where nothing differs, and takes each picture for a renamed one once", () => {
  const before = record("a 1, a 1, b 2", "a 1, b 2");
  assert.deepEqual(changesBetween(before, before), { ...none, same: 3 });
  assert.deepEqual(changesBetween(record("a 1"), record("b 1, c 1")), {
    ...none,
    renamed: ["a → b"],
    added: ["c"],
    same: 1,
  });
});

Deno.test("changesBetween() does not count a picture as before when it became a copy of another one", () => {
  assert.deepEqual(changesBetween(record("a 1, b 2, c 3, d 4"), record("a 1, b 2, d 2")), {
    ...none,
    removed: ["c"],
    changed: ["d"],
    same: 2,
  });
});
