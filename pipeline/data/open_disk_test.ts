/** Tests of opening datasets where the disk does not do what is asked of it. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Dataset } from "../kinds/dataset.ts";
import { openPictures } from "./open.ts";

const count = 20;
const picture = (index: number) => new Uint8Array(12).fill(index);

/** A dataset whose pictures are read by `pixels`. */
const dataset = (pixels: (index: number) => Promise<Uint8Array>): Dataset => ({
  image: { height: 2, width: 2, channels: 3 },
  open: () =>
    Promise.resolve({
      fingerprint: "one",
      items: Array.from({ length: count }, (_, i) => ({ name: `p${i}.png` })),
      splits: { train: Array.from({ length: count }, (_, i) => i), validation: [] },
      brokenLimit: 0.5,
      pixels,
    }),
});
const whole = dataset((index) => Promise.resolve(picture(index)));
const leftovers = () =>
  [...Deno.readDirSync(tmpdir())].map(({ name }) => name).filter((name) => name.startsWith("denoise-pictures-"));

/** What is refused, as Deno says it. */
const refused = (code: string, number: number) =>
  Object.assign(new Error(`Refused (os error ${number}): open '/pictures/p7.png'`), { code });

Deno.test("openPictures() decodes for one run, with a word, where the cache cannot be written", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "file");
  await Deno.writeTextFile(file, "a folder cannot be made below a file");
  const before = leftovers();
  for (const memoryLimit of [1e9, 0]) {
    const warnings: string[] = [];
    const options = {
      name: "stand-in",
      cache: join(file, "cache"),
      memoryLimit,
      warn: (text: string) => void warnings.push(text),
    };
    await using pictures = await openPictures(whole, options);
    const target = new Uint8Array(12);
    for (let i = 0; i < count; i++) {
      pictures.train.read(i, target, 0);
      assert.deepEqual(target, picture(i));
    }
    assert.match(warnings.join("\n"), /^Cannot create ".*cache.*": a part of this path is a file: .*DENOISE_CACHE$/);
  }
  assert.deepEqual(leftovers(), before);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "openPictures() decodes for one run, with a word, where Deno does not permit to write to the cache",
  permissions: { read: true, env: true, sys: true, write: [tmpdir()] },
  async fn() {
    const warnings: string[] = [];
    const options = { name: "stand-in", cache: join("/", "nowhere"), warn: (text: string) => void warnings.push(text) };
    await using pictures = await openPictures(whole, options);
    assert.equal(pictures.train.count, count);
    assert.match(warnings.join("\n"), /^Cannot write "\/nowhere\/.*": Deno does not permit it: pictures are decoded/);
  },
});

Deno.test("openPictures() stops where the disk does not give a picture, and keeps it in no list of broken ones", async () => {
  const cache = await Deno.makeTempDir();
  const failing = dataset((index) => index === 7 ? Promise.reject(refused("EIO", 5)) : Promise.resolve(picture(index)));
  await assert.rejects(openPictures(failing, { name: "stand-in", cache }), {
    message: "Refused (os error 5): open '/pictures/p7.png'",
  });
  await using pictures = await openPictures(whole, { name: "stand-in", cache });
  assert.deepEqual([pictures.train.count, pictures.skipped], [count, []]);
  await Deno.remove(cache, { recursive: true });
});
