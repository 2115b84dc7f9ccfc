/**
 * Tests of colours: every depth, profile and number of channels against the formulas of the profile, which LittleCMS
 * 2.16 (perceptual intent) was found to agree with within 1.5 of 255 for each of these files.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import sharp from "sharp";
import { decode } from "./decode.ts";
import { join, png, pngChunk, type Samples, tiff } from "./testing_files.ts";
import {
  cmykProfile,
  greyProfile,
  greyToSrgb,
  inks,
  labToSrgb,
  lightOf,
  rgbProfile,
  type RgbSpace,
  rgbSpaces,
  rgbToSrgb,
} from "./testing_profiles.ts";

const near = (data: Uint8Array, expected: readonly number[], what: string, tolerance = 2) => {
  assert.equal(data.length, expected.length, what);
  for (const [i, value] of expected.entries()) {
    const channel = i % 3;
    const pixel = (i - channel) / 3;
    assert.ok(
      Math.abs(data[i]! - value) <= tolerance,
      `${what}, pixel ${pixel}, channel ${channel}: ${data[i]} instead of ${value.toFixed(1)}`,
    );
  }
};

/** Black, white and the purest colours, then some that sRGB has, 0–1 in steps of 1/255. */
function colours(channels: number, space?: RgbSpace): number[][] {
  const corners = Array.from({ length: 8 }, (_, i) => Array.from({ length: channels }, (_, k) => (i >> k) & 1));
  const between = Array.from({ length: 400 }, (_, i) => {
    const limit = i % 3 === 0 ? 40 : 255; // Dark ones are where curves differ most.
    return Array.from({ length: channels }, (_, k) => (i * 37 + k * (101 + i) + 13) % limit / 255);
  });
  // LittleCMS itself is off by some steps where a channel is next to nothing.
  const inside = (pixel: number[]) =>
    space ? lightOf(space, pixel).every((light) => light > 0.02 && light < 0.98) : channels > 1 || pixel[0]! > 0.1;
  return [...corners, ...between.filter(inside).slice(0, 40)];
}

/** A picture of one row, with a channel of transparency that hides nothing where asked for. */
function row(pixels: readonly (readonly number[])[], bits: number, opaque: boolean): Samples {
  const most = 2 ** bits - 1;
  const values = pixels.flatMap((
    pixel,
  ) => [...pixel.map((value) => Math.round(value * most)), ...opaque ? [most] : []]);
  return { width: pixels.length, height: 1, channels: pixels[0]!.length + Number(opaque), values };
}

const grey = { "grey 2.2": 563 / 256, "grey linear": 1 };
const exact = (pixel: readonly number[]) => Array.from({ length: 3 }, (_, i) => 255 * pixel[i % pixel.length]!);

interface Case {
  readonly name: string;
  readonly channels: number;
  readonly icc?: Uint8Array;
  readonly space?: RgbSpace;
  readonly shown: (pixel: readonly number[]) => number[];
}

const cases: readonly Case[] = [
  ...Object.entries<RgbSpace>(rgbSpaces).map(([name, space]) => ({
    name,
    channels: 3,
    icc: rgbProfile(space),
    space,
    shown: (pixel: readonly number[]) => rgbToSrgb(space, pixel),
  })),
  ...Object.entries(grey).map(([name, gamma]) => ({
    name,
    channels: 1,
    icc: greyProfile(gamma),
    shown: ([value]: readonly number[]) => Array<number>(3).fill(greyToSrgb(gamma, value!)),
  })),
  ...[1, 3].flatMap((channels) => [
    { name: "no profile", channels, shown: exact },
    { name: "a profile of CMYK", channels, icc: cmykProfile(), shown: exact },
    { name: "a profile that is cut short", channels, icc: rgbProfile(rgbSpaces.adobe).subarray(0, 300), shown: exact },
    {
      name: "a profile that is noise",
      channels,
      icc: Uint8Array.from({ length: 500 }, (_, i) => i * 97),
      shown: exact,
    },
  ]),
  { name: "a profile of grey", channels: 3, icc: greyProfile(1), shown: exact },
  { name: "a profile of RGB", channels: 1, icc: rgbProfile(rgbSpaces.linear), shown: exact },
  { name: "a damaged curve", channels: 3, icc: damaged(rgbProfile(rgbSpaces.adobe), "gTRC"), shown: exact },
  { name: "a damaged curve", channels: 1, icc: damaged(greyProfile(1), "kTRC"), shown: exact },
];

/** A profile whose tag is of a type that does not exist. */
function damaged(icc: Uint8Array, tag: string): Uint8Array {
  const file = Buffer.from(icc);
  file.write("oops", file.readUInt32BE(file.indexOf(tag, 128, "latin1") + 4), "latin1");
  return file;
}

for (const bits of [8, 16] as const) {
  for (const opaque of [false, true]) {
    const channels = opaque ? "with transparency" : "opaque";
    Deno.test(`decode() applies each profile to PNG and TIFF of ${bits} bits, ${channels}`, async () => {
      for (const { name, channels, icc, space, shown } of cases) {
        const pixels = colours(channels, space);
        const samples = row(pixels, bits, opaque);
        const expected = pixels.flatMap((pixel) => shown(pixel));
        const given = icc ? { icc } : {};
        const what = `${name}, ${channels} channels`;
        near((await decode(png(samples, { depth: bits, ...given }))).data, expected, `PNG, ${what}`);
        const extra = opaque ? { extra: [2] } : {};
        near((await decode(tiff(samples, { bits, ...given, ...extra }))).data, expected, `TIFF, ${what}`);
        const planes = await decode(tiff(samples, { bits, ...given, ...extra, planar: true }));
        near(planes.data, expected, `TIFF in planes, ${what}`);
      }
    });
  }
}

Deno.test("decode() applies each profile to JPEG, WebP, AVIF and compressed TIFF", async () => {
  for (const { name, channels, icc, shown } of cases.filter(({ shown }) => shown !== exact)) {
    // Flat squares, which lossy formats keep; middling colours, where a step of 1 does not become several.
    const pixels = [0.5, 0.6, 0.7].flatMap((a) => [0.5, 0.65].map((b) => [a, b, 0.55].slice(0, channels)));
    const file = png(row(pixels, 8, false), { icc: icc! });
    const space = channels === 1 ? "b-w" : "srgb";
    const size = { width: pixels.length * 16, height: 16, kernel: "nearest" } as const;
    const enlarged = sharp(file).resize(size).toColourspace(space).keepIccProfile();
    for (const format of ["jpeg", "tiff", "webp", "avif"] as const) {
      if (channels === 1 && (format === "webp" || format === "avif")) continue; // They are always RGB.
      const quality = { quality: 100, lossless: format === "webp", chromaSubsampling: "4:4:4" };
      const encoded = await enlarged.clone().toFormat(format, format === "tiff" ? { compression: "lzw" } : quality)
        .toBuffer();
      assert.ok((await sharp(encoded).metadata()).icc !== undefined, `${format} ${name}`);
      const { data, width } = await decode(encoded);
      const middles = pixels.flatMap((_, i) => [...data.subarray((8 * width + 16 * i + 8) * 3).subarray(0, 3)]);
      near(Uint8Array.from(middles), pixels.flatMap((pixel) => shown(pixel)), `${format}, ${name}`, 4);
    }
  }
});

Deno.test("decode() applies profiles of CMYK, of both depths and with a further channel", async () => {
  const pixels = inks.map((_, i) => [i & 8, i & 4, i & 2, i & 1].map((bit) => bit ? 1 : 0));
  const expected = inks.flatMap((lab) => labToSrgb(lab));
  for (const bits of [8, 16] as const) {
    for (const further of [false, true]) {
      const extra = further ? { extra: [0] } : {};
      const file = tiff(row(pixels, bits, further), { bits, photometric: 5, icc: cmykProfile(), ...extra });
      near((await decode(file)).data, expected, `${bits} bits, ${further ? 5 : 4} channels`);
    }
  }
});

Deno.test("decode() takes the inks of a JPEG of Adobe as they are meant: 255 for none", async () => {
  const white = sharp({ create: { width: 16, height: 16, channels: 3, background: "#ffffff" } });
  const file = await white.toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
  assert.ok(file.includes("Adobe"), "written with the marker of Adobe");
  near((await decode(file)).data.subarray(0, 3), [255, 255, 255], "white");
});

Deno.test("decode() mixes what is half transparent after the profile was applied", async () => {
  const half = 32896 / 65535;
  const values = [65535, 0, 0, 32896, 0, 0, 0, 0];
  const file = png({ width: 2, height: 1, channels: 4, values }, { depth: 16, icc: rgbProfile(rgbSpaces.adobe) });
  const red = rgbToSrgb(rgbSpaces.adobe, [1, 0, 0]);
  const over = (background: readonly number[]) => [
    ...red.map((value, i) => half * value + (1 - half) * background[i]!),
    ...background,
  ];
  near((await decode(file)).data, over([255, 255, 255]), "over white");
  near((await decode(file, { background: "#0000ff" })).data, over([0, 0, 255]), "over blue");
});

Deno.test("decode() ignores gAMA, cHRM and sRGB of PNG, as Pillow does", async () => {
  const samples = row(colours(3), 8, false);
  const numbers = (...values: number[]) => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, i) => bytes.writeUInt32BE(value, 4 * i));
    return bytes;
  };
  const chunks = [
    pngChunk("gAMA", numbers(100_000)),
    pngChunk("cHRM", numbers(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)),
  ];
  const plain = await decode(png(samples));
  assert.deepEqual(await decode(png(samples, { chunks })), plain);
  assert.deepEqual(await decode(png(samples, { chunks: [pngChunk("sRGB", Uint8Array.of(0))] })), plain);
  assert.deepEqual(plain.data, Uint8Array.from(samples.values));
});

Deno.test("decode() applies a profile to what an EXIF orientation turns", async () => {
  const file = png({ width: 2, height: 1, channels: 3, values: [65535, 0, 0, 0, 65535, 0] }, {
    depth: 16,
    icc: rgbProfile(rgbSpaces.srgb),
    chunks: [pngChunk(
      "eXIf",
      join(
        Uint8Array.of(0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0),
      ),
    )],
  });
  const { width, height, data } = await decode(file);
  assert.deepEqual([width, height], [1, 2]);
  near(data, [0, 255, 0, 255, 0, 0], "turned");
});
