/** Picture files to pixels and back, by sharp (libvips). */
import type sharp from "sharp";
import type { Picture } from "./picture.ts";

/** Endings of the files that `decode` reads, lower case with the dot. */
export const pictureExtensions: readonly string[] = [
  ".jpg",
  ".jpeg",
  ".png",
  ".webp",
  ".gif",
  ".avif",
  ".tif",
  ".tiff",
];

/** What to do with what a file holds besides opaque pixels. */
export interface DecodeOptions {
  /** Colour behind transparent pixels, as CSS writes it. Default white. */
  readonly background?: string;
}

let loading: Promise<typeof sharp> | undefined;

/** sharp, loaded once and when first needed: it is a native library of several megabytes. */
export function codec(): NonNullable<typeof loading> {
  return loading ??= import("sharp").then((module) => module.default, (cause) => {
    loading = undefined;
    throw new Error(`Cannot load the picture codec "sharp" on ${Deno.build.target}: ${cause.message}`, { cause });
  });
}

/**
 * Decodes a picture file: JPEG, PNG, WebP, GIF (its first frame), AVIF, TIFF or SVG.
 *
 * The EXIF orientation is applied. Greyscale, CMYK, palettes and 16 bits a channel become 8-bit sRGB; transparent
 * pixels are laid over `background`.
 *
 * @throws {Error} when the bytes are no picture, or are damaged or cut short
 */
export async function decode(file: Uint8Array, { background = "#ffffff" }: DecodeOptions = {}): Promise<Picture> {
  if (file.length === 0) throw new Error("The file is empty");
  const sharp = await codec();
  try {
    // "error" rather than the default "warning": odd but complete files, which other programs show, are used.
    const { data, info } = await sharp(file, { failOn: "error" })
      .autoOrient()
      .flatten({ background })
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels instead of 3`);
    return { width: info.width, height: info.height, data: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (cause) {
    throw new Error(explain(file, (cause as Error).message), { cause });
  }
}

/** Says what is wrong with a file in plain words, with the codec's own words behind. */
function explain(file: Uint8Array, text: string): string {
  const reason = text.replaceAll(/\s+/g, " ").trim();
  if (/unsupported image format/i.test(reason)) {
    const start = [...file.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    return `The file is no picture of a known format (its first bytes are ${start})`;
  }
  if (/truncated|premature|end of (file|stream)|ran out|not enough|unexpected end/i.test(reason)) {
    return `The file is cut short or damaged (${reason})`;
  }
  return `The picture cannot be decoded (${reason})`;
}

/** Kinds of files that one picture is written as. */
export type StillFormat = "png" | "webp" | "gif";

/** A file of a picture; WebP without loss, GIF in at most 256 colours. */
export async function encode({ width, height, data }: Picture, format: StillFormat): Promise<Uint8Array> {
  const sharp = await codec();
  if (data.length !== width * height * 3) {
    throw new RangeError(`Cannot encode ${data.length} bytes as ${width}×${height}×3`);
  }
  const raw = sharp(data, { raw: { width, height, channels: 3 } });
  const file = await (format === "png" ? raw.png() : format === "webp" ? raw.webp({ lossless: true }) : raw.gif())
    .toBuffer();
  return new Uint8Array(file.buffer, file.byteOffset, file.length);
}

/** A PNG file of a picture. */
export function encodePng(picture: Picture): Promise<Uint8Array> {
  return encode(picture, "png");
}
