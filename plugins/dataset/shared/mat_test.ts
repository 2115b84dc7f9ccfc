/** Tests of the reader of MATLAB files, on files written by SciPy 1's `savemat`. */
import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import { BadMat, readMat } from "./mat.ts";

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

/** The error, which has to be one of ours. */
function refusal(file: Uint8Array): string {
  try {
    readMat(file);
  } catch (error) {
    assert.ok(error instanceof BadMat, String(error));
    return error.message;
  }
  return "nothing";
}

Deno.test("readMat() refuses what is not such a file, or is cut short or damaged", () => {
  assert.match(refusal(new Uint8Array(200)), /is not a MATLAB file/);
  assert.match(refusal(new Uint8Array(20)), /is not a MATLAB file/);
  const plain = bytes(written.plain);
  assert.match(refusal(plain.subarray(0, 180)), /is cut short/);
  const changed = (at: number, value: number, file = plain) => file.map((byte, i) => i === at ? value : byte);
  assert.match(refusal(changed(128 + 36, 5)), /"labels" of shape \[1, 5\] has 4 numbers/);
  assert.match(refusal(changed(128 + 36 + 23, 7)), /an element of 1792 bytes is said to be in 4/);
  assert.match(refusal(changed(150, 0, bytes(written.compressed))), /what is compressed in it cannot be read/);
});

Deno.test("readMat() refuses 680 kB that inflate to 700 MB, and small ones that do so together", () => {
  const header = bytes(written.plain).subarray(0, 128);
  const packed = (size: number) => {
    const data = deflateSync(new Uint8Array(size));
    return [...new Uint8Array(Uint32Array.of(15, data.length).buffer), ...data];
  };
  assert.match(refusal(Uint8Array.from([...header, ...packed(7e8)])), /holds more than 8 MB/);
  assert.match(refusal(Uint8Array.from([...header, ...packed(6e6), ...packed(6e6)])), /holds more than 8 MB/);
});
