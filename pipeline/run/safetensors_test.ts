/** Tests of safetensors files: round trips, and what is wrong with a damaged one. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DenoiseError } from "../problems/problem.ts";
import { type HostTensor, readMetadata, readSafetensors, writeSafetensors } from "./safetensors.ts";

const tensors: Record<string, HostTensor> = {
  flags: { dtype: "BOOL", shape: [3], data: new Uint8Array([1, 0, 1]) },
  bytes: { dtype: "U8", shape: [5], data: new Uint8Array([0, 1, 2, 254, 255]) },
  counts: { dtype: "I32", shape: [2, 1], data: new Int32Array([-5, 2 ** 31 - 1]) },
  "a/kernel": { dtype: "F32", shape: [2, 2], data: new Float32Array([1, -0, 1e-40, Infinity]) },
  wide: { dtype: "F64", shape: [1], data: new Float64Array([Math.PI]) },
  long: { dtype: "I64", shape: [], data: new BigInt64Array([-(2n ** 63n)]) },
  empty: { dtype: "F32", shape: [0, 4], data: new Float32Array(0) },
  __proto__tensor: { dtype: "F32", shape: [1], data: new Float32Array([3]) },
};

async function inFolder(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(join(folder, "x.safetensors"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The file with another header. */
function reheaded(bytes: Uint8Array, change: (header: Record<string, unknown>) => unknown): Uint8Array {
  return replaced(bytes, (text) => {
    const header = JSON.parse(text);
    return JSON.stringify(change(header) ?? header);
  });
}

const typed = (bytes: Uint8Array, dtype: string) =>
  reheaded(bytes, (header) => void ((header.wide as { dtype: string }).dtype = dtype));
const offset = (bytes: Uint8Array, offsets: number[]) =>
  reheaded(bytes, (header) => void ((header.wide as { data_offsets: number[] }).data_offsets = offsets));

/** The same with the text of the header. */
function replaced(bytes: Uint8Array, change: (json: string) => string): Uint8Array {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const json = new TextEncoder().encode(change(new TextDecoder().decode(bytes.subarray(8, 8 + length))));
  const result = new Uint8Array(8 + json.length + bytes.length - 8 - length);
  new DataView(result.buffer).setBigUint64(0, BigInt(json.length), true);
  result.set(json, 8);
  result.set(bytes.subarray(8 + length), 8 + json.length);
  return result;
}

Deno.test("readSafetensors() returns what writeSafetensors() was given, to the bit", () =>
  inFolder(async (path) => {
    const metadata = { recipe: 'name: "ü"\n', sha: "x" };
    await writeSafetensors(path, tensors, metadata);
    const read = await readSafetensors(path);
    assert.deepEqual(Object.keys(read.tensors).sort(), Object.keys(tensors).sort());
    for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
      assert.deepEqual(read.tensors[name]!.shape, shape, name);
      assert.equal(read.tensors[name]!.dtype, dtype);
      assert.deepEqual(read.tensors[name]!.data, data, name);
    }
    const { sha256, ...rest } = read.metadata;
    assert.match(sha256!, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, metadata);
    assert.deepEqual(await readMetadata(path), read.metadata);
  }));

Deno.test("writeSafetensors() starts the data and every tensor at a multiple of its element size", () =>
  inFolder(async (path) => {
    await writeSafetensors(path, tensors);
    const bytes = await Deno.readFile(path);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    assert.equal(length % 8, 0);
    assert.equal(bytes[8], 0x7b, "the reference implementation demands a header that starts with {");
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    for (const [name, { data }] of Object.entries(tensors)) {
      assert.equal(header[name].data_offsets[0] % data.BYTES_PER_ELEMENT, 0, name);
    }
  }));

Deno.test("readSafetensors() reads unaligned files of other writers, without a checksum", () =>
  inFolder(async (path) => {
    await writeSafetensors(path, tensors);
    const bytes = reheaded(await Deno.readFile(path), (header) => {
      delete header.__metadata__;
      const at = (header.wide as { data_offsets: number[] }).data_offsets;
      return { pad: { dtype: "U8", shape: [0], data_offsets: [at[0], at[0]] }, ...header };
    });
    await Deno.writeFile(path, bytes);
    const read = await readSafetensors(path);
    for (const [name, { data }] of Object.entries(tensors)) assert.deepEqual(read.tensors[name]!.data, data, name);
  }));

const damages: [what: string, expected: RegExp, damage: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array][] = [
  ["an empty file", /0 bytes, fewer than the 8/, () => new Uint8Array()],
  ["a file cut in the length", /5 bytes, fewer than the 8/, (b) => b.subarray(0, 5)],
  ["a file cut in the header", /header has \d+ bytes but the file only 60/, (b) => b.subarray(0, 60)],
  ["a file cut in the data", /tensors take \d+ bytes, but the file holds/, (b) => b.subarray(0, -1)],
  ["bytes after the end", /tensors take \d+ bytes, but the file holds/, (b) => new Uint8Array([...b, 0])],
  ["a giant header", /its header would have/, (b) => (b = b.slice(), b.fill(255, 0, 7), b)],
  [
    "a header that is not JSON",
    /its header is not a JSON object: it does not start with \{/,
    (b) => (b = b.slice(), b[8] = 0x78, b),
  ],
  ["a header that is a list", /does not start with/, (b) => reheaded(b, () => [1])],
  ["a changed byte of data", /checksum differs/, (b) => (b = b.slice(), b[b.length - 3]! ^= 1, b)],
  [
    "a changed recipe",
    /checksum differs/,
    (b) => reheaded(b, (h) => void ((h.__metadata__ as { recipe: string }).recipe = "b")),
  ],
  [
    "metadata that are not text",
    /metadata are not all text/,
    (b) => reheaded(b, (h) => void (h.__metadata__ = { a: 1 })),
  ],
  [
    "an unknown type",
    /"wide" has type "X9"/,
    (b) => typed(b, "X9"),
  ],
  [
    "a shape that does not fit",
    /shape \[7\] needs 56/,
    (b) => reheaded(b, (h) => void ((h.wide as { shape: number[] }).shape = [7])),
  ],
  [
    "a negative shape",
    /"wide" has no valid shape/,
    (b) => reheaded(b, (h) => void ((h.wide as { shape: number[] }).shape = [-1])),
  ],
  ["a header that ends early", /its header is not valid JSON/, (b) => (b = b.slice(), b.fill(0x20, 200, 210), b)],
  ["a header with a space before it", /does not start with/, (b) => (b = b.slice(), b[8] = 0x20, b)],
  ["a header that is not UTF-8", /its header is not UTF-8/, (b) => (b = b.slice(), b[12] = 0xff, b)],
  ["half-precision numbers", /has type BF16: .* are read here, so convert it to F32/, (b) => typed(b, "BF16")],
  ["a shape that no file can hold", /has shape \[9007199254740991,9007199254740991,0\], which no/, (b) => {
    const side = Number.MAX_SAFE_INTEGER;
    return reheaded(b, (h) => void ((h.wide as { shape: number[] }).shape = [side, side, 0]));
  }],
  ["offsets that go backwards", /takes -8 bytes/, (b) => offset(b, [8, 0])],
  ["a key that comes twice", /its header has the key "wide" twice/, (b) => {
    return replaced(b, (json) => json.replace("{", '{"wi\\u0064e":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},'));
  }],
  ["a key of the metadata that comes twice", /has the key "recipe" twice/, (b) => {
    return replaced(b, (json) => json.replace('"recipe":', '"recipe":"b","recipe":'));
  }],
  ["depth without end", /its header is nested deeper than 8 levels/, (b) => {
    return replaced(b, (json) => json.replace("{", `{"x":${"[".repeat(100_000)}${"]".repeat(100_000)},`));
  }],
  ["a length of a header that is longer than the file", /header has 99999999 bytes but the file only/, (b) => {
    b = b.slice();
    new DataView(b.buffer).setBigUint64(0, 99_999_999n, true);
    return b;
  }],
  ["an overlap", /starts at byte/, (b) => reheaded(b, (h) => void (h.again = h.wide))],
  ["a gap", /starts at byte 16 of the data, not at 8/, (b) => reheaded(b, (h) => void delete h.long)],
];

for (const [what, expected, damage] of damages) {
  Deno.test(`readSafetensors() refuses ${what}`, () =>
    inFolder(async (path) => {
      await writeSafetensors(path, tensors, { recipe: "a" });
      await Deno.writeFile(path, damage(await Deno.readFile(path)));
      await assert.rejects(readSafetensors(path), (error) => {
        assert.ok(error instanceof DenoiseError, String(error));
        assert.equal(error.problems[0]!.code, "file-damaged");
        assert.match(error.message, expected);
        assert.ok(error.message.includes(path));
        return true;
      });
    }));
}
