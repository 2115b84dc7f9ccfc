/** Tests of the guess at what was meant. */
import assert from "node:assert/strict";
import { editDistance, nearest } from "./nearest.ts";

Deno.test("editDistance() counts insertions, deletions, substitutions and swaps", () => {
  const cases: [string, string, number][] = [
    ["", "", 0],
    ["", "abc", 3],
    ["abc", "", 3],
    ["blok_depth", "block_depth", 1],
    ["kitten", "sitting", 3],
    ["cosnie", "cosine", 1],
    ["ab", "ba", 1],
  ];
  for (const [a, b, distance] of cases) {
    assert.equal(editDistance(a, b), distance, `${a} → ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} → ${a}`);
  }
});

Deno.test("nearest() finds the misspelt name when it is close, and keeps silent when it is not", () => {
  const options = ["block_depth", "embedding_dims", "max_frequency", "widths"];
  const cases: [string, string | undefined][] = [
    ["blok_depth", "block_depth"],
    ["blockDepth", "block_depth"],
    ["BLOCK-DEPTH", "block_depth"],
    ["width", "widths"],
    ["withds", "widths"],
    ["embedding", "embedding_dims"],
    ["colour", undefined],
    ["w", undefined],
    ["", undefined],
  ];
  for (const [name, expected] of cases) assert.equal(nearest(name, options), expected, `"${name}"`);
});

Deno.test("nearest() does not take one of two short names for the other", () => {
  assert.equal(nearest("lr", ["mu"]), undefined);
  assert.equal(nearest("kid", ["fid"]), "fid");
});

Deno.test("nearest() takes, of two as close, the one that begins alike for longer", () => {
  assert.equal(nearest("h10", ["a10", "h100"]), "h100");
  assert.equal(nearest("a1o", ["l10", "a10"]), "a10");
});

Deno.test("nearest() returns the closest of several, and the first of equals", () => {
  assert.equal(nearest("cosin", ["cosine-shifted", "cosine", "cosina"]), "cosine");
  assert.equal(nearest("cosine1", ["cosine", "cosine2"]), "cosine");
});

Deno.test("nearest() stays quick on a name of a megabyte", () => {
  const start = performance.now();
  nearest("x".repeat(1e6), ["block_depth"]);
  assert.ok(performance.now() - start < 500);
});
