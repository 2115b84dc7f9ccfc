/** The picture codec sharp (libvips), and pixels to files. */
import type sharp from "sharp";
import type { Picture } from "./picture.ts";

let loading: Promise<typeof sharp> | undefined;

/** sharp, loaded once and when first needed: it is a native library of several megabytes. */
export function codec(): NonNullable<typeof loading> {
  return loading ??= import("sharp").then((module) => module.default, (cause) => {
    loading = undefined;
    throw new Error(`Cannot load the picture codec "sharp" on ${Deno.build.target}: ${cause.message}`, { cause });
  });
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
