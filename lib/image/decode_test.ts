/** Tests of decoding and encoding. Files are made by sharp, pixels compared with what was put in. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import sharp from "sharp";
import { encodePng } from "./codec.ts";
import { decode } from "./decode.ts";
import type { Picture } from "./picture.ts";

/** 4×2: red, green, blue, white above black, grey, yellow, cyan. */
const colours = [
  [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]],
  [[0, 0, 0], [128, 128, 128], [255, 255, 0], [0, 255, 255]],
];
const flags: Picture = { width: 4, height: 2, data: Uint8Array.from(colours.flat(2)) };
const raw = ({ width, height, data }: Picture) => sharp(data, { raw: { width, height, channels: 3 } });
/** Large enough for lossy formats to keep flat colours. */
const large = raw(flags).resize(64, 32, { kernel: "nearest" });

Deno.test("encodePng() and decode() give back the same bytes", async () => {
  const file = await encodePng(flags);
  assert.deepEqual([...file.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
  assert.deepEqual(await decode(file), flags);
});

for (const format of ["jpeg", "webp", "png", "gif", "avif", "tiff"] as const) {
  Deno.test(`decode() reads ${format}`, async () => {
    const file = await large.clone().toFormat(format, { quality: 95 }).toBuffer();
    const { width, height, data } = await decode(file);
    assert.deepEqual([width, height, data.length], [64, 32, 64 * 32 * 3]);
    for (let row = 0; row < 2; row++) {
      for (let column = 0; column < 4; column++) {
        const at = ((row * 16 + 8) * 64 + column * 16 + 8) * 3;
        for (let channel = 0; channel < 3; channel++) {
          const error = Math.abs(data[at + channel]! - colours[row]![column]![channel]!);
          assert.ok(error <= 12, `${format} row ${row} column ${column} channel ${channel}: off by ${error}`);
        }
      }
    }
  });
}

Deno.test("decode() applies every EXIF orientation", async () => {
  // What is stored, seen upright: index of the stored pixel for each pixel shown (EXIF 2.32, tag 0x0112).
  const shown: Record<number, number[][]> = {
    1: [[0, 1, 2, 3], [4, 5, 6, 7]],
    2: [[3, 2, 1, 0], [7, 6, 5, 4]],
    3: [[7, 6, 5, 4], [3, 2, 1, 0]],
    4: [[4, 5, 6, 7], [0, 1, 2, 3]],
    5: [[0, 4], [1, 5], [2, 6], [3, 7]],
    6: [[4, 0], [5, 1], [6, 2], [7, 3]],
    7: [[7, 3], [6, 2], [5, 1], [4, 0]],
    8: [[3, 7], [2, 6], [1, 5], [0, 4]],
  };
  const stored = colours.flat();
  for (const [orientation, rows] of Object.entries(shown)) {
    const file = await raw(flags).png().withMetadata({ orientation: Number(orientation) }).toBuffer();
    const picture = await decode(file);
    assert.deepEqual([...picture.data], rows.flat().flatMap((i) => stored[i]!), `orientation ${orientation}`);
    assert.equal(picture.height, rows.length);
  }
});

Deno.test("decode() turns greyscale, 16 bits, CMYK and palettes into 8-bit RGB", async () => {
  const levels = Uint8Array.from([0, 64, 128, 255]);
  const grey = await sharp(levels, { raw: { width: 4, height: 1, channels: 1 } }).toColourspace("b-w").png().toBuffer();
  assert.deepEqual([...(await decode(grey)).data], [...levels].flatMap((level) => [level, level, level]));

  const deep = await sharp(Uint16Array.from([0, 16448, 32896, 65535, 0, 65535]), {
    raw: { width: 2, height: 1, channels: 3 },
  }).toColourspace("rgb16").png().toBuffer();
  assert.equal((await sharp(deep).metadata()).depth, "ushort");
  assert.deepEqual([...(await decode(deep)).data], [0, 64, 128, 255, 0, 255]);

  const deepGrey = await sharp(Uint16Array.from([0, 32896]), { raw: { width: 2, height: 1, channels: 1 } })
    .toColourspace("grey16").png().toBuffer();
  assert.equal((await sharp(deepGrey).metadata()).depth, "ushort");
  assert.deepEqual([...(await decode(deepGrey)).data], [0, 0, 0, 128, 128, 128]);

  const cmyk = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#c02020" } })
    .toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
  assert.equal((await sharp(cmyk).metadata()).space, "cmyk");
  const [red, green, blue] = (await decode(cmyk)).data;
  assert.ok(red! > 160 && green! < 80 && blue! < 80, `${red} ${green} ${blue}`);

  const palette = await raw(flags).png({ palette: true }).toBuffer();
  assert.deepEqual((await decode(palette)).data, flags.data);
});

Deno.test("decode() lays transparent pixels over white, or over the background asked for", async () => {
  const data = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 255, 0, 0, 0, 128]);
  const file = await sharp(data, { raw: { width: 3, height: 1, channels: 4 } }).png().toBuffer();
  const white = [...(await decode(file)).data];
  assert.deepEqual(white.slice(0, 6), [255, 255, 255, 255, 0, 0]);
  assert.ok(Math.abs(white[6]! - 127) <= 1, String(white[6]));
  assert.deepEqual([...(await decode(file, { background: "#0000ff" })).data].slice(0, 6), [0, 0, 255, 255, 0, 0]);
});

Deno.test("decode() takes the first frame of an animation", async () => {
  const frames = Uint8Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (i < 8 * 8 * 3 ? 255 : 0));
  const file = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } }).gif().toBuffer();
  assert.equal((await sharp(file, { animated: true }).metadata()).pages, 2);
  const picture = await decode(file);
  assert.equal(picture.height, 8);
  assert.ok(picture.data.every((value) => value === 255));
});

Deno.test("decode() says what is wrong with files that cannot be read", async () => {
  // Noise: flat pictures compress to so little that half a file may hold all of it.
  const noisy = sharp(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24), {
    raw: { width: 64, height: 64, channels: 3 },
  });
  for (const format of ["jpeg", "png", "webp", "gif"] as const) {
    const file = await noisy.clone().toFormat(format).toBuffer();
    await assert.rejects(decode(file.subarray(0, file.length >> 1)), /cut short or damaged|cannot be decoded/, format);
  }
  await assert.rejects(decode(new Uint8Array()), /: The file is empty$/);
  await assert.rejects(decode(Buffer.from("abcdefghi")), /not a picture of a known format.*61 62 63/);
  await assert.rejects(
    decode(Buffer.from("<!doctype html>")),
    /The file is an HTML page, which cannot be decoded: download the picture again/,
  );
});
