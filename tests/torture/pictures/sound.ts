/** Sound pictures of every format and of the ways in which each is stored, to be damaged. */
import sharp from "sharp";
import { png, tiff } from "../../../lib/image/testing_files.ts";
import { greyProfile, rgbProfile, rgbSpaces } from "../../../lib/image/testing_profiles.ts";
import { drawsOf } from "../draws.ts";

/** A picture file and its format. */
export interface Sound {
  readonly name: string;
  readonly file: Uint8Array;
}

const [width, height] = [48, 36];

/** The same files each time. */
export async function soundPictures(): Promise<Sound[]> {
  const draws = drawsOf(1, 1);
  const noise = (channels: number, count = width * height) =>
    Uint8Array.from({ length: count * channels }, (_, i) => (i % 7 < 4 ? i * 3 : draws.below(256)) & 255);
  const rgb = sharp(noise(3), { raw: { width, height, channels: 3 } });
  const rgba = sharp(noise(4), { raw: { width, height, channels: 4 } });
  const grey = sharp(noise(1), { raw: { width, height, channels: 1 } }).toColourspace("b-w");
  const film = sharp(noise(3, width * height * 3), {
    raw: { width, height: height * 3, channels: 3, pageHeight: height },
  });
  const deep = sharp(Uint16Array.from(noise(3), (value, i) => value * 257 ^ i & 63), {
    raw: { width, height, channels: 3 },
  })
    .toColourspace("rgb16");
  const made: Record<string, { toBuffer(): Promise<Uint8Array> }> = {
    "JPEG": rgb.clone().jpeg(),
    "JPEG progressive": rgb.clone().jpeg({ progressive: true }),
    "JPEG grey": grey.clone().jpeg(),
    "JPEG CMYK": rgb.clone().toColourspace("cmyk").jpeg(),
    "JPEG with EXIF and a profile": rgb.clone().withMetadata({ orientation: 6 }).jpeg(),
    "PNG": rgb.clone().png(),
    "PNG interlaced": rgba.clone().png({ progressive: true }),
    "PNG grey": grey.clone().png(),
    "PNG palette": rgb.clone().png({ palette: true }),
    "WebP": rgb.clone().webp(),
    "WebP lossless": rgba.clone().webp({ lossless: true }),
    "WebP film": film.clone().webp(),
    "WebP with EXIF and a profile": rgba.clone().withMetadata({ orientation: 3 }).webp(),
    "GIF": rgba.clone().gif(),
    "GIF film": film.clone().gif(),
    "AVIF": rgb.clone().avif({ effort: 0 }),
    "AVIF transparent": rgba.clone().avif({ effort: 0 }),
    "AVIF of 10 bits": deep.clone().avif({ effort: 0, bitdepth: 10 }),
    "TIFF LZW": rgb.clone().tiff({ compression: "lzw", predictor: "horizontal" }),
    "TIFF deflate": rgba.clone().tiff({ compression: "deflate" }),
    "TIFF JPEG": rgb.clone().tiff({ compression: "jpeg" }),
    "TIFF WebP": rgb.clone().tiff({ compression: "webp" }),
    "TIFF fax": grey.clone().threshold().tiff({ compression: "ccittfax4", bitdepth: 1 }),
    "TIFF tiles": rgb.clone().tiff({ tile: true, tileWidth: 16, tileHeight: 16 }),
    "TIFF pyramid": rgb.clone().tiff({ pyramid: true, tile: true, tileWidth: 16, tileHeight: 16 }),
    "TIFF big": rgb.clone().tiff({ bigtiff: true }),
    "TIFF deep": deep.clone().tiff({ compression: "none" }),
  };
  const sound: Sound[] = [];
  for (const [name, { toBuffer }] of Object.entries(made)) {
    sound.push({ name, file: new Uint8Array(await toBuffer.call(made[name])) });
  }
  const values = (channels: number, most: number) => ({
    width: 16,
    height: 12,
    channels,
    values: Array.from({ length: 16 * 12 * channels }, () => draws.whole(0, most)),
  });
  sound.push(
    { name: "PNG deep with a profile", file: png(values(3, 65535), { depth: 16, icc: rgbProfile(rgbSpaces.adobe) }) },
    { name: "PNG of 2 bits", file: png(values(1, 3), { depth: 2, icc: greyProfile(2.2) }) },
    {
      name: "TIFF deep with a profile",
      file: tiff(values(4, 65535), { bits: 16, extra: [2], icc: rgbProfile(rgbSpaces.displayP3) }),
    },
    { name: "TIFF of 6 channels", file: tiff(values(6, 255), { bits: 8, photometric: 2, extra: [2, 0, 0] }) },
    { name: "TIFF of 32 bits", file: tiff(values(3, 2 ** 32 - 1), { bits: 32, planar: true }) },
    { name: "TIFF CMYK", file: tiff(values(4, 255), { bits: 8, photometric: 5 }) },
  );
  return sound;
}
