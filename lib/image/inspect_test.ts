/** Tests of what is told from a file before it is decoded: its kind, its size, and what its samples mean. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import sharp from "sharp";
import { decode, decodeFile } from "./decode.ts";
import { kindOf } from "./kind.ts";
import { join, png, pngChunk, tiff } from "./testing_files.ts";

const ramp = (bits: number, channels = 1) => {
  const most = bits === 64 ? 2 ** 53 : 2 ** bits - 1;
  const values = Array.from({ length: 4 * channels }, (_, i) => Math.floor(Math.floor(i / channels) / 3 * most));
  return { width: 4, height: 1, channels, values };
};
const grey = [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255];

Deno.test("decode() scales samples of every depth whose white the format gives", async () => {
  for (const bits of [1, 2, 4, 8, 16] as const) {
    const expected = bits === 1 ? [0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255] : grey;
    assert.deepEqual([...(await decode(png(ramp(bits), { depth: bits }))).data], expected, `PNG of ${bits} bits`);
    assert.deepEqual([...(await decode(tiff(ramp(bits), { bits }))).data], expected, `TIFF of ${bits} bits`);
    const inverted = await decode(tiff(ramp(bits), { bits, photometric: 0 }));
    assert.deepEqual([...inverted.data], expected.map((value) => 255 - value), `TIFF of ${bits} bits, 0 is white`);
  }
  for (const channels of [1, 3]) {
    for (const bits of [8, 16, 32]) {
      const { data } = await decode(tiff(ramp(bits, channels), { bits }));
      assert.deepEqual([...data], grey, `TIFF of ${bits} bits, ${channels} channels`);
    }
  }
});

Deno.test("decode() refuses samples that would become black or be clipped, with their depth and what to do", async () => {
  const refusal = async (file: Uint8Array) => {
    const error = await decode(file).then(() => undefined, (error: Error) => error);
    assert.ok(error instanceof Error, "refused");
    return error.message;
  };
  const unit = { width: 4, height: 1, channels: 3, values: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1] };
  for (const bits of [16, 32, 64]) {
    for (const channels of [1, 3]) {
      const message = await refusal(tiff({ ...unit, channels }, { bits, format: 3 }));
      assert.match(message, new RegExp(`^The TIFF picture has ${bits}-bit floating-point samples`));
      assert.match(message, /which value is white: convert it to 8 or 16 bits a channel$/);
    }
  }
  for (const bits of [8, 16, 32]) {
    assert.match(await refusal(tiff(ramp(bits - 1), { bits, format: 2 })), new RegExp(`${bits}-bit signed samples`));
  }
  for (
    const [bits, channels] of [[10, 1], [12, 1], [12, 3], [14, 1], [24, 1], [24, 3], [64, 1], [1, 3], [4, 3]] as const
  ) {
    const message = await refusal(tiff(ramp(bits, channels), { bits }));
    assert.match(message, new RegExp(`has ${bits} bits a channel in ${channels} channels?: convert it to 8 or 16`));
  }
  const counts = { width: 2, height: 1, channels: 1, values: [100, 4095] };
  assert.match(await refusal(tiff(counts, { bits: 32 })), /uses values to 4095 alone, so that it would be black/);
  assert.match(await refusal(tiff(ramp(16, 3), { bits: 16, photometric: 8 })), /CIE Lab: convert it to RGB/);
  const deep = Buffer.from(await sharp(png(ramp(8, 3))).jpeg().toBuffer());
  deep[deep.indexOf(Uint8Array.of(0xff, 0xc0)) + 4] = 12;
  assert.match(await refusal(deep), /The JPEG picture has 12 bits a channel: convert it to 8/);
});

Deno.test("decode() leaves out channels that are not transparency", async () => {
  for (const bits of [8, 16]) {
    const most = 2 ** bits - 1;
    /** Red, green and blue of two pixels, then the further channels of each. */
    const file = (colours: number, ...extra: number[]) => {
      const pixel = [...[most, 0, most, 0].slice(0, colours), ...extra.map((meaning) => meaning === 2 ? most : 0)];
      const photometric = colours === 1 ? 1 : 2;
      const samples = { width: 1, height: 1, channels: pixel.length, values: pixel };
      return tiff(samples, { bits, photometric, ...(extra.length ? { extra } : {}) });
    };
    for (const extra of [[], [0], [0, 0], [0, 0, 0], [2], [2, 0], [0, 2], [2, 0, 0]]) {
      assert.deepEqual([...(await decode(file(3, ...extra))).data], [255, 0, 255], `${bits} bits, further: ${extra}`);
    }
    for (const extra of [[], [0], [2]]) {
      assert.deepEqual([...(await decode(file(1, ...extra))).data], [255, 255, 255], `${bits} bits, grey: ${extra}`);
    }
    await assert.rejects(decode(file(1, 0, 0, 0)), /4 channels, and nothing in it says which are red, green and blue/);
  }
});

Deno.test("decode() lays transparent TIFF over the background, multiplied beforehand or not", async () => {
  for (const bits of [8, 16]) {
    const most = 2 ** bits - 1;
    const half = Math.round(most / 2);
    for (const [meaning, red] of [[1, half], [2, most]] as const) {
      for (const further of [[], [0]]) {
        const values = [red, 0, 0, half, ...further.map(() => most)];
        const samples = { width: 1, height: 1, channels: values.length, values };
        const { data } = await decode(tiff(samples, { bits, extra: [meaning, ...further] }));
        for (const [i, value] of [255, 127, 127].entries()) {
          assert.ok(Math.abs(data[i]! - value) <= 1, `${bits} bits, meaning ${meaning}, ${further}: ${data}`);
        }
      }
    }
  }
});

Deno.test("decode() refuses by content what it does not read, whatever the name, and says what to do", async () => {
  const text = (start: string) => Uint8Array.from(start, (letter) => letter.charCodeAt(0));
  const files: readonly (readonly [Uint8Array, RegExp])[] = [
    [
      text("\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
      /is a HEIC picture, which cannot be decoded: convert it to PNG or JPEG/,
    ],
    [text("\0\0\0\x18ftypmif1\0\0\0\0mif1heic"), /is a HEIC picture/],
    [text("\0\0\0\x18ftypisom\0\0\0\0isomavc1"), /is a film/],
    [text("BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"), /is a BMP picture, .*: convert it to PNG or JPEG/],
    [text("8BPS\0\x01"), /is a Photoshop document/],
    [text("\xff\x0a\x10"), /is a JPEG XL picture/],
    [text("PK\x03\x04"), /is a ZIP archive, .*: unpack it/],
    [text("version https://git-lfs.github.com/spec/v1\n"), /is a Git LFS pointer .*"git lfs pull"/],
    [
      text('<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
      /is an SVG drawing, .*: draw it to a PNG/,
    ],
    [text("\xef\xbb\xbf  <svg><image href='file:///etc/passwd'/></svg>"), /is an SVG drawing/],
    [text("<!DOCTYPE html><html>404"), /is an HTML page, .*download the picture again/],
    [text("II*\0\x10\0\0\0CR\x02\0"), /is a raw camera file/],
  ];
  for (const [file, expected] of files) {
    await assert.rejects(decode(file), expected);
    assert.ok(kindOf(file) !== undefined && kindOf(file)!.picture === undefined, String(expected));
  }
  assert.equal(kindOf(text("\0\0\0\x1cftypavif\0\0\0\0mif1avif"))?.picture, "AVIF");
  assert.equal(kindOf(text("a picture of a cat")), undefined);
  assert.equal(kindOf(new Uint8Array()), undefined);
});

/** A PNG file that says it is this large, of few bytes. */
function vast(width: number, height: number, depth: number, colours: number): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colours], 8);
  return join(
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(new Uint8Array(1000))),
    pngChunk("IEND", new Uint8Array()),
  );
}

Deno.test("decode() refuses pictures that are too large before it decodes them, with their size and the limit", async () => {
  const message = /too large: 50000×50000 pixels take 7\.5 GB once decoded, and the limit is 806 MB: scale it down/;
  await assert.rejects(decode(vast(50_000, 50_000, 8, 2)), message);
  await assert.rejects(decode(vast(50_000, 50_000, 1, 0)), message); // It would be written as RGB.
  await assert.rejects(decode(vast(2 ** 31 - 1, 2 ** 31 - 1, 16, 6)), /too large|cut short or damaged/);
  await assert.rejects(decode(vast(12_000, 12_000, 16, 6)), /12000×12000 pixels take 1\.2 GB/);
  await assert.rejects(decode(vast(12_000, 12_000, 8, 2)), /cut short or damaged/);
  const jpeg = Buffer.from(await sharp(png(ramp(8, 3))).jpeg().toBuffer());
  const frame = jpeg.indexOf(Uint8Array.of(0xff, 0xc0));
  jpeg.writeUInt32BE(0xea60ea60, frame + 5);
  await assert.rejects(decode(jpeg), /The JPEG picture is too large: 60000×60000 pixels take 10\.8 GB/);
  // Another header, hidden in what a marker without a length seems to hold.
  const hidden = Buffer.concat([
    jpeg.subarray(0, frame),
    Uint8Array.of(0xff, 0xd0, 0, 2),
    Uint8Array.of(0xff, 0xc0, 0, 17, 8, 0, 1, 0, 4, 3, 1, 17, 0, 2, 17, 1, 3, 17, 1),
    jpeg.subarray(frame),
  ]);
  await assert.rejects(decode(hidden), /too large|cut short or damaged|cannot be decoded/);
});

Deno.test("decode() reads a picture whose texts and profile inflate to gigabytes", async () => {
  const zeros = deflateSync(new Uint8Array(4_000_000));
  const name = new TextEncoder().encode("k\0\0");
  const texts = Array.from({ length: 200 }, () => pngChunk("zTXt", join(name, zeros)));
  const profile = pngChunk("iCCP", join(name, deflateSync(new Uint8Array(50_000_000))));
  const file = png(ramp(8), { chunks: [...texts, profile] });
  assert.deepEqual([...(await decode(file)).data], grey);
});

Deno.test("decode() refuses a progressive JPEG of thousands of scans, and takes one of a few", async () => {
  const flat = sharp({ create: { width: 64, height: 64, channels: 3, background: "#456789" } });
  const file = await flat.jpeg({ progressive: true }).toBuffer();
  const last = file.lastIndexOf(Uint8Array.of(0xff, 0xda));
  const end = file.length - 2;
  const repeated = (times: number) => {
    return join(
      file.subarray(0, last),
      ...Array.from({ length: times }, () => file.subarray(last, end)),
      file.subarray(end),
    );
  };
  assert.equal((await decode(repeated(1))).width, 64);
  await assert.rejects(decode(repeated(2000)), /it has over 1000 scans/);
});

Deno.test("decode() gives each file its own reason, the same each time, however many are decoded at once", async () => {
  const noisy = sharp(Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 24), {
    raw: { width: 64, height: 64, channels: 3 },
  });
  const half = (file: Uint8Array) => file.subarray(0, file.length >> 1);
  const [jpeg, pngFile, webp, avif] = await Promise.all([
    noisy.clone().jpeg().toBuffer(),
    noisy.clone().png().toBuffer(),
    noisy.clone().webp().toBuffer(),
    noisy.clone().avif().toBuffer(),
  ]);
  const files: Record<string, Uint8Array> = {
    "a cut JPEG": half(jpeg),
    "a cut PNG": half(pngFile),
    "a cut WebP": half(webp),
    "a cut AVIF": half(avif),
    "a TIFF of 5 bands": tiff({ width: 1, height: 1, channels: 5, values: [1, 2, 3, 4, 5] }, {
      bits: 8,
      photometric: 1,
    }),
    "a TIFF without pixels": tiff(ramp(8), { bits: 8, tags: [[273, 4, [99_999]]] }),
    "a HEIC": Uint8Array.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", (letter) => letter.charCodeAt(0)),
    "a good JPEG": jpeg,
    "a good PNG": pngFile,
  };
  const answer = (file: Uint8Array) => decode(file).then(({ data }) => String(data.length), (error) => error.message);
  const alone = new Map<string, string>();
  for (const [name, file] of Object.entries(files)) alone.set(name, await answer(file));
  assert.equal(new Set(alone.values()).size, alone.size - 1, "each has its own reason, and two are good");
  for (const [name, reason] of alone) {
    if (name.startsWith("a cut")) assert.match(reason, new RegExp(`The ${name.slice(6)} picture`));
  }
  for (let round = 0; round < 100; round++) {
    const names = [...alone.keys()].sort((a, b) =>
      Math.imul(round + 1, a.length * 7) % 11 - Math.imul(round, b.length * 3) % 7
    );
    const answers = await Promise.all(names.map((name) => answer(files[name]!)));
    assert.deepEqual(answers, names.map((name) => alone.get(name)), `round ${round}`);
  }
});

Deno.test("decodeFile() says what is wrong with what is not a readable file", async () => {
  const folder = await Deno.makeTempDir();
  await assert.rejects(decodeFile(`${folder}/gone.png`), /: The file does not exist$/);
  await assert.rejects(decodeFile(folder), /not a regular file/);
  await Deno.writeFile(`${folder}/empty.png`, new Uint8Array());
  await assert.rejects(decodeFile(`${folder}/empty.png`), /The file is empty/);
  await Deno.writeFile(`${folder}/vast.tif`, new Uint8Array());
  await Deno.truncate(`${folder}/vast.tif`, 2 ** 41); // a hole, which takes no space
  await assert.rejects(decodeFile(`${folder}/vast.tif`), /too large: it has 2199\.0 GB, and the limit is 1\.1 GB/);
  await Deno.writeFile(`${folder}/good.png`, png(ramp(8)));
  assert.deepEqual([...(await decodeFile(`${folder}/good.png`)).data], grey);
  if (Deno.build.os !== "windows") {
    await new Deno.Command("mkfifo", { args: [`${folder}/pipe.png`] }).output();
    await assert.rejects(decodeFile(`${folder}/pipe.png`), /not a regular file/);
    await assert.rejects(decodeFile("/dev/zero"), /not a regular file/);
  }
  await Deno.remove(folder, { recursive: true });
});
