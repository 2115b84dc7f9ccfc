/** What the markers of a JPEG file say (ITU-T T.81, annex B). */
import { Buffer } from "node:buffer";

/** The frame header: how the picture is stored. */
export interface JpegFrame {
  readonly bits: number; // of a sample
  readonly width: number; // pixels
  readonly height: number; // pixels; 0 where a later marker says it
  readonly channels: number;
}

/** The first frame header. Undefined where there is none: the codec says what is wrong. */
export function jpegFrame(file: Uint8Array): JpegFrame | undefined {
  for (let at = 2; at + 10 <= file.length && file[at] === 0xff;) {
    const marker = file[at + 1]!;
    if (marker === 0xff) {
      at++; // fill bytes
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2; // markers without a length
      continue;
    }
    const number = (place: number) => 256 * file[place]! + file[place + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { bits: file[at + 4]!, height: number(at + 5), width: number(at + 7), channels: file[at + 9]! };
    }
    if (marker === 0xda || marker === 0xd9) return undefined; // The scan begins, or the file ends.
    at += 2 + number(at + 2);
  }
  return undefined;
}

/** How many scans a file has, those of previews in it counted too; at most `most`. */
export function jpegScans(file: Uint8Array, most: number): number {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  let scans = 0;
  for (let at = 0; scans < most && (at = bytes.indexOf("ffda", at, "hex")) >= 0; at += 2) scans++;
  return scans;
}
