/** Tests of the reader of Parquet files, on files written by PyArrow 26 and on hostile ones. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { files } from "denoise/plugin";
import { readParquetPictures } from "./parquet.ts";
import { joinBytes } from "./testing_archives.ts";
import { type ParquetChanges, parquetOf, thrift } from "./testing_parquet.ts";

/** `[{bytes: "one"}, null, {bytes: null}, {bytes: "three" × 20}, {bytes: "one"}]`, in groups of three rows. */
const written = {
  "Snappy, dictionaries, checksums":
    "UEFSMRUEFQ4VEhXxpefgDDwVAhUAEgAABxgDAAAAb25lFQAVFBUYFb2h+cIDHBUGFRAVBhUGHAAAAAokAwAAAAMSAAECABUEFRQVGBW8sYrRAj" +
    "wVBBUAEgAACiQBAAAAYQEAAABiFQAVFBUYFeuC3qEJHBUGFRAVBhUGHAAAAAokAwAAAAMiAAEDAhUEFd4BFTIVrNeGywg8FQQVABIAAG8gZAAA" +
    "AHRocmVl/gUAegUAGAMAAABvbmUVABUSFRYVp7Wz3wIcFQQVEBUGFQYcAAAACSACAAAABAIBAwIVBBUUFRgVv96t5Ak8FQQVABIAAAokAQAAAG" +
    "MBAAAAZBUAFRIVFhWntbPfAhwVBBUQFQYVBhwAAAAJIAIAAAAEAgEDAhUEGUw1ABgGc2NoZW1hFQIANQIYBWltYWdlFQQAFQwlAhgFYnl0ZXMA" +
    "FQwlAhgEcGF0aCUATBwAAAAWChksGSwmABwVDBk1AAYQGSgFaW1hZ2UFYnl0ZXMVAhYGFnwWhAEmQiYIKSwVBBUAFQIAFQAVEBUCADwWBhkGGT" +
    "YCAgIAAAAmABwVDBk1AAYQGSgFaW1hZ2UEcGF0aBUCFgYWggEWigEmzAEmjAEpLBUEFQAVAgAVABUQFQIAPBYEGQYZNgIABAAAABb+ARYGJggW" +
    "jgIAGSwmABwVDBk1AAYQGSgFaW1hZ2UFYnl0ZXMVAhYEFswCFqQBJvICJpYCKSwVBBUAFQIAFQAVEBUCADwWzgEZBhk2AAAEAAAAJgAcFQwZNQ" +
    "AGEBkoBWltYWdlBHBhdGgVAhYEFoABFogBJvoDJroDKSwVBBUAFQIAFQAVEBUCADwWBBkGGTYAAAQAAAAWzAMWBCaWAhasAgAoIHBhcnF1ZXQt" +
    "Y3BwLWFycm93IHZlcnNpb24gMjYuMC4xGSwcAAAcAAAAlAEAAFBBUjE=",
  "Zstandard, pages of version 2":
    "UEFSMRUGFRQVFFwVBhUEFQYVABUGFQASHAAAAAMSAAMAAABvbmUVBhUaFRpcFQYVAhUGFQAVBhUAEhwAAAADIgABAAAAYQEAAABiFQYV4gEVRF" +
    "wVBBUAFQQVABUEFQARHAAAAAQCKLUv/SBvvQAAgGQAAAB0aHJlZQMAAABvbmUBAIypHAEVBhUYFRhcFQQVABUEFQAVBBUAEhwAAAAEAgEAAABj" +
    "AQAAAGQVBBlMNQAYBnNjaGVtYRUCADUCGAVpbWFnZRUEABUMJQIYBWJ5dGVzABUMJQIYBHBhdGglAEwcAAAAFgoZLBksJgAcFQwZJQYAGSgFaW" +
    "1hZ2UFYnl0ZXMVDBYGFkQWRCYISRwVABUAFQIAPBYGGQYZNgICAgAAACYAHBUMGSUGABkoBWltYWdlBHBhdGgVDBYGFkoWSiZMSRwVABUAFQIA" +
    "PBYEGQYZNgIABAAAABaOARYGJggWjgEAGSwmABwVDBklBgAZKAVpbWFnZQVieXRlcxUMFgQWlAIWdiaWAUkcFQAVABUCADwWzgEZBhk2AAAEAA" +
    "AAJgAcFQwZJQYAGSgFaW1hZ2UEcGF0aBUMFgQWSBZIJowCSRwVABUAFQIAPBYEGQYZNgAABAAAABbcAhYEJpYBFr4BACggcGFycXVldC1jcHAt" +
    "YXJyb3cgdmVyc2lvbiAyNi4wLjEZLBwAABwAAABiAQAAUEFSMQ==",
  "gzip, pages of version 2, dictionaries":
    "UEFSMRUEFQ4VNhWt9oylBzwVAhUAEgAAH4sIAAAAAAACA2NmYGDIz0sFAACaqSkHAAAAFQYVDBUMFbT9kOgDTBUGFQQVBhUQFQYVABIcAAAAAx" +
    "IAAQIAFQQVFBU4Fc63yIUEPBUEFQASAAAfiwgAAAAAAAIDY2RgYEhkBBJJAHP2PFEKAAAAFQYVDBUMFeLet4sJTBUGFQIVBhUQFQYVABIcAAAA" +
    "AyIAAQMCFQQV3gEVShXKv6CCAjwVBBUAEgAAH4sIAAAAAAACA0thYGAoyShKTaUxwQy0Jz8vFQCXHt+HbwAAABUGFQoVChWchtbUC0wVBBUAFQ" +
    "QVEBUEFQASHAAAAAQCAQMCFQQVFBU4FfaHsDk8FQQVABIAAB+LCAAAAAAAAgNjZGBgSGYEEikATfKX9QoAAAAVBhUKFQoVnIbW1AtMFQQVABUE" +
    "FRAVBBUAEhwAAAAEAgEDAhUEGUw1ABgGc2NoZW1hFQIANQIYBWltYWdlFQQAFQwlAhgFYnl0ZXMAFQwlAhgEcGF0aCUATBwAAAAWChksGSwmAB" +
    "wVDBk1AAYQGSgFaW1hZ2UFYnl0ZXMVBBYGFn4WpgEmZiYIKSwVBBUAFQIAFQAVEBUCADwWBhkGGTYCAgIAAAAmABwVDBk1AAYQGSgFaW1hZ2UE" +
    "cGF0aBUEFgYWhAEWqAEmjgImrgEpLBUEFQAVAgAVABUQFQIAPBYEGQYZNgIABAAAABaCAhYGJggWzgIAGSwmABwVDBk1AAYQGSgFaW1hZ2UFYn" +
    "l0ZXMVBBYEFs4CFroBJsoDJtYCKSwVBBUAFQIAFQAVEBUCADwWzgEZBhk2AAAEAAAAJgAcFQwZNQAGEBkoBWltYWdlBHBhdGgVBBYEFoABFqQB" +
    "Ju4EJpAEKSwVBBUAFQIAFQAVEBUCADwWBBkGGTYAAAQAAAAWzgMWBCbWAhbeAgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGS" +
    "wcAAAcAAAAlAEAAFBBUjE=",
  "Brotli, plain pages":
    "UEFSMRUAFRwVJBXu1NSqCRwVBhUAFQYVBhwAAACLBoADAAAAAxIAAwAAAG9uZQMVABUiFSgVqMnqoA4cFQYVABUGFQYcAAAAGxAAAAQ8ZLenJj" +
    "dKkVzKSBKwpHEVABXqARU8FYz99ZsCHBUEFQAVBhUGHAAAABt0AAAE6obXM0yjLxMlGYssqBVxKCBVz99nawA7BhUAFSAVJhX2j4vRBBwVBBUA" +
    "FQYVBhwAAAAbDwAABDxk9wmpUYrEUsSxQE3jFQQZTDUAGAZzY2hlbWEVAgA1AhgFaW1hZ2UVBAAVDCUCGAVieXRlcwAVDCUCGARwYXRoJQBMHA" +
    "AAABYKGSwZLCYAHBUMGSUGABkoBWltYWdlBWJ5dGVzFQgWBhZOFlYmCEkcFQAVABUCADwWBhkGGTYCAgIAAAAmABwVDBklBgAZKAVpbWFnZQRw" +
    "YXRoFQgWBhZUFlomXkkcFQAVABUCADwWBBkGGTYCAAQAAAAWogEWBiYIFrABABksJgAcFQwZJQYAGSgFaW1hZ2UFYnl0ZXMVCBYEFp4CFnAmuA" +
    "FJHBUAFQAVAgA8Fs4BGQYZNgAABAAAACYAHBUMGSUGABkoBWltYWdlBHBhdGgVCBYEFlIWWCaoAkkcFQAVABUCADwWBBkGGTYAAAQAAAAW8AIW" +
    "BCa4ARbIAQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGSwcAAAcAAAAYgEAAFBBUjE=",
};

const utf8 = (text: string) => new TextEncoder().encode(text);

async function read(bytes: Uint8Array, signal = new AbortController().signal): Promise<[row: number, text: string][]> {
  const path = join(await Deno.makeTempDir(), "a.parquet");
  await Deno.writeFile(path, bytes);
  const found: [number, string][] = [];
  for await (const { row, bytes } of readParquetPictures(path, { signal, progress: () => {} })) {
    found.push([row, new TextDecoder().decode(bytes)]);
  }
  return found;
}

async function refused(bytes: Uint8Array, what: RegExp): Promise<void> {
  await assert.rejects(read(bytes), (error: Error) => {
    assert.ok(error instanceof files.DownloadError, String(error));
    assert.match(error.message, /^Cannot read ".*" as this dataset: it /);
    assert.match(error.message, what);
    return true;
  });
}

for (const [what, text] of Object.entries(written)) {
  Deno.test(`readParquetPictures() reads what PyArrow writes: ${what}`, async () => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    assert.deepEqual(await read(bytes), [[0, "one"], [3, "three".repeat(20)], [4, "one"]]);
  });
}

const values = [utf8("first"), utf8("second")];
const stored = joinBytes(values.flatMap((bytes) => [Uint8Array.of(bytes.length, 0, 0, 0), bytes]));

Deno.test("readParquetPictures() reads a file of required values", async () => {
  assert.deepEqual(await read(parquetOf(values)), [[0, "first"], [1, "second"]]);
  assert.deepEqual(await read(parquetOf(values, { codec: 2, stored: gzipSync(stored) })), [[0, "first"], [
    1,
    "second",
  ]]);
});

const hostile: [what: string, changes: ParquetChanges, expected: RegExp][] = [
  ["a page of negative size", { page: { 3: -20 } }, /says that the size of a page is -20/],
  ["a page of no size", { page: { 3: true } }, /says nothing of the size of a page/],
  ["a page that reaches beyond its column", { page: { 3: 1e6 } }, /reaches beyond its column/],
  ["a page that would have terabytes", { page: { 2: 2 ** 40 }, codec: 6 }, /at most 1024 are read/],
  ["a page that would grow ten thousand times", { page: { 2: 1e6 }, codec: 6 }, /more than 100 times/],
  ["a bomb of Zstandard", { codec: 6, stored: zstdCompressSync(new Uint8Array(1e8)) }, /is not valid Zstandard/],
  ["a bomb of gzip", { codec: 2, stored: gzipSync(new Uint8Array(1e7)) }, /is not valid gzip/],
  ["Snappy whose literal has a negative length", {
    codec: 1,
    stored: Uint8Array.of(stored.length, 0xfc, 0xf0, 0xff, 0xff, 0xff, 0, 0, 0),
  }, /is not valid Snappy/],
  ["Snappy that copies from before its start", {
    codec: 1,
    stored: Uint8Array.of(stored.length, 0x00, 65, 0x02, 9, 0),
  }, /is not valid Snappy/],
  ["an unsupported compression", { codec: 7 }, /compressed with LZ4 raw/],
  ["a billion rows in a group", { groupRows: 1e9 }, /a row group has 1,000,000,000 rows/],
  ["fewer values than rows", { groupRows: 3 }, /lacks 1 of the 3 values/],
  ["more values than rows", { groupRows: 1 }, /more values than rows/],
  ["more values than bytes", { data: { 1: 2000 }, groupRows: 2000 }, /fewer values than it counts/],
  ["a negative number of values", { data: { 1: -1 } }, /number of values of a page is -1/],
  ["a checksum that differs", { page: { 4: 7 } }, /checksum differs/],
  ["a dictionary that is not there", { data: { 2: 8 } }, /lacks the dictionary/],
  ["an unknown encoding", { data: { 2: 6 } }, /encoding 6/],
  ["a column before the file", { meta: { 9: -5 } }, /the place of the first page is -5/],
  ["a column behind the file", { meta: { 9: 5000 } }, /places a column outside the file/],
  ["groups in the same bytes", { groups: 50 }, /in the same bytes/],
  ["a number that no offset has", { meta: { 7: Number.MAX_SAFE_INTEGER + 1 } }, /out of range/],
  ["numbers as pictures", { meta: { 1: 2 } }, /pictures that are not bytes/],
  ["a tree that never ends", { schema: [{ 4: "root", 5: 2 ** 31 }] }, /lists fewer columns than it counts/],
  ["a list of pictures in a row", {
    schema: [{ 4: "root", 5: 1 }, { 3: 2, 4: "image", 5: 1 }, { 1: 6, 3: 0, 4: "bytes" }],
  }, /has a list/],
];

for (const [what, changes, expected] of hostile) {
  Deno.test(`readParquetPictures() refuses ${what}`, () => refused(parquetOf(values, changes), expected));
}

/** A file with other bytes as its footer. */
function footed(footer: Uint8Array): Uint8Array {
  return joinBytes([utf8("PAR1"), footer, new Uint8Array(Uint32Array.of(footer.length).buffer), utf8("PAR1")]);
}

Deno.test("readParquetPictures() refuses footers that are damaged, deep or count too much", async () => {
  await refused(utf8("<html>".repeat(50)), /is not a Parquet file$/);
  await refused(parquetOf(values).subarray(0, -3), /is cut short/);
  await refused(
    joinBytes([utf8("PAR1"), Uint8Array.of(255, 255, 255, 255), utf8("PAR1")]),
    /footer would have 4294967295/,
  );
  await refused(footed(new Uint8Array(1000).fill(0x1c)), /nested deeper than 16 levels/); // a struct in a struct in …
  await refused(footed(new Uint8Array(1000).fill(0x99)), /nested deeper than 16 levels/); // the same of lists
  await refused(footed(Uint8Array.of(0x19, 0xf6, 255, 255, 255, 255, 127)), /is cut short/); // a list of 34 billion
  await refused(footed(Uint8Array.of(0x18, 255, 255, 255, 255, 15)), /is cut short/); // text of 4 GB
  await refused(footed(Uint8Array.of(0x16, ...new Uint8Array(20).fill(255))), /more than 64 bits/);
  await refused(footed(thrift({ 1: 1, 2: 5 })), /has no list of columns/);
});

Deno.test("readParquetPictures() refuses a dictionary that makes a small file large, and stops where it is asked to", async () => {
  const picture = new Uint8Array(20_000).fill(7);
  const dictionary = joinBytes([new Uint8Array(Uint32Array.of(picture.length).buffer), picture]);
  const head = (fields: Parameters<typeof thrift>[0], page: Uint8Array) =>
    joinBytes([thrift({ 2: page.length, 3: page.length, ...fields }), page]);
  const rows = 1_000_000;
  const pages = joinBytes([
    head({ 1: 2, 7: { 1: 1, 2: 0 } }, dictionary),
    // All indices are 0, of no bits.
    head({ 1: 0, 5: { 1: rows, 2: 8, 3: 3, 4: 3 } }, Uint8Array.of(0)),
  ]);
  const meta = { 1: 6, 3: ["image", "bytes"], 4: 0, 7: pages.length, 9: 4 };
  const footer = thrift({
    2: [{ 4: "root", 5: 1 }, { 3: 0, 4: "image", 5: 1 }, { 1: 6, 3: 0, 4: "bytes" }],
    3: rows,
    4: [{ 1: [{ 3: meta }], 3: rows }],
  });
  const bytes = joinBytes([
    utf8("PAR1"),
    pages,
    footer,
    new Uint8Array(Uint32Array.of(footer.length).buffer),
    utf8("PAR1"),
  ]);
  await refused(bytes, /more than 100 times its own size/);
  const stop = new AbortController();
  stop.abort(new Error("stopped by hand"));
  await assert.rejects(read(bytes, stop.signal), /stopped by hand/);
});
