/** Tests of opening datasets, with a stand-in whose pictures say which they are. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Refusal } from "denoise/plugin";
import { DownloadError } from "../../lib/files/mod.ts";
import type { Dataset, OpenDataset } from "../kinds/dataset.ts";
import { DenoiseError } from "../problems/problem.ts";
import { openPictures, type OpenPicturesOptions } from "./open.ts";
import type { Progress } from "../terminal/bar.ts";

const image = { height: 2, width: 3, channels: 3 };
const bytes = 18;
const picture = (index: number) => new Uint8Array(bytes).map((_, i) => (index * 7 + i) % 256);

/** A dataset of `count` pictures, the last fifth held out, and how often it has decoded. */
function standIn(count: number, changes: Partial<OpenDataset> = {}) {
  const calls = { pixels: 0 };
  const cut = Math.ceil(count * 0.8);
  const dataset: Dataset = {
    image,
    open: () =>
      Promise.resolve({
        fingerprint: "one",
        items: Array.from({ length: count }, (_, i) => ({ name: `p${i}.png`, label: i % 3 })),
        classes: ["a", "b", "c"],
        splits: {
          train: Array.from({ length: cut }, (_, i) => i),
          validation: Array.from({ length: count - cut }, (_, i) => cut + i),
        },
        pixels: async (index: number) => {
          calls.pixels++;
          await new Promise((resolve) => setTimeout(resolve, index % 3)); // Out of order.
          return picture(index);
        },
        ...changes,
      }),
  };
  return { dataset, calls };
}

async function withCache(
  test: (
    open: (dataset: Dataset, more?: Partial<OpenPicturesOptions>) => ReturnType<typeof openPictures>,
    cache: string,
  ) => Promise<void>,
) {
  const cache = await Deno.makeTempDir();
  await test((dataset, more) => openPictures(dataset, { name: "stand-in", cache, ...more }), cache);
  await Deno.remove(cache, { recursive: true });
}

const files = (cache: string) => [...Deno.readDirSync(join(cache, "pictures"))].map(({ name }) => name);

Deno.test("openPictures() decodes once and only reads from then on, from memory or from the file", async () => {
  await withCache(async (open, cache) => {
    const first = standIn(20);
    const progress: Progress[] = [];
    const reports = { progress: (report: Progress) => void progress.push(report) };
    for (const [more, decoded] of [[reports, 20], [{}, 20], [{ memoryLimit: 0 }, 20]] as const) {
      await using pictures = await open(first.dataset, more);
      assert.equal(first.calls.pixels, decoded);
      assert.deepEqual([pictures.train.count, pictures.validation.count], [16, 4]);
      assert.deepEqual(pictures.train.shape, image);
      const target = new Uint8Array(bytes + 5);
      for (const [set, from] of [[pictures.train, 0], [pictures.validation, 16]] as const) {
        for (let i = 0; i < set.count; i++) {
          set.read(i, target, 5);
          assert.deepEqual(target.subarray(5), picture(from + i));
          assert.equal(set.labels![i], (from + i) % 3);
        }
      }
    }
    const last = progress.at(-1)!;
    assert.deepEqual(last, { label: "decoding pictures", done: 20, total: 20, details: ["20 of 20 pictures"] });
    assert.equal(files(cache).length, 1);
  });
});

Deno.test("openPictures() decodes again when the fingerprint, the shape or the file of pictures is another", async () => {
  await withCache(async (open, cache) => {
    await (await open(standIn(5).dataset))[Symbol.asyncDispose]();
    const other = standIn(5, { fingerprint: "two" });
    await (await open(other.dataset))[Symbol.asyncDispose]();
    assert.equal(other.calls.pixels, 5);
    assert.equal(files(cache).length, 2);
    for (const name of files(cache)) {
      const path = join(cache, "pictures", name);
      await Deno.truncate(path, (await Deno.stat(path)).size - 3);
    }
    const damaged = standIn(5);
    await (await open(damaged.dataset))[Symbol.asyncDispose]();
    assert.equal(damaged.calls.pixels, 5);
  });
});

Deno.test("openPictures() never gives pictures whose bytes have changed in the file of decoded ones", async () => {
  await withCache(async (open, cache) => {
    await (await open(standIn(5).dataset))[Symbol.asyncDispose]();
    const path = join(cache, "pictures", files(cache)[0]!);
    const damage = async () => {
      const store = await Deno.readFile(path);
      store[2 * bytes] = store[2 * bytes]! ^ 1;
      await Deno.writeFile(path, store);
    };
    await damage();
    const again = standIn(5);
    await (await open(again.dataset))[Symbol.asyncDispose]();
    assert.equal(again.calls.pixels, 5, "what is held in memory is checked as a whole, and decoded again");

    await damage();
    await using pictures = await open(standIn(5).dataset, { memoryLimit: 0 });
    const target = new Uint8Array(bytes);
    pictures.train.read(1, target, 0);
    const damaged = (error: DenoiseError) => error.problems[0]!.code === "store-damaged";
    assert.throws(() => pictures.train.read(2, target, 0), damaged);
    assert.throws(() => pictures.train.read(2, target, 0), damaged, "each time");
  });
});

Deno.test("openPictures() gives digests that one byte, one label and the order change, and names and fingerprints do not", async () => {
  await withCache(async (open) => {
    const digest = async (changes: Partial<OpenDataset> = {}) => {
      await using pictures = await open(standIn(10, changes).dataset);
      return pictures.digest;
    };
    const base = await digest();
    const items = (name: (i: number) => string, label = (i: number) => i % 3) =>
      Array.from({ length: 10 }, (_, i) => ({ name: name(i), label: label(i) }));
    assert.deepEqual(await digest({ fingerprint: "later", items: items((i) => `other ${i}`) }), base);
    const oneByte = (at: number) => (index: number) => {
      const pixels = picture(index);
      if (index === at) pixels[7]! ^= 1;
      return Promise.resolve(pixels);
    };
    const trained = await digest({ fingerprint: "trained", pixels: oneByte(3) });
    assert.notEqual(trained.train, base.train);
    assert.equal(trained.validation, base.validation);
    const held = await digest({ fingerprint: "held", pixels: oneByte(9) });
    assert.equal(held.train, base.train);
    assert.notEqual(held.validation, base.validation);
    const labelled = await digest({ items: items((i) => `p${i}.png`, (i) => (i === 3 ? 1 : i % 3)) });
    assert.notEqual(labelled.train, base.train);
    const turned = await digest({ splits: { train: [7, 6, 5, 4, 3, 2, 1, 0], validation: [8, 9] } });
    assert.notEqual(turned.train, base.train);
  });
});

Deno.test("openPictures() skips broken pictures up to the limit, and remembers them", async () => {
  await withCache(async (open) => {
    const broken = (index: number) =>
      index % 9 === 4 ? Promise.reject(new Error("cut short")) : Promise.resolve(picture(index));
    const { dataset } = standIn(20, { brokenLimit: 0.1, pixels: broken });
    for (let opening = 0; opening < 2; opening++) {
      const warnings: string[] = [];
      await using pictures = await open(dataset, { warn: (message) => void warnings.push(message) });
      assert.deepEqual(pictures.skipped.map(({ name }) => name), ["p4.png", "p13.png"]);
      assert.deepEqual(warnings, ['Skipped "p4.png": cut short', 'Skipped "p13.png": cut short']);
      assert.deepEqual([pictures.train.count, pictures.validation.count], [14, 4]);
      const target = new Uint8Array(bytes);
      pictures.train.read(4, target, 0);
      assert.deepEqual(target, picture(5));
      assert.equal(pictures.train.labels![4], 2);
    }
  });
});

Deno.test("openPictures() refuses more broken pictures than the limit, by name, and keeps nothing", async () => {
  await withCache(async (open, cache) => {
    const broken = (index: number) =>
      index > 6 ? Promise.reject(new Error("no picture")) : Promise.resolve(picture(index));
    const { dataset } = standIn(20, { brokenLimit: 0.1, pixels: broken });
    await assert.rejects(open(dataset), (error: DenoiseError) => {
      assert.equal(error.message, "Cannot decode 3 or more of 20 pictures: at most 2 may be broken");
      assert.deepEqual(error.problems[0]!.help.slice(0, 3), [
        "p7.png: no picture",
        "p8.png: no picture",
        "p9.png: no picture",
      ]);
      return true;
    });
    assert.deepEqual(files(cache), []);
  });
});

Deno.test("openPictures() holds the limit of broken pictures for those that were decoded before, too", async () => {
  await withCache(async (open) => {
    const pixels = (index: number) =>
      index > 16 ? Promise.reject(new Error("no picture")) : Promise.resolve(picture(index));
    await (await open(standIn(20, { brokenLimit: 0.2, pixels }).dataset))[Symbol.asyncDispose]();
    await assert.rejects(open(standIn(20, { brokenLimit: 0.1, pixels }).dataset), /3 or more of 20 pictures/);
  });
});

Deno.test("openPictures() stops when asked to, and keeps nothing", async () => {
  await withCache(async (open, cache) => {
    const stop = new AbortController();
    const pixels = (index: number) => {
      if (index === 10) stop.abort(new Error("stopped by hand"));
      return Promise.resolve(picture(index));
    };
    await assert.rejects(open(standIn(20, { pixels }).dataset, { signal: stop.signal }), /stopped by hand/);
    assert.deepEqual(files(cache), []);
  });
});

Deno.test("openPictures() refuses a dataset without a picture to train on, and pictures of the wrong size", async () => {
  await withCache(async (open) => {
    const none = standIn(4, { splits: { train: [], validation: [0, 1, 2, 3] } });
    await assert.rejects(open(none.dataset), (error: DenoiseError) => {
      assert.equal(error.problems[0]!.code, "empty-split");
      assert.match(error.problems[0]!.help[0]!, /^all 4 remaining pictures are held out/);
      return true;
    });
    const wrong = standIn(4, { fingerprint: "wrong", pixels: () => Promise.resolve(new Uint8Array(3)) });
    await assert.rejects(open(wrong.dataset), /3 bytes for picture "p0.png", expected 18/);
  });
});

Deno.test("openPictures() turns what a plugin throws into a problem, with its help and its place", async () => {
  await withCache(async (open) => {
    const failing = (error: Error): Dataset => ({ image, open: () => Promise.reject(error) });
    const asked: (string | undefined)[] = [];
    const problem: OpenPicturesOptions["problem"] = (text, option) => {
      asked.push(option);
      return text;
    };
    const helped = new DownloadError("Cannot download it", ["address: x", "size: 3"]);
    await assert.rejects(open(failing(helped), { problem }), (error: DenoiseError) => {
      assert.deepEqual(error.problems[0]!.help, ["address: x", "size: 3"]);
      return error instanceof DenoiseError;
    });
    const refused = new Refusal("folder", "No such folder", "make it");
    await assert.rejects(open(failing(refused), { problem }), /No such folder/);
    assert.deepEqual(asked, [undefined, "folder"]);
    const plain = new TypeError("a mistake in the plugin");
    await assert.rejects(open(failing(plain)), (error) => error === plain);
  });
});

Deno.test("openPictures() removes decoded pictures that nothing has opened for a month, when it decodes others", async () => {
  await withCache(async (open, cache) => {
    const age = async (name: string, days: number) => {
      const then = new Date(Date.now() - days * 24 * 3600 * 1000);
      await Deno.utime(join(cache, "pictures", name), then, then);
    };
    const make = async (fingerprint: string) => {
      const before = new Set(await exists(cache));
      await (await open(standIn(5, { fingerprint }).dataset))[Symbol.asyncDispose]();
      return (await exists(cache)).filter((name) => !before.has(name))[0]!;
    };
    const exists = (cache: string) => Promise.resolve().then(() => files(cache)).catch(() => []);
    const [old, used, recent] = [await make("old"), await make("used"), await make("recent")];
    await age(old, 31);
    await age(used, 31);
    await age(recent, 29);
    await make("used"); // Opening it counts as use.
    await age(recent, -400); // as a clock that was wrong left it
    const added = await make("added");
    const { mtime } = await Deno.stat(join(cache, "pictures", recent));
    assert.ok(mtime!.getTime() < Date.now() + 60_000, "a time to come counts as now");
    assert.deepEqual(files(cache).sort(), [used, recent, added].sort());
  });
});

Deno.test("openPictures() says where the validation pictures are those that are trained on", async () => {
  await withCache(async (open) => {
    const splits = { train: [0, 1], validation: [0, 1] };
    await using both = await open(standIn(2, { splits, measuresTraining: true }).dataset);
    assert.deepEqual([both.train.count, both.validation.count, both.measuresTraining], [2, 2, true]);
    await using apart = await open(standIn(5).dataset);
    assert.equal(apart.measuresTraining, false);
  });
});
