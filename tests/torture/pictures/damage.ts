/** Damages a picture file: bytes, lengths, chunks and fields of headers. */
import { crc32 } from "node:zlib";
import type { TrialDraws } from "../draws.ts";
import { joined, mutate } from "../mutate.ts";
import type { Sound } from "./sound.ts";

const extremes = [0, 1, 2, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

/** A damaged file, and from which it was made. */
export function damaged(sound: readonly Sound[], draws: TrialDraws): Sound {
  const { name, file } = draws.pick(sound);
  let bytes = file.slice();
  const wounds = 1 + draws.below(3);
  const done: string[] = [];
  for (let i = 0; i < wounds && bytes.length > 0; i++) {
    const [what, wound] = draws.pick(draws.chance(2 / 3) ? ofAnyFile : ofPictures);
    bytes = wound(bytes, draws, sound);
    done.push(what);
  }
  // Most decoders stop at a checksum that does not fit: half of the time, it does.
  if (name.startsWith("PNG") && draws.below(2) === 0) mendChecksums(bytes);
  return { name: `${name}, ${done.join(", ")}`, file: bytes };
}

type Wound = (bytes: Uint8Array<ArrayBuffer>, draws: TrialDraws, sound: readonly Sound[]) => Uint8Array<ArrayBuffer>;

type Wounds = readonly (readonly [string, Wound])[];

const ofAnyFile: Wounds = [
  ["changed somewhere", (bytes, draws) => mutate(bytes, draws)],
  ["changed in its header", (bytes, draws) => mutate(bytes, draws, draws.pick([64, 128, 256]))],
];

const ofPictures: Wounds = [
  ["the end of another", (bytes, draws, sound) => {
    const other = draws.pick(sound).file;
    return joined(bytes.subarray(0, draws.below(bytes.length)), other.subarray(draws.below(other.length)));
  }],
  ["a piece of another", (bytes, draws, sound) => {
    const other = draws.pick(sound).file;
    const from = draws.below(other.length);
    bytes.set(other.subarray(from, from + Math.min(64, bytes.length)).subarray(0, bytes.length), 0);
    return bytes;
  }],
  ["a chunk moved, removed or repeated", (bytes, draws) => {
    const chunks = chunksOf(bytes);
    if (chunks.length < 3) return bytes;
    const [start, ...rest] = chunks;
    const at = draws.below(rest.length);
    const [chunk] = rest.splice(at, 1);
    const copies = draws.below(3);
    for (let i = 0; i < copies; i++) rest.splice(draws.below(rest.length + 1), 0, chunk!);
    return joined(start!, ...rest);
  }],
  ["an entry of a directory changed", (bytes, draws) => {
    if (bytes[0] !== 0x49 && bytes[0] !== 0x4d) return bytes;
    const little = bytes[0] === 0x49;
    const view = new DataView(bytes.buffer);
    try {
      const directory = view.getUint32(4, little);
      const entry = directory + 2 + 12 * draws.below(view.getUint16(directory, little));
      const value = draws.pick(extremes);
      [
        () =>
          view.setUint16(
            entry,
            [254, 256, 257, 258, 259, 262, 277, 278, 284, 317, 322, 330, 338, 339][draws.below(14)]!,
            little,
          ),
        () => view.setUint16(entry + 2, draws.below(20), little),
        () => view.setUint32(entry + 4, value, little),
        () => view.setUint32(entry + 8, draws.below(2) ? value : draws.below(70_000), little),
        () => view.setUint16(entry + 8, draws.below(2) ? value & 65535 : draws.below(40), little),
      ][draws.below(5)]!();
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
