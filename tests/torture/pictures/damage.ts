/** Damages a picture file: bytes, lengths, chunks and fields of headers. */
import { crc32 } from "node:zlib";
import { join } from "../../../image/testing_files.ts";
import type { Sound } from "./sound.ts";

type Random = (limit: number) => number;

const extremes = [0, 1, 2, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A damaged file, and from which it was made. */
export function damaged(sound: readonly Sound[], random: Random): Sound {
  const { name, file } = sound[random(sound.length)]!;
  let bytes = file.slice();
  const wounds = 1 + random(3);
  const done: string[] = [];
  for (let i = 0; i < wounds && bytes.length > 0; i++) {
    const [what, wound] = kinds[random(kinds.length)]!;
    bytes = wound(bytes, random, sound);
    done.push(what);
  }
  // Most decoders stop at a checksum that does not fit: half of the time, it does.
  if (name.startsWith("PNG") && random(2) === 0) mendChecksums(bytes);
  return { name: `${name}, ${done.join(", ")}`, file: bytes };
}

type Wound = (bytes: Uint8Array<ArrayBuffer>, random: Random, sound: readonly Sound[]) => Uint8Array<ArrayBuffer>;

const kinds: readonly (readonly [string, Wound])[] = [
  ["bytes changed", (bytes, random) => {
    for (let i = random(16); i >= 0; i--) bytes[random(bytes.length)] = random(256);
    return bytes;
  }],
  ["bytes of the header changed", (bytes, random) => {
    for (let i = random(4); i >= 0; i--) bytes[random(Math.min(bytes.length, 128))] = random(256);
    return bytes;
  }],
  ["a bit changed", (bytes, random) => {
    bytes[random(bytes.length)]! ^= 1 << random(8);
    return bytes;
  }],
  ["a field set to an extreme", (bytes, random) => {
    const view = new DataView(bytes.buffer);
    const region = [64, 256, bytes.length][random(3)]!;
    const at = random(Math.min(region, bytes.length));
    const value = extremes[random(extremes.length)]!;
    if (random(2) === 0 && at + 2 <= bytes.length) view.setUint16(at, value & 65535, random(2) === 0);
    else if (at + 4 <= bytes.length) view.setUint32(at, value, random(2) === 0);
    return bytes;
  }],
  ["cut short", (bytes, random) => bytes.slice(0, random(bytes.length))],
  ["a piece removed", (bytes, random) => {
    const at = random(bytes.length);
    return join(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random(64))));
  }],
  ["a piece repeated", (bytes, random) => {
    const at = random(bytes.length);
    const piece = bytes.subarray(at, at + 1 + random(200));
    const copies = Array.from({ length: 1 + random(20) }, () => piece);
    return join(bytes.subarray(0, at), ...copies, bytes.subarray(at));
  }],
  ["the end of another", (bytes, random, sound) => {
    const other = sound[random(sound.length)]!.file;
    return join(bytes.subarray(0, random(bytes.length)), other.subarray(random(other.length)));
  }],
  ["a piece of another", (bytes, random, sound) => {
    const other = sound[random(sound.length)]!.file;
    const from = random(other.length);
    bytes.set(other.subarray(from, from + Math.min(64, bytes.length)).subarray(0, bytes.length), 0);
    return bytes;
  }],
  ["a piece of zeros or ones", (bytes, random) => {
    const at = random(bytes.length);
    return bytes.fill(random(2) * 255, at, at + random(80));
  }],
  ["a chunk moved, removed or repeated", (bytes, random) => {
    const chunks = chunksOf(bytes);
    if (chunks.length < 3) return bytes;
    const [start, ...rest] = chunks;
    const at = random(rest.length);
    const [chunk] = rest.splice(at, 1);
    const copies = random(3);
    for (let i = 0; i < copies; i++) rest.splice(random(rest.length + 1), 0, chunk!);
    return join(start!, ...rest);
  }],
  ["an entry of a directory changed", (bytes, random) => {
    if (bytes[0] !== 0x49 && bytes[0] !== 0x4d) return bytes;
    const little = bytes[0] === 0x49;
    const view = new DataView(bytes.buffer);
    try {
      const directory = view.getUint32(4, little);
      const entry = directory + 2 + 12 * random(view.getUint16(directory, little));
      const value = extremes[random(extremes.length)]!;
      [
        () =>
          view.setUint16(
            entry,
            [254, 256, 257, 258, 259, 262, 277, 278, 284, 317, 322, 330, 338, 339][random(14)]!,
            little,
          ),
        () => view.setUint16(entry + 2, random(20), little),
        () => view.setUint32(entry + 4, value, little),
        () => view.setUint32(entry + 8, random(2) ? value : random(70_000), little),
        () => view.setUint16(entry + 8, random(2) ? value & 65535 : random(40), little),
      ][random(5)]!();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // The directory lies outside already.
    }
    return bytes;
  }],
];

/** The start of a file and its chunks, where it has such: PNG, JPEG before its scan, RIFF. */
function chunksOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Uint8Array[] = [];
  const cut = (from: number, next: (at: number) => number) => {
    chunks.push(bytes.subarray(0, from));
    let at = from;
    while (at + 8 <= bytes.length) {
      const end = Math.min(bytes.length, next(at));
      if (end <= at) break;
      chunks.push(bytes.subarray(at, end));
      at = end;
    }
    if (at < bytes.length) chunks.push(bytes.subarray(at));
  };
  if (bytes[0] === 0x89) cut(8, (at) => at + 12 + view.getUint32(at));
  else if (bytes[0] === 0xff) {
    cut(2, (at) => bytes[at] === 0xff && bytes[at + 1] !== 0xda ? at + 2 + view.getUint16(at + 2) : at);
  } else if (bytes[0] === 0x52) cut(12, (at) => at + 8 + (view.getUint32(at + 4, true) + 1 & ~1));
  else if (bytes[4] === 0x66) cut(view.getUint32(0), (at) => at + view.getUint32(at));
  return chunks;
}

function mendChecksums(bytes: Uint8Array<ArrayBuffer>): void {
  const view = new DataView(bytes.buffer);
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) return;
    view.setUint32(end, crc32(bytes.subarray(at + 4, end)));
    at = end + 4;
  }
}
