/** Tests of the reader of MATLAB files, on files written by SciPy 1's `savemat`. */
import assert from "node:assert/strict";
import { readMat } from "./mat.ts";

/** labels: uint16, trnid: double, ab: int32 [3, 2], text: characters, b: uint8. */
const written = {
  compressed:
    "TUFUTEFCIDUuMCBNQVQtZmlsZSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC" +
    "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAAAAAAAAAAAAABSU0PAAAAMAAAAHic42NgYHAAYjYg5gBibgYIYIXyGYGYBUqD1OQk" +
    "JqXmFEPEIPJpDL4MOowAV+4D4Q8AAAA2AAAAeJzjY2BgSABiNiDmgNIgwArlM0LZMLqkKC8zBUhzArEGAwywOEBoESgtB6VVoLSmAwDRFQSxDw" +
    "AAADYAAAB4nONjYGDwAGI2IOYAYh4GCGCF8pmBmAmIGYFkYhJEXAKI/wMBM1QdSP4PkF8gyMgAALlLCecPAAAALAAAAHic42NgYLAAYjYg5gBi" +
    "FgYIYIXyGaFsRqBMSWpFiQCUn5Gak5MPpAFF5gRfDwAAACYAAAB4nONjYGAwAGI2IOYAYk4GCGCF8hnhmJEhCUgzAWl2IA0AF4QA0w==",
  plain:
    "TUFUTEFCIDUuMCBNQVQtZmlsZSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIC" +
    "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAAAAAAAAAAAAABSU0OAAAAQAAAAAYAAAAIAAAACwAAAAAAAAAFAAAACAAAAAEAAAAE" +
    "AAAAAQAAAAYAAABsYWJlbHMAAAQAAAAIAAAAAQBmAE0ALAEOAAAAYAAAAAYAAAAIAAAABgAAAAAAAAAFAAAACAAAAAEAAAAFAAAAAQAAAAUAAA" +
    "B0cm5pZAAAAAkAAAAoAAAAAAAAAAAABEAAAAAAAAAUQAAAAAAAAB5AAAAAAAAAJEAAAAAAAAApQA4AAABIAAAABgAAAAgAAAAMAAAAAAAAAAUA" +
    "AAAIAAAAAwAAAAIAAAABAAIAYWIAAAUAAAAYAAAA/////wMAAAAFAAAAAgAAAPz///9wEQEADgAAADgAAAAGAAAACAAAAAQAAAAAAAAABQAAAA" +
    "gAAAABAAAABQAAAAEABAB0ZXh0EAAAAAUAAABoZWxsbwAAAA4AAAAwAAAABgAAAAgAAAAJAAAAAAAAAAUAAAAIAAAAAQAAAAEAAAABAAEAYgAA" +
    "AAIAAQAHAAAA",
};
const bytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

for (const [name, text] of Object.entries(written)) {
  Deno.test(`readMat() reads numeric arrays of a ${name} file and passes over others`, () => {
    const arrays = readMat(bytes(text));
    assert.deepEqual([...arrays.keys()], ["labels", "trnid", "ab", "b"]);
    assert.deepEqual(arrays.get("labels"), { shape: [1, 4], data: Float64Array.of(1, 102, 77, 300) });
    assert.deepEqual(arrays.get("trnid"), { shape: [1, 5], data: Float64Array.of(2.5, 5, 7.5, 10, 12.5) });
    // Column by column.
    assert.deepEqual(arrays.get("ab"), { shape: [3, 2], data: Float64Array.of(-1, 3, 5, 2, -4, 70000) });
    assert.deepEqual(arrays.get("b"), { shape: [1, 1], data: Float64Array.of(7) });
  });
}

Deno.test("readMat() refuses what is no such file, or is cut short", () => {
  assert.throws(() => readMat(new Uint8Array(200)), /no MATLAB file/);
  assert.throws(() => readMat(bytes(written.plain).subarray(0, 180)), /cut short/);
});
