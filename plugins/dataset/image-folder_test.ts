/** Tests of the dataset `image-folder`, on folders made for them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
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
        assert.match(error.message, what);
        assert.match(error.help[0]!, fix);
        return true;
      });
    await refusal(join(root, "flower"), /Cannot find folder ".*flower"/, /did you mean ".*flowers"\?/);
    await refusal(join(root, "Flowers", "x"), /Cannot find/, /did you mean ".*flowers"\?/);
    await refusal(join(root, "pictures-of-trees"), /Cannot find/, /folders in ".*": flowers/);
    await refusal("~/pictures", /Cannot find/, /only a shell expands "~"/);
    await refusal("$HOME/pictures", /Cannot find/, /only a shell expands "\$HOME"/);
    await refusal("${HOME}/pictures", /Cannot find/, /only a shell expands "\$\{HOME\}"/);
    await refusal("%USERPROFILE%\\x", /Cannot find/, /only a shell expands "%USERPROFILE%"/);
    await refusal("'pictures'", /Cannot find/, /the quotes are a part of the name here: write pictures/);
    await refusal("pictures ", /Cannot find/, /there is a space at its end: delete it/);
    // An é of one character, where the folder's has two; on macOS the two are one folder.
    await Deno.mkdir(join(root, "cafe\u0301"));
    if (!await Deno.stat(join(root, "caf\u00e9")).then(() => true, () => false)) {
      await refusal(join(root, "caf\u00e9"), /Cannot find/, /is there, its accents written as other characters/);
    }
    await Deno.remove(join(root, "cafe\u0301"));
    await refusal(join(root, "file"), /it is a file/, /name the folder/);
    await refusal(
      join(root, "flowers"),
      /it holds 3 other files \(2 \.txt, 1 \.pdf\)/,
      /put JPEG, PNG, .* pictures there/,
    );
    await Deno.mkdir(join(root, "none"));
    await refusal(join(root, "none"), /it holds no files/, /put JPEG, .* pictures there/);
  });
});

/** What the dataset says on opening a folder, and the names of its pictures. */
async function said(folder: string) {
  const warnings: string[] = [];
  const opened = await open({ folder }, { warn: (message: string) => void warnings.push(message) });
  return { warnings: warnings.map((message) => message.replaceAll(folder, "here")), names: names(opened), opened };
}

Deno.test("image-folder takes every ending of its formats, and by content what ends in nothing or otherwise", async () => {
  const jpeg = new Uint8Array(await sharp(picture).jpeg().toBuffer());
  const files: Record<string, Uint8Array> = {};
  for (const ending of ["jpg", "JPEG", "jfif", "jpe", "pjpeg", "pjp"]) files[`a.${ending}`] = jpeg;
  Object.assign(files, { "b.apng": picture, "c": picture, "d.dat": jpeg, "e.png": jpeg, "f.2024": picture });
  await withFolder(files, async (folder) => {
    const { names, warnings, opened } = await said(folder);
    assert.deepEqual(names, Object.keys(files).sort());
    assert.deepEqual(warnings, []);
    for (let i = 0; i < names.length; i++) assert.equal((await opened.pixels(i)).length, 64 * 64 * 3, names[i]!);
  });
});

Deno.test("image-folder counts by kind what it leaves out, and says nothing of captions and lists", async () => {
  const text = (start: string) => Uint8Array.from(start, (letter) => letter.charCodeAt(0));
  const heic = text("\0\0\0\x18ftypheic\0\0\0\0mif1heic");
  const captions = { "a.png": picture, "a.txt": "a cat", "list.csv": "x", "README": "x", "b.json": "{}" };
  await withFolder(captions, async (folder) => {
    const { names, warnings } = await said(folder);
    assert.deepEqual([names, warnings], [["a.png"], [
      'There is only one picture in "here": it is both trained on and ' +
      "measured on",
    ]]);
  });
  const others = {
    "b.png": picture,
    "1.bmp": text("BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"),
    "2.BMP": text("BM"),
    "3.heic": heic,
    "4.nef": text("II*\0\x08\0\0\0\0\0"),
    "5.svg": "<svg/>",
    "6.jpg.part": picture,
    "7": "?",
  };
  await withFolder({ ...captions, ...others }, async (folder) => {
    const { names, warnings } = await said(folder);
    assert.deepEqual(names, ["a.png", "b.png"]);
    assert.deepEqual(warnings, [
      '11 other files in "here" are left out: 2 .bmp, 2 without an ending, 1 .csv, 1 .heic, 1 .json, 1 .nef, ' +
      "3 of other kinds; convert what is a picture to PNG or JPEG",
    ]);
  });
  await withFolder({ "photo.jpg": heic }, async (folder) => {
    const { opened } = await said(folder);
    await assert.rejects(opened.pixels(0), /The file is a HEIC picture, which cannot be decoded: convert it/);
  });
});

Deno.test("image-folder passes over what systems and file servers put into folders", async () => {
  const system = "@eaDir $RECYCLE.BIN #recycle lost+found __MACOSX .Trash-1000 .thumbnails RECYCLER @Recycle".split(
    " ",
  );
  const files: Record<string, Uint8Array> = { "cats/a.png": picture, "dogs/b.png": picture };
  for (const name of [...system, "System Volume Information"]) {
    files[`${name}/x.png`] = picture;
    files[`cats/${name}/x.png`] = picture;
  }
  for (const name of ["Thumbs.db", "desktop.ini", ".DS_Store", "._a.png"]) files[`cats/${name}`] = picture;
  await withFolder(files, async (folder) => {
    const { names, warnings, opened } = await said(folder);
    assert.deepEqual([names, warnings, opened.classes], [["cats/a.png", "dogs/b.png"], [], ["cats", "dogs"]]);
  });
});

const unix = { ignore: Deno.build.os === "windows" };

Deno.test("image-folder says which files cannot be opened by their names", {
  ignore: Deno.build.os !== "linux", // Other systems do not store such names.
}, async () => {
  await withFolder({ "a.png": picture, "b.png": picture, "caf\ufffd.png": picture }, async (folder) => {
    const script = 'for name in "caf\\351.png" "caf\\350.png" "\\377"; do cp a.png "$(printf "$name")"; done; ' +
      'mkdir "$(printf "dir\\351")"; cp a.png "$(printf "dir\\351/a.png")"';
    const { success } = await new Deno.Command("sh", { args: ["-c", script], cwd: folder }).output();
    assert.ok(success);
    const { names, warnings } = await said(folder);
    assert.deepEqual(names, ["a.png", "b.png", "caf\ufffd.png"]);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0]!,
      /^4 files in "here" cannot be opened, because their names are not UTF-8, such as ".*": rename them$/,
    );
  });
});

Deno.test("image-folder neither waits for pipes nor follows links that lead nowhere", unix, async () => {
  await withFolder({ "a.png": picture, "b.png": picture }, async (folder) => {
    await new Deno.Command("mkfifo", { args: [join(folder, "pipe.png"), join(folder, "pipe")] }).output();
    await Deno.symlink("nowhere.png", join(folder, "c.png"));
    await Deno.symlink("d.png", join(folder, "d.png")); // to itself
    await Deno.symlink("/dev/zero", join(folder, "zero.png"));
    const { names, warnings } = await said(folder);
    assert.deepEqual(names, ["a.png", "b.png"]);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0]!,
      /^5 entries in "here" are left out, such as ".*": neither a file nor a folder, or a link that/,
    );
  });
});

Deno.test("image-folder refuses folders that link to each other without end", unix, async () => {
  await withFolder({ "a.png": picture }, async (folder) => {
    const places = Array.from({ length: 8 }, (_, i) => join(folder, String(i)));
    for (const place of places) await Deno.mkdir(place);
    for (const place of places) {
      for (const other of places) if (other !== place) await Deno.symlink(other, join(place, `to${other.at(-1)}`));
    }
    await assert.rejects(
      open({ folder }),
      (error: Refusal) => /more than 64 ways lead to it by links/.test(error.message),
    );
  });
});

Deno.test("image-folder names a folder that it may not read", {
  ignore: Deno.build.os === "windows" || Deno.uid() === 0, // The superuser may read everything.
}, async () => {
  await withFolder({ "a/a.png": picture, "b/b.png": picture }, async (folder) => {
    await Deno.chmod(join(folder, "b"), 0);
    await assert.rejects(
      open({ folder }),
      (error: Refusal) => /Cannot read folder ".*b": its permissions/.test(error.message),
    );
    await Deno.chmod(join(folder, "b"), 0o755);
    await Deno.chmod(join(folder, "a", "a.png"), 0);
    const { opened } = await said(folder);
    await assert.rejects(opened.pixels(0), /The file cannot be read: its permissions do not allow it/);
  });
});

Deno.test("image-folder blames a file that vanished since it was listed, or is empty", async () => {
  await withFolder({ "a.png": picture, "b.png": new Uint8Array() }, async (folder) => {
    const { opened } = await said(folder);
    await Deno.remove(join(folder, "a.png"));
    await assert.rejects(opened.pixels(0), /The file does not exist/);
    await assert.rejects(opened.pixels(1), /The file is empty/);
  });
});

Deno.test("image-folder trains on one, two and three pictures, whatever their names", async () => {
  for (const count of [1, 2, 3]) {
    for (let round = 0; round < 12; round++) {
      const files = Object.fromEntries(Array.from({ length: count }, (_, i) => [`${round}-${i}.png`, picture]));
      await withFolder(files, async (folder) => {
        const { opened, warnings } = await said(folder);
        const { train, validation } = opened.splits;
        if (count === 1) {
          assert.deepEqual([train, validation, opened.measuresTraining], [[0], [0], true]);
          assert.match(warnings.join(), /only one picture/);
        } else {
          assert.ok(train.length > 0 && validation.length > 0);
          assert.equal(new Set([...train, ...validation]).size, count);
          assert.deepEqual(warnings, []);
        }
        const without = await open({ folder, validation: 0 });
        assert.deepEqual([without.splits.train.length, without.splits.validation.length], [count, 0]);
      });
    }
  }
});
