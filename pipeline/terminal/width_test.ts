/** Tests of columns in a terminal. */
import assert from "node:assert/strict";
import { columnsOf, cut, padToColumns, wrap } from "./width.ts";

Deno.test("columnsOf() counts what a terminal shows", () => {
  const cases: [string, number][] = [
    ["", 0],
    ["abc", 3],
    ["名前", 4],
    ["é", 1],
    ["e\u0301", 1],
    ["👩‍👩‍👧", 2],
    ["…—×", 3],
    ["\u200b", 0],
  ];
  for (const [text, width] of cases) assert.equal(columnsOf(text), width, text);
});

Deno.test("cut() keeps a text within a width, from either end", () => {
  assert.equal(cut("abcdef", 6), "abcdef");
  assert.equal(cut("abcdef", 4), "abc…");
  assert.equal(cut("abcdef", 4, "start"), "…def");
  assert.equal(cut("名前名前", 4), "名…");
});

Deno.test("padToColumns() fills up to a width, and never cuts", () => {
  assert.equal(padToColumns("名", 4), "名  ");
  assert.equal(padToColumns("abcd", 2), "abcd");
});

Deno.test("wrap() breaks at blanks and loses no word", () => {
  assert.deepEqual(wrap("aa bb cc", 5), ["aa bb", "cc"]);
  assert.deepEqual(wrap("a verylongword b", 5), ["a", "verylongword", "b"]);
  assert.deepEqual(wrap("", 5), [""]);
  const text = "the quick brown fox jumps over the lazy dog";
  for (let width = 5; width < 50; width++) {
    assert.equal(wrap(text, width).join(" "), text);
    for (const line of wrap(text, width)) assert.ok(line.length <= width);
  }
});

Deno.test("wrap() keeps a command on one line, which a shell runs as one when it is copied", () => {
  const command = "deno task run 'my recipes/it'\\''s one.yaml' train.epochs=24";
  assert.deepEqual(wrap(`resume with: ${command}`, 20), ["resume with:", command]);
  assert.deepEqual(wrap("deno task picture   lists what each shows", 24), [
    "deno task picture",
    "lists what each shows",
  ]);
});
