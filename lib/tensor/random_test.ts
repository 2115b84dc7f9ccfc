import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { createRandom, drawPacked, permutation, type Random, seedTensor } from "./mod.ts";
import { forkStream } from "./random_create.ts";
import { threefry4x32, threefryBlocks } from "./threefry.ts";

const hex = (words: ArrayLike<number>) => Array.from(words, (w) => (w >>> 0).toString(16).padStart(8, "0")).join(" ");

function draws(
  options: { seed?: number; stream?: string | number; step?: number; items?: number[] } = {},
) {
  const { seed = 1, stream = "test", step = 0, items = [0] } = options;
  return createRandom({
    seed: seedTensor(seed),
    stream,
    step: tf.scalar(step, "int32"),
    items: tf.tensor1d(items, "int32"),
  });
}

Deno.test("threefry4x32() gives the known answers of Random123", () => {
  // tests/kat_vectors of Random123, lines "threefry4x32 20": counter, key, result.
  const vectors = [
    [
      "00000000 00000000 00000000 00000000",
      "00000000 00000000 00000000 00000000",
      "9c6ca96a e17eae66 fc10ecd4 5256a7d8",
    ],
    [
      "ffffffff ffffffff ffffffff ffffffff",
      "ffffffff ffffffff ffffffff ffffffff",
      "2a881696 57012287 f6c7446e a16a6732",
    ],
    [
      "243f6a88 85a308d3 13198a2e 03707344",
      "a4093822 299f31d0 082efa98 ec4e6c89",
      "59cd1dbb b8879579 86b5d00c ac8b6d84",
    ],
  ] as const;
  const words = (text: string) => text.split(" ").map((w) => parseInt(w, 16)) as [number, number, number, number];
  for (const [counter, key, answer] of vectors) {
    assert.equal(hex(threefry4x32(words(counter), words(key))), answer);
  }
});

Deno.test("threefryBlocks() is threefry4x32() with counter (item, block, 0, 0), cut to any length", () => {
  for (const [count, item] of [[1, 7], [6, -3], [16, 0x7fffffff], [23, 0]] as const) {
    const out = new Int32Array(count + 5);
    threefryBlocks(out, 2, count, 0x12345678, -5, 0x9abcdef0 | 0, 99, item);
    const expected = Array.from(
      { length: count },
      (_, e) => threefry4x32([item >>> 0, e >> 2, 0, 0], [0x12345678, -5 >>> 0, 0x9abcdef0, 99])[e & 3]!,
    );
    assert.equal(hex(out.subarray(2, 2 + count)), hex(expected));
    assert.deepEqual([...out.subarray(0, 2), ...out.subarray(2 + count)], [0, 0, 0, 0, 0]);
  }
});

Deno.test("createRandom() draws the same bits and numbers on cpu and wasm", async () => {
  const results: string[] = [];
  for (const backend of ["cpu", "wasm"]) {
    await tf.setBackend(backend);
    const random = draws({ seed: 2 ** 40 + 5, items: [3, 1, 4], step: 1234 });
    const tensors = [random.bits([5, 3]), random.uniform([7]), random.normal([2, 2, 3]), random.normal([])];
    assert.deepEqual(tensors.map((t) => [t.shape, t.dtype]), [
      [[3, 5, 3], "int32"],
      [[3, 7], "float32"],
      [[3, 2, 2, 3], "float32"],
      [[3], "float32"],
    ]);
    results.push(JSON.stringify(tensors.map((t) => [...t.dataSync()])));
  }
  assert.equal(results[0], results[1]);
});

Deno.test("createRandom() gives an item the same numbers in any batch and at any place in it", async () => {
  await tf.setBackend("cpu");
  const rows = (items: number[]) => draws({ items }).normal([4, 3]).arraySync() as number[][][];
  const all = rows([...Array(64).keys()]);
  assert.deepEqual(rows([17]), [all[17]]);
  assert.deepEqual(rows([63, 2, 40]), [all[63], all[2], all[40]]);
});

Deno.test("createRandom() gives normals of mean 0, variance 1, kurtosis 3, and uniforms that fill [0, 1)", async () => {
  await tf.setBackend("cpu");
  const n = 1 << 18;
  const normal = draws({ seed: 3 }).normal([n]).dataSync<"float32">();
  const moment = (k: number) => normal.reduce((sum, x) => sum + x ** k, 0) / n;
  const deviations = [moment(1), moment(2) - 1, moment(3), moment(4) - 3];
  // Standard errors of the moments of n normals: sqrt(var / n) with variances 1, 2, 15, 96.
  [1, 2, 15, 96].forEach((variance, i) =>
    assert.ok(Math.abs(deviations[i]!) < 4 * Math.sqrt(variance / n), `${i + 1}`)
  );
  const counts = new Float64Array(256);
  const uniform = draws({ seed: 4 }).uniform([n]).dataSync<"float32">();
  for (const u of uniform) {
    assert.ok(u >= 0 && u < 1);
    counts[Math.floor(u * 256)]!++;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - n / 256) ** 2 / (n / 256), 0);
  assert.ok(Math.abs(chiSquare - 255) < 4 * Math.sqrt(2 * 255), `chi-square ${chiSquare} of 255`);
  const correlation = normal.slice(1).reduce((sum, x, i) => sum + x * normal[i]!, 0) / n;
  assert.ok(Math.abs(correlation) < 4 / Math.sqrt(n), `neighbours correlate by ${correlation}`);
});

Deno.test("createRandom() never gives two keys the same stream", async () => {
  await tf.setBackend("cpu");
  const root = draws();
  const streams = {
    root,
    "fork a": root.fork("a"),
    "fork b": root.fork("b"),
    "fork a, b": root.fork("a").fork("b"),
    "fork b, a": root.fork("b").fork("a"),
    "fork ab": root.fork("ab"),
    "fork of nothing": root.fork(""),
    "seed 2": draws({ seed: 2 }),
    "seed 2^32": draws({ seed: 2 ** 32 }),
    "seed 2^32 + 1": draws({ seed: 2 ** 32 + 1 }),
    "step 1": draws({ step: 1 }),
    "item 1": draws({ items: [1] }),
    "stream 0": draws({ stream: 0 }),
    "stream other": draws({ stream: "other" }),
  };
  const seen = new Map<string, string>();
  for (const [name, random] of Object.entries(streams)) {
    for (const block of hex(random.bits([64]).dataSync()).match(/(\S+ ){3}\S+/g)!) {
      assert.ok(!seen.has(block), `${name} repeats ${seen.get(block)}`);
      seen.set(block, name);
    }
  }
  assert.deepEqual([...root.fork("a").bits([8]).dataSync()], [...draws().fork("a").bits([8]).dataSync()]);
});

Deno.test("forkStream() maps different parents to different children", () => {
  const children = new Set(Array.from({ length: 1 << 16 }, (_, parent) => forkStream(parent, "noise")));
  assert.equal(children.size, 1 << 16);
});

Deno.test("seedTensor() takes seeds from 0 to 2^53 - 1 and refuses others", () => {
  assert.deepEqual([...seedTensor(2 ** 53 - 1).dataSync()], [-1, 2 ** 21 - 1]);
  for (const seed of [-1, 1.5, 2 ** 53, NaN]) assert.throws(() => seedTensor(seed), RangeError);
});

Deno.test("createRandom() refuses a key of another dtype or shape", () => {
  const [seed, step, items] = [seedTensor(1), tf.scalar(0, "int32"), tf.tensor1d([0], "int32")];
  assert.throws(() => createRandom({ seed, stream: "s", step: tf.scalar(0), items }), /step of type "float32"/);
  assert.throws(() => createRandom({ seed: items, stream: "s", step, items }), /seed of type "int32" and shape \[1\]/);
});

Deno.test("permutation() is a function of its key and reaches all orders equally often", () => {
  const key = { seed: 5, stream: "order", step: 2 };
  assert.deepEqual(permutation(1000, key), permutation(1000, key));
  assert.notDeepEqual(permutation(1000, key), permutation(1000, { ...key, step: 3 }));
  assert.deepEqual([...permutation(1000, key)].sort((a, b) => a - b), [...Array(1000).keys()]);
  assert.deepEqual([...permutation(0, key), ...permutation(1, key)], [0]);
  const counts = new Map<string, number>();
  const trials = 24 * 500;
  for (let step = 0; step < trials; step++) {
    const order = permutation(4, { ...key, step }).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 24);
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
  assert.ok(Math.abs(chiSquare - 23) < 4 * Math.sqrt(2 * 23), `chi-square ${chiSquare} of 23`);
});

Deno.test("packed draws are those of one kernel a tensor, each function of its own stream", () =>
  void tf.tidy(() => {
    const key = {
      seed: seedTensor(2 ** 40 + 5),
      stream: "test",
      step: tf.scalar(7, "int32"),
      items: tf.tensor1d([3], "int32"),
    };
    const draw = (random: Random) => ({
      bits: random.fork("a").bits([5]),
      uniform: random.fork("b").uniform([2, 3]),
      again: random.fork("b").uniform([3, 2]),
      longer: random.fork("b").uniform([9]),
      normal: random.fork("c").fork("d").normal([3]),
      none: random.uniform([0, 2]),
      scalar: random.normal([]),
    });
    const packed = drawPacked(key, draw), plain = draw(createRandom(key));
    for (const [name, tensor] of Object.entries(plain)) {
      const other = packed[name as keyof typeof packed];
      assert.deepEqual(
        [other.shape, other.dtype, other.arraySync()],
        [tensor.shape, tensor.dtype, tensor.arraySync()],
        name,
      );
    }
    assert.throws(() => drawPacked({ ...key, items: tf.tensor1d([1, 2], "int32") }, draw), /pack draws for 2 items/);
  }));
