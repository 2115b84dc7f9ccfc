/** Tests of what datasets make of their archives: crops, classes, and what they say of archives laid out otherwise. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { files, image, z } from "denoise/plugin";
import { cropToBox } from "./caltech-birds-2011/box.ts";
import { birds } from "./caltech-birds-2011.ts";
import celebaPlugin, { celeba } from "./celeba.ts";
import { cifar10 } from "./cifar-10.ts";
import { hubDataset } from "./shared/hub.ts";
import { makePack, openPack, readMember } from "./shared/pack.ts";
import { cutSquare, padToSquare } from "./shared/square.ts";
import { dataset, tools } from "./shared/testing.ts";
import {
  birdFiles,
  boxed,
  celebaFiles,
  cifarFiles,
  type Content,
  hubFiles,
  type Loopback,
  loopback,
  parquet,
} from "./shared/testing_archives.ts";

const openBirds = ({ source, cache }: Loopback, image_size = 40) =>
  birds({ image_size, resize: "bicubic", padding: 0.25 }, { archive: source("/CUB_200_2011.tgz") }).open(tools(cache));
const openFaces = ({ source, base, cache }: Loopback, options: { image_size: number; crop_size?: number }) =>
  celeba({ resize: "bicubic", crop_size: 140, mirror: base, ...options }, {
    archive: source("/img_align_celeba.zip"),
    partition: source("/list_eval_partition.txt"),
  }).open(tools(cache));
const openCifar = ({ source, cache }: Loopback, image_size = 32) =>
  cifar10({ image_size }, { archive: source("/cifar-10-binary.tar.gz") }).open(tools(cache));
const openHub = ({ base, cache }: Loopback, shape = padToSquare) =>
  hubDataset({ name: "pokemon", repository: "owner/drawings", imageSize: 12, hub: `${base}/`, shape }).open(
    tools(cache),
  );

/** Rows and columns of a square picture that show something else than the background, as [first, last]. */
function extent(data: Uint8Array, side: number, shown: (red: number, green: number, blue: number) => boolean) {
  const at = [...Array(side * side).keys()].filter((i) => shown(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!));
  const rows = at.map((i) => Math.floor(i / side));
  const columns = at.map((i) => i % side);
  return { rows: [Math.min(...rows), Math.max(...rows)], columns: [Math.min(...columns), Math.max(...columns)] };
}

async function refused(content: Content, open: (server: Loopback) => Promise<unknown>, what: RegExp) {
  await using server = await loopback(content);
  await assert.rejects(open(server), (error: Error) => {
    assert.ok(error instanceof files.DownloadError, String(error));
    assert.match(error.message, what);
    assert.ok(error.help.length > 0);
    return true;
  });
}

Deno.test("caltech-birds-2011 crops a square around the bounding box, a quarter larger", async () => {
  await using server = await loopback(await birdFiles());
  const { pixels, items, classes } = await openBirds(server);
  assert.deepEqual(items.map(({ label }) => label).slice(0, 4), [0, 1, 0, 1]);
  assert.match(classes!.join(), /^Black footed Albatross,A species whose long name .* hundred letters$/);
  const red = (red: number, green: number) => red > 170 && green < 50;
  // A box of 32×32 pixels in a square of 40: from 4 to 36 in a picture of 40.
  assert.deepEqual(extent(await pixels(0), 40, red), { rows: [4, 35], columns: [4, 35] });
  // 40×10 in a square of 50: all 40 of 50 columns, 10 of 50 rows.
  assert.deepEqual(extent(await pixels(1), 40, red), { rows: [16, 23], columns: [4, 35] });
  // In the corner of the photograph the square of 25 shrinks to the 20 pixels of the box itself.
  assert.deepEqual(extent(await pixels(2), 40, red), { rows: [0, 39], columns: [0, 39] });
});

Deno.test("cropToBox() cuts what tf.image.crop_to_bounding_box is told to by the reference", () => {
  const picture = boxed([90, 60], [1, 2, 3]);
  const size = (box: [x: number, y: number, width: number, height: number], padding = 0.25) => {
    const [x, y, width, height] = box;
    const cut = cropToBox(picture, { x, y, width, height }, padding);
    return [cut.width, cut.height];
  };
  // By hand: side 1.25 × the longer one, held within twice the distance of the middle to either edge, halves to even.
  assert.deepEqual(size([30, 15, 32, 32]), [40, 40]);
  assert.deepEqual(size([31, 20, 18, 10]), [22, 22]); // 22.5
  assert.deepEqual(size([10, 20, 40, 30]), [50, 50]);
  assert.deepEqual(size([10, 20, 60, 30]), [75, 50]); // The middle is 25 pixels from the lower edge.
  assert.deepEqual(size([80, 50, 30, 30]), [10, 10]); // Boxes that reach out are cut at the edge first.
  assert.deepEqual(size([0, 0, 90, 60], 0), [90, 60]);
  assert.deepEqual(size([5, 5, 0.2, 0.2]), [1, 1]);
});

Deno.test("caltech-birds-2011 says what an archive lacks", async () => {
  const lists = { "bounding_boxes.txt": "1 0.0 0.0 5.0 5.0\n" };
  await refused(await birdFiles(3, lists), openBirds, /lacks split or bounding box of picture "002\.A_species/);
  const more = { "images.txt": "1 001.Black_footed_Albatross/Other.jpg\n" };
  await refused(await birdFiles(3, more), openBirds, /lacks picture "001\.Black_footed_Albatross\/Other\.jpg"/);
  const other = (await cifarFiles())["/cifar-10-binary.tar.gz"]!;
  await refused({ "/CUB_200_2011.tgz": other }, openBirds, /"images\.txt"/);
  await refused({ "/CUB_200_2011.tgz": other.subarray(0, 300) }, openBirds, /readable archive/);
  await refused({ "/CUB_200_2011.tgz": new TextEncoder().encode("<html>".repeat(200)) }, openBirds, /readable archive/);
});

Deno.test("celeba crops the middle 140 pixels, and leaves the test split out", async () => {
  await using server = await loopback(await celebaFiles());
  const { pixels, items, splits, classes } = await openFaces(server, { image_size: 35 });
  assert.equal(items.length, 10);
  assert.deepEqual(splits.validation.map((i) => items[i]!.name), ["000004.jpg", "000010.jpg"]);
  assert.ok(!items.some(({ name }) => name === "000005.jpg" || name === "000011.jpg"));
  assert.equal(classes, undefined);
  const green = (red: number, green: number) => red < 60 && green > 150;
  assert.deepEqual(extent(await pixels(0), 35, green), { rows: [0, 34], columns: [0, 34] });
  const wider = await openFaces(server, { image_size: 16, crop_size: 160 }); // 1 of 16 pixels around is red
  assert.deepEqual(extent(await wider.pixels(0), 16, green), { rows: [1, 14], columns: [1, 14] });
});

Deno.test("celeba says which files to place where, and what they lack", async () => {
  await using server = await loopback({});
  const stage = await dataset(celebaPlugin, {});
  await assert.rejects(stage.open(tools(server.cache)), (error: files.DownloadError) => {
    assert.match(error.message, /^Cannot download CelebA: its authors share it on a file hoster with a quota$/);
    const said = error.help.join("\n");
    for (const name of ["img_align_celeba.zip", "list_eval_partition.txt"]) {
      assert.ok(said.includes(`put this file at: ${join(server.cache, name)}`), said);
    }
    assert.match(said, /size: 1443490838 bytes/);
    return true;
  });
  const faces = (server: Loopback) => openFaces(server, { image_size: 8 });
  await refused(await celebaFiles(6, ["000003.jpg"]), faces, /lacks picture "000003\.jpg"/);
  const content = await celebaFiles(6);
  const text = { "/list_eval_partition.txt": new TextEncoder().encode("nothing\n") };
  await refused({ ...content, ...text }, faces, /lacks lines such as "000001\.jpg 0"/);
  const cut = { "/img_align_celeba.zip": content["/img_align_celeba.zip"]!.subarray(0, 1000) };
  await refused({ ...content, ...cut }, faces, /readable archive/);
});

Deno.test("cifar-10 turns planes into pixels, with labels, and enlarges where asked to", async () => {
  await using server = await loopback(await cifarFiles());
  const { pixels, items, classes } = await openCifar(server);
  assert.deepEqual([classes![0], classes![9], classes!.length], ["airplane", "truck", 10]);
  assert.deepEqual(items.slice(3, 6).map(({ label }) => label), [3, 4, 5]);
  const picture = await pixels(3); // the upper half blue, the lower one of the grey value 20 × label
  assert.deepEqual([...picture.subarray(0, 3)], [0, 0, 255]);
  assert.deepEqual([...picture.subarray(15 * 32 * 3, 15 * 32 * 3 + 3)], [0, 0, 255]);
  assert.deepEqual([...picture.subarray(16 * 32 * 3, 16 * 32 * 3 + 3)], [60, 60, 60]);
  assert.deepEqual(
    extent(await (await openCifar(server, 64)).pixels(3), 64, (red, _, blue) => red < 30 && blue > 200),
    {
      rows: [0, 31],
      columns: [0, 63],
    },
  );
});

Deno.test("cifar-10 says what an archive lacks", async () => {
  const short = { "cifar-10-batches-bin/data_batch_2.bin": new Uint8Array(3000) };
  await refused(await cifarFiles(2, short), openCifar, /lacks pictures of 3073 bytes in "data_batch_2\.bin"/);
  const label = { "cifar-10-batches-bin/test_batch.bin": new Uint8Array(3073).fill(77) };
  await refused(await cifarFiles(2, label), openCifar, /lacks a name of class 77/);
  const other = (await birdFiles(1))["/CUB_200_2011.tgz"]!;
  await refused({ "/cifar-10-binary.tar.gz": other }, openCifar, /lacks "data_batch_1\.bin"/);
});

Deno.test("pictures of the hub are padded with white or cut, as the reference does each", async () => {
  const wide = boxed([12, 6], [200, 0, 0]);
  await using server = await loopback(await hubFiles("owner/drawings", [wide, wide, boxed([6, 12], [200, 0, 0])]));
  const padded = await openHub(server);
  const red = (red: number, green: number) => red > 150 && green < 50;
  assert.deepEqual(extent(await padded.pixels(0), 12, red), { rows: [3, 8], columns: [0, 11] });
  assert.deepEqual(extent(await padded.pixels(2), 12, red), { rows: [0, 11], columns: [3, 8] });
  assert.equal((await padded.pixels(0))[0], 255);
  const cut = await openHub(server, cutSquare);
  assert.deepEqual(extent(await cut.pixels(0), 12, red), { rows: [0, 11], columns: [0, 11] });
  assert.deepEqual([padded.splits.train, padded.splits.validation, padded.measuresTraining], [
    [0, 1, 2],
    [0, 1, 2],
    true,
  ]);
});

Deno.test("pictures of the hub are read from Parquet files placed by hand, without the network", async () => {
  await using server = await loopback({});
  await Deno.writeFile(join(server.cache, "some.parquet"), await parquet([boxed([12, 12], [7, 7, 7])]));
  const { items, pixels } = await openHub(server);
  assert.equal(items.length, 1);
  assert.equal((await pixels(0))[0], 7);
  assert.equal(server.requests.length, 0);
});

Deno.test("pictures of the hub are unpacked again where other Parquet files are placed, and kept where they are removed", async () => {
  await using server = await loopback({});
  const file = join(server.cache, "some.parquet");
  const { mtime } = await Deno.writeFile(file, await parquet([boxed([12, 12], [7, 7, 7])])).then(() => Deno.stat(file));
  const first = await openHub(server);
  assert.equal((await openHub(server)).fingerprint, first.fingerprint);
  // As long, and of the same time: only its content is another.
  await Deno.writeFile(`${file}.new`, await parquet([boxed([12, 12], [9, 9, 9])]));
  await Deno.utime(`${file}.new`, mtime!, mtime!);
  await Deno.rename(`${file}.new`, file);
  const second = await openHub(server);
  assert.equal((await second.pixels(0))[0], 9);
  assert.notEqual(second.fingerprint, first.fingerprint);
  await Deno.remove(file);
  assert.equal((await openHub(server)).fingerprint, second.fingerprint, "unpacked, the files may be deleted");
  assert.equal(server.requests.length, 0);
});

Deno.test("pictures of the hub are refused where its list or its files are others than expected", async () => {
  const list = "/api/datasets/owner/drawings/tree/refs%2Fconvert%2Fparquet";
  const text = (value: unknown) => ({ [list]: new TextEncoder().encode(JSON.stringify(value)) });
  await refused(text({ error: "gone" }), openHub, /the answer is not a list of files/);
  await refused(text([{ path: "default/test/0.parquet" }]), openHub, /it holds no Parquet files of split "train"/);
  await refused(text([{ path: "default/train/0.parquet" }]), openHub, /listed without its SHA-256/);
  await refused({ [list]: new TextEncoder().encode("<html>".repeat(9)) }, openHub, /the answer is not a list of files/);
  const large = { path: "default/train/0.parquet", lfs: { oid: "0".repeat(64), size: 1e15 } };
  await refused(text([large]), openHub, /its files have 1000000 GB, more than 100 GB/);
  await refused({ [list]: new Uint8Array(17 * 2 ** 20).fill(0x20) }, openHub, /The list has more than 16777216 char/);
  await using server = await loopback({});
  const place = (bytes: Uint8Array) => Deno.writeFile(join(server.cache, "some.parquet"), bytes);
  await place(await parquet([boxed([4, 4], [7, 7, 7])], "picture"));
  await assert.rejects(openHub(server), /lacks pictures in a column "image" \(its columns: "picture", "name"\)/);
  await place(new TextEncoder().encode("<html>".repeat(50)));
  await assert.rejects(openHub(server), /this dataset: it is not a Parquet file$/);
});

Deno.test("a pack is there once its list is, and belongs to what it was made from", async () => {
  const folder = await Deno.makeTempDir();
  const fill = (stop: boolean) =>
    makePack(folder, "key", async (packer) => {
      const first = await packer.add("a", Uint8Array.of(1, 2, 3));
      if (stop) throw new Error("stopped");
      return [first, await packer.add("b", Uint8Array.of(4, 5))];
    });
  await assert.rejects(fill(true), /stopped/);
  assert.deepEqual([...Deno.readDirSync(folder)], []);
  const { path, items, content } = await fill(false);
  assert.equal(content, files.sha256(Uint8Array.of(1, 2, 3, 4, 5)));
  assert.deepEqual(await openPack(folder, "key"), { path, items, content });
  assert.deepEqual(await openPack(folder, (made) => made.startsWith("k")), { path, items, content });
  assert.deepEqual([...await readMember(path, items[1]!)], [4, 5]);
  assert.equal(await openPack(folder, "other"), undefined);
  await Deno.truncate(path, 4);
  assert.equal(await openPack(folder, "key"), undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("openPack() takes no list that is damaged, lacks what is asked for, or points out of the pack", async () => {
  const folder = await Deno.makeTempDir();
  await makePack(folder, "key", async (packer) => [{ ...await packer.add("a", Uint8Array.of(1, 2)), label: 3 }]);
  const label = { label: z.int().nonnegative() };
  assert.equal((await openPack(folder, "key", label))?.items[0]?.label, 3);
  assert.equal(await openPack(folder, "key", { side: z.string() }), undefined);
  const path = join(folder, "pack.json");
  const text = await Deno.readTextFile(path);
  const { items: [item], ...rest } = JSON.parse(text);
  for (const wrong of [{ offset: -1 }, { size: 1e9 }, { size: null }, { label: "3" }, { name: 5 }]) {
    await Deno.writeTextFile(path, JSON.stringify({ ...rest, items: [{ ...item, ...wrong }] }));
    assert.equal(await openPack(folder, "key", label), undefined, JSON.stringify(wrong));
  }
  for (const damaged of ["", "null", "[]", "{}", text.slice(0, -5), JSON.stringify({ ...rest, items: [] })]) {
    await Deno.writeTextFile(path, damaged);
    assert.equal(await openPack(folder, "key", label), undefined, damaged);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("padToSquare() and cutSquare() keep squares as they are, but for their size", () => {
  const picture: image.Picture = boxed([9, 9], [1, 2, 3], { x: 2, y: 3, width: 4, height: 2, colour: [200, 100, 50] });
  assert.deepEqual(padToSquare(picture, 9), picture);
  assert.deepEqual(cutSquare(picture, 9), picture);
});

Deno.test("padToSquare() rounds halves to even numbers, as Pillow's ImageOps.pad", () => {
  // Rows that Pillow fills, by width, height and side.
  for (
    const [width, height, side, first, last] of [[9, 8, 9, 0, 7], [9, 6, 9, 2, 7], [8, 5, 4, 1, 2], [9, 4, 9, 2, 5]]
  ) {
    const { data } = padToSquare(boxed([width!, height!], [10, 20, 30]), side!);
    const filled = Array.from({ length: side! }, (_, row) => row).filter((row) => data[row * side! * 3] !== 255);
    assert.deepEqual([filled[0], filled.at(-1)], [first, last], `${width}x${height} in ${side}`);
  }
});
