/** Tests of the dataset `image-folder`, on folders made for them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { image, Refusal } from "denoise/plugin";
import { openPictures } from "../../pipeline/data/mod.ts";
import imageFolder from "./image-folder.ts";
import { dataset, tools } from "./shared/testing.ts";

/** A picture whose left half is black and whose right half has this grey. */
function half(width: number, height: number, grey: number): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i / 3 % width < width / 2 ? 0 : grey));
  return image.encodePng({ width, height, data });
}

async function withFolder(files: Record<string, Uint8Array | string>, test: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  await test(folder);
  await Deno.remove(folder, { recursive: true });
}

const open = async (options: Record<string, unknown>, changes = {}) =>
  await (await dataset(imageFolder, options)).open(tools("unused", changes));
const names = (opened: Awaited<ReturnType<typeof open>>) => opened.items.map(({ name }) => name);
const picture = await half(8, 8, 200);

Deno.test("image-folder finds pictures at any depth, and takes the first folders for classes", async () => {
  const files = { "10/a.png": picture, "2/deep/er/b.PNG": picture, "2/c.png": picture, "2/notes.txt": "x" };
  await withFolder({ ...files, ".hidden/d.png": picture, "2/.e.png": picture }, async (folder) => {
    const opened = await open({ folder });
    assert.deepEqual(names(opened), ["10/a.png", "2/c.png", "2/deep/er/b.PNG"]);
    assert.deepEqual(opened.classes, ["2", "10"]);
    assert.deepEqual(opened.items.map(({ label }) => label), [1, 0, 0]);
  });
});

Deno.test("image-folder gives no labels where pictures lie flat, and says so where only some do", async () => {
  await withFolder({ "a.png": picture, "b.png": picture }, async (folder) => {
    const opened = await open({ folder });
    assert.equal(opened.classes, undefined);
    assert.deepEqual(opened.items, [{ name: "a.png" }, { name: "b.png" }]);
    await Deno.mkdir(join(folder, "class"));
    await Deno.writeFile(join(folder, "class", "c.png"), picture);
    const warnings: string[] = [];
    const mixed = await open({ folder }, { warn: (message: string) => void warnings.push(message) });
    assert.equal(mixed.classes, undefined);
    assert.match(warnings.join(), /outside the subfolders/);
  });
});

Deno.test("image-folder follows links and stops at loops", { ignore: Deno.build.os === "windows" }, async () => {
  await withFolder({ "here/a.png": picture, "elsewhere.d/b.png": picture }, async (folder) => {
    const here = join(folder, "here");
    await Deno.symlink(join(folder, "elsewhere.d"), join(here, "linked"));
    await Deno.symlink(here, join(here, "loop"));
    await Deno.symlink(join(folder, "elsewhere.d", "b.png"), join(here, "file.png"));
    await Deno.symlink(join(folder, "nowhere.png"), join(here, "broken.png"));
    const opened = await open({ folder: here });
    assert.deepEqual(names(opened), ["a.png", "file.png", "linked/b.png"]);
  });
});

Deno.test("image-folder crops the middle and resizes by the method asked for", async () => {
  const data = Uint8Array.from({ length: 21 * 12 * 3 }, (_, i) => (i * 37) % 256);
  await withFolder({ "a.png": await image.encodePng({ width: 21, height: 12, data }) }, async (folder) => {
    for (const method of ["bilinear", "bicubic"] as const) {
      const opened = await open({ folder, image_size: 5, resize: method });
      const square = image.crop({ width: 21, height: 12, data }, { left: 4, top: 0, width: 12, height: 12 });
      assert.deepEqual(await opened.pixels(0), image.resize(square, { width: 5, height: 5, method }).data);
    }
  });
});

Deno.test("image-folder has a fingerprint that follows files and what shapes pixels", async () => {
  await withFolder({ "a.png": picture, "b.png": picture }, async (folder) => {
    const fingerprint = async (options = {}) => (await open({ folder, ...options })).fingerprint;
    const first = await fingerprint();
    assert.equal(await fingerprint({ validation: 0.5 }), first);
    const others = [await fingerprint({ image_size: 32 }), await fingerprint({ resize: "bilinear" })];
    await Deno.utime(join(folder, "a.png"), 1000, 1000);
    others.push(await fingerprint());
    await Deno.remove(join(folder, "b.png"));
    others.push(await fingerprint());
    assert.equal(new Set([first, ...others]).size, 5);
  });
});

Deno.test("image-folder opened by the pipeline skips broken files up to its limit", async () => {
  const files: Record<string, Uint8Array | string> = { "zz.png": "no picture", "zzz.jpg": picture.subarray(0, 60) };
  for (let i = 0; i < 20; i++) files[`${i}.png`] = await half(8, 8, 10 * i);
  await withFolder(files, async (folder) => {
    const cache = await Deno.makeTempDir();
    const options = { folder, image_size: 8, validation: 0 };
    const strict = await dataset(imageFolder, options);
    await assert.rejects(openPictures(strict, { name: "image-folder", cache }), /at most 1 may be broken/);
    const lenient = await dataset(imageFolder, { ...options, broken_limit: 0.1 });
    await using pictures = await openPictures(lenient, { name: "image-folder", cache });
    assert.deepEqual(pictures.skipped.map(({ name }) => name), ["zz.png", "zzz.jpg"]);
    assert.equal(pictures.train.count, 20);
    const bytes = new Uint8Array(8 * 8 * 3);
    pictures.train.read(0, bytes, 0);
    assert.deepEqual([bytes[0], bytes[8 * 3 - 1]], [0, 0]);
    pictures.train.read(19, bytes, 0); // Sorted as text: "9.png" is the last.
    assert.deepEqual([bytes[0], bytes[8 * 3 - 1]], [0, 90]);
    await Deno.remove(cache, { recursive: true });
  });
});

Deno.test("image-folder gives the pixels that are there, also where files were replaced by others of the same size and time", async () => {
  const plain = (grey: number) => image.encodePng({ width: 8, height: 8, data: new Uint8Array(192).fill(grey) });
  const [first, second, third] = await Promise.all([100, 150, 200].map(plain));
  assert.equal(second!.length, first!.length);
  await withFolder({ "data/a.png": first!, "data/b.png": picture }, async (folder) => {
    const cache = await Deno.makeTempDir();
    const file = join(folder, "data", "a.png");
    const { mtime } = await Deno.stat(file);
    const grey = async (data = "data") => {
      const options = { folder: join(folder, data), image_size: 8, validation: 0 };
      await using pictures = await openPictures(await dataset(imageFolder, options), { name: "image-folder", cache });
      const bytes = new Uint8Array(192);
      pictures.train.read(0, bytes, 0);
      return bytes[0];
    };
    assert.equal(await grey(), 100);
    // As `rsync -t` and `tar` replace a file.
    await Deno.writeFile(`${file}.new`, second!);
    await Deno.utime(`${file}.new`, mtime!, mtime!);
    await Deno.rename(`${file}.new`, file);
    assert.equal(await grey(), 150);
    // As `cp -p` writes over a file. Systems tell changes of the same second apart, Deno does not.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await Deno.writeFile(file, third!);
    await Deno.utime(file, mtime!, mtime!);
    assert.equal(await grey(), 200);
    // Two folders whose files have the same names, sizes and times.
    await Deno.mkdir(join(folder, "other"));
    await Deno.copyFile(join(folder, "data", "b.png"), join(folder, "other", "b.png"));
    await Deno.writeFile(join(folder, "other", "a.png"), first!);
    for (const name of ["a.png", "b.png"]) await Deno.utime(join(folder, "other", name), mtime!, mtime!);
    assert.equal(await grey("other"), 100);
    const stores = [...Deno.readDirSync(join(cache, "pictures"))].length;
    await Deno.rename(join(folder, "data"), join(folder, "moved"));
    assert.equal(await grey("moved"), 200);
    assert.equal([...Deno.readDirSync(join(cache, "pictures"))].length, stores, "what moved is not decoded again");
    await Deno.remove(cache, { recursive: true });
  });
});

Deno.test("image-folder says what is wrong with a folder, and what is there instead", async () => {
  await withFolder({ "flowers/a.txt": "x", "flowers/b.txt": "x", "flowers/c.pdf": "x", "file": "x" }, async (root) => {
    const refusal = (folder: string, what: RegExp, fix: RegExp) =>
      assert.rejects(open({ folder }), (error: Refusal) => {
        assert.ok(error instanceof Refusal, String(error));
        assert.equal(error.option, "folder");
        assert.match(error.what, what);
        assert.match(error.fix, fix);
        return true;
      });
    await refusal(join(root, "flower"), /Cannot find folder ".*flower"/, /did you mean ".*flowers"\?/);
    await refusal(join(root, "Flowers", "x"), /Cannot find/, /did you mean ".*flowers"\?/);
    await refusal(join(root, "pictures-of-trees"), /Cannot find/, /folders in ".*": flowers/);
    await refusal("~/pictures", /Cannot find/, /"~" is known to shells alone/);
    await refusal(join(root, "file"), /it is a file/, /name the folder/);
    await refusal(
      join(root, "flowers"),
      /it holds 3 other files \(2 with \.txt, 1 with \.pdf\)/,
      /\.jpg, \.jpeg, \.png/,
    );
    await Deno.mkdir(join(root, "none"));
    await refusal(join(root, "none"), /it holds no files/, /put pictures there/);
  });
});
