/** Pictures one after the other, as GIF or WebP. */
import { codec } from "./codec.ts";
import type { Picture } from "./picture.ts";

/** Kinds of files that hold an animation. */
export type AnimationFormat = "gif" | "webp";

/** A picture, and how long it stays. */
export interface Frame {
  /** What is shown. */
  readonly picture: Picture;
  /** Milliseconds. GIF counts in hundredths of a second: it is rounded to them. */
  readonly delay: number;
}

/**
 * A file that shows frames of one size one after the other, again and again. GIF has at most 256 colours a frame; WebP
 * has all, and shows frames that are the same as one.
 *
 * @throws {RangeError} for no frame, frames of several sizes, or a delay below 20 ms, which browsers do not keep
 */
export async function encodeAnimation(frames: readonly Frame[], format: AnimationFormat): Promise<Uint8Array> {
  const first = frames[0]?.picture;
  if (first === undefined) throw new RangeError("Cannot make an animation of no frames");
  const { width, height } = first;
  const size = width * height * 3;
  const data = new Uint8Array(frames.length * size);
  for (const [i, { picture, delay }] of frames.entries()) {
    if (picture.width !== width || picture.height !== height) {
      throw new RangeError(
        `Cannot put frames of ${width}×${height} and ${picture.width}×${picture.height} in one animation`,
      );
    }
    if (!(delay >= 20)) throw new RangeError(`Cannot show a frame for ${delay} ms: at least 20 ms are needed`);
    data.set(picture.data, i * size);
  }
  const sharp = await codec();
  const delay = frames.map(({ delay }) => Math.round(delay));
  const all = sharp(data, {
    raw: { width, height: height * frames.length, channels: 3, pageHeight: height },
    limitInputPixels: false,
  });
  const file =
    await (format === "gif"
      ? all.gif({ delay, loop: 0, effort: 7, keepDuplicateFrames: true })
      : all.webp({ delay, loop: 0, quality: 92, smartSubsample: true })).toBuffer();
  return new Uint8Array(file.buffer, file.byteOffset, file.length);
}
