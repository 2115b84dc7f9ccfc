/** Tests of the dataset `oxford-flowers-102`, on a small archive of the same layout served on loopback. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { files } from "denoise/plugin";
import { openPictures } from "../../pipeline/data/mod.ts";
import { arrange } from "./oxford-flowers-102/index.ts";
import flowersPlugin, { flowers } from "./oxford-flowers-102.ts";
import { dataset, tools } from "./shared/testing.ts";
import { flowersFiles, type Loopback, loopback } from "./shared/testing_archives.ts";

/** Picture k is 20×16 of the grey value 10 k; 10 to train, 5 to validate, 10 to test. */
const content = await flowersFiles([10, 5, 10]);
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

const stage = ({ source }: Loopback) =>
  flowers({ image_size: 8, resize: "bicubic" }, {
    archive: source("/102flowers.tgz"),
    labels: source("/imagelabels.mat"),
    splits: source("/setid.mat"),
  });
const open = (server: Loopback) => openPictures(stage(server), { name: "oxford-flowers-102", cache: server.cache });

Deno.test("oxford-flowers-102 gives each picture once, with its label", async () => {
  await using server = await loopback(content);
  await using pictures = await open(server);
  assert.deepEqual([pictures.train.count, pictures.validation.count], [8 + 4 + 8, 2 + 1 + 2]);
  assert.equal(pictures.classes!.length, 102);
  const seen: number[] = [];
  const bytes = new Uint8Array(8 * 8 * 3);
  for (const set of [pictures.train, pictures.validation]) {
    for (let i = 0; i < set.count; i++) {
      set.read(i, bytes, 0);
      const number = bytes[0]! / 10;
      assert.ok(bytes.every((byte) => byte === number * 10));
      assert.equal(set.labels![i], number - 1);
      seen.push(number);
    }
  }
  assert.deepEqual(seen.toSorted((a, b) => a - b), range(1, 25));
});

Deno.test("oxford-flowers-102 splits as TensorFlow Datasets orders its files", () => {
  // From tensorflow_datasets.core.hashing.Hasher of 4.9.10, for files 1 to 10 in each of the three.
  const expected = {
    train: [2, 7, 1, 8, 6, 3, 4, 9, 10, 5],
    validation: [2, 10, 5, 3, 7, 4, 1, 9, 6, 8],
    test: [6, 5, 3, 7, 4, 10, 1, 9, 2, 8],
  };
  const name = (number: number) => `jpg/image_${String(number).padStart(5, "0")}.jpg`;
  const members = range(1, 10).map((number) => ({ name: name(number), offset: 0, size: 0 }));
  const data = Float64Array.from(range(1, 10));
  const sides = new Map(["trnid", "valid", "tstid"].map((key) => [key, { data }]));
  const found = arrange(members, data, sides, "102flowers.tgz");
  assert.deepEqual(
    found.map(({ name, train }) => [name, train]),
    Object.values(expected).flatMap((list) => list.map((number, place) => [name(number), place < 8])),
  );
  const lacking = () => arrange(members.slice(1), data, sides, "102flowers.tgz");
  assert.throws(lacking, /^DownloadError: Cannot read "102flowers.tgz" as this dataset: it lacks "image_00001.jpg"/);
});

Deno.test("oxford-flowers-102 reads an archive that is not compressed", async () => {
  const plain = new Uint8Array(gunzipSync(content["/102flowers.tgz"]!));
  await using server = await loopback({ ...content, "/102flowers.tgz": plain });
  await using pictures = await open(server);
  assert.equal(pictures.train.count, 20);
});

Deno.test("oxford-flowers-102 takes its files from a mirror, and has the official sizes and hashes", async () => {
  await using server = await loopback(content);
  const stage = await dataset(flowersPlugin, { mirror: `${server.base}/` });
  assert.deepEqual(stage.image, { height: 64, width: 64, channels: 3 });
  // The small list of labels is not the official one, and says so.
  await assert.rejects(stage.open(tools(join(server.cache, "x"))), (error: files.DownloadError) => {
    assert.ok(error.help.includes(`address: ${server.base}/imagelabels.mat`), String(error));
    assert.ok(error.help.includes("size: 502 bytes"));
    return true;
  });
});
