/** Picture files for tests, written byte by byte: what no library writes, or writes its own way. */
import { crc32, deflateSync } from "node:zlib";
import { Buffer } from "node:buffer";

/** Samples of a picture, row by row, channels together. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: ArrayLike<number>;
}

/** A chunk of a PNG file. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

/** Joins pieces of bytes. */
export function join(...pieces: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** A PNG file with the chunks given before its pixels; `icc` is put in as `iCCP`. */
export function png(
  { width, height, channels, values }: Samples,
  { depth = 8, icc, chunks = [] }: { depth?: 1 | 2 | 4 | 8 | 16; icc?: Uint8Array; chunks?: Uint8Array[] } = {},
): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, [0, 4, 2, 6][channels - 1]!], 8);
  const line = Math.ceil(width * channels * depth / 8);
  const rows = new Uint8Array(height * (1 + line));
  for (let i = 0; i < height; i++) {
    const perRow = width * channels;
    packBits(values, i * perRow, perRow, depth, rows.subarray(i * (1 + line) + 1, (i + 1) * (1 + line)));
  }
  return join(
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    pngChunk("IHDR", header),
    ...(icc ? [pngChunk("iCCP", join(new TextEncoder().encode("test\0\0"), deflateSync(icc)))] : []),
    ...chunks,
    pngChunk("IDAT", deflateSync(rows)),
    pngChunk("IEND", new Uint8Array()),
  );
}

/** Samples of up to 16 bits one after the other, the highest bit first. */
function packBits(values: ArrayLike<number>, from: number, count: number, bits: number, target: Uint8Array): void {
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let bit = bits - 1; bit >= 0; bit--, at++) {
      if ((values[from + i]! >> bit) & 1) target[at >> 3]! |= 128 >> (at & 7);
    }
  }
}

/** Entries of a TIFF file besides the pixels. */
export interface TiffOptions {
  readonly bits: number;
  /** TIFF 6.0, tag 339: unsigned, signed or floating point. Default 1 (unsigned). */
  readonly format?: 1 | 2 | 3;
  /** Tag 262: 0 white is 0, 1 black is 0, 2 RGB, 5 separated (CMYK), 8 Lab. Default 1 or 2 by the number of channels. */
  readonly photometric?: number;
  /** Tag 338, an entry for each further channel: 0 unspecified, 1 premultiplied, 2 transparency. */
  readonly extra?: readonly number[];
  readonly icc?: Uint8Array;
  /** Each channel in a plane of its own. */
  readonly planar?: boolean;
  /** Further tags: number, type (3 short, 4 long) and values. */
  readonly tags?: readonly (readonly [tag: number, type: 3 | 4, values: readonly number[]])[];
}

/** A TIFF file of one page, not compressed, little-endian. */
export function tiff(samples: Samples, options: TiffOptions): Uint8Array<ArrayBuffer> {
  const { width, height, channels } = samples;
  const { bits, format = 1, photometric = channels < 3 ? 1 : 2, extra, icc, planar = false, tags = [] } = options;
  const pixels = tiffPixels(samples, bits, format, planar);
  const planes = planar ? channels : 1;
  const plane = pixels.length / planes;
  const start = 8;
  const all: [number, number, number[] | Uint8Array][] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, Array<number>(channels).fill(bits)],
    [259, 3, [1]],
    [262, 3, [photometric]],
    [273, 4, Array.from({ length: planes }, (_, i) => start + i * plane)],
    [277, 3, [channels]],
    [278, 4, [height]],
    [279, 4, Array<number>(planes).fill(plane)],
    [284, 3, [planar ? 2 : 1]],
    ...(extra ? [[338, 3, [...extra]] as [number, number, number[]]] : []),
    [339, 3, Array<number>(channels).fill(format)],
    ...tags.map(([tag, type, values]) => [tag, type, [...values]] as [number, number, number[]]),
    ...(icc ? [[34675, 7, icc] as [number, number, Uint8Array]] : []),
  ];
  all.sort(([a], [b]) => a - b);
  const directory = start + pixels.length + (pixels.length & 1);
  const sizes: Record<number, number> = { 3: 2, 4: 4, 7: 1 };
  let end = directory + 2 + 12 * all.length + 4;
  const places = all.map(([, type, values]) => {
    const size = sizes[type]! * values.length;
    if (size <= 4) return undefined;
    const place = end;
    end += size + (size & 1);
    return place;
  });
  const file = Buffer.alloc(end);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(directory, 4);
  file.set(pixels, start);
  file.writeUInt16LE(all.length, directory);
  for (const [i, [tag, type, values]] of all.entries()) {
    const at = directory + 2 + 12 * i;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(values.length, at + 4);
    const place = places[i] ?? at + 8;
    if (places[i] !== undefined) file.writeUInt32LE(place, at + 8);
    for (const [k, value] of values.entries()) {
      if (type === 3) file.writeUInt16LE(value, place + 2 * k);
      else if (type === 4) file.writeUInt32LE(value, place + 4 * k);
      else file[place + k] = value;
    }
  }
  return new Uint8Array(file);
}

function tiffPixels({ width, height, channels, values }: Samples, bits: number, format: number, planar: boolean) {
  const count = width * height * channels;
  const order = Array.from({ length: count }, (_, i) => {
    if (!planar) return values[i]!;
    const pixels = width * height;
    return values[(i % pixels) * channels + Math.floor(i / pixels)]!;
  });
  if (bits % 8 !== 0) {
    const perRow = planar ? width : width * channels;
    const line = Math.ceil(perRow * bits / 8);
    const rows = new Uint8Array(line * count / perRow);
    for (let row = 0; row < count / perRow; row++) {
      packBits(order, row * perRow, perRow, bits, rows.subarray(row * line, (row + 1) * line));
    }
    return rows;
  }
  const bytes = new Uint8Array(count * bits / 8);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of order.entries()) {
    const at = i * bits / 8;
    if (format === 3) {
      if (bits === 64) view.setFloat64(at, value, true);
      else if (bits === 32) view.setFloat32(at, value, true);
      else view.setFloat16(at, value, true);
    } else if (bits === 64) view.setBigUint64(at, BigInt(value), true);
    else for (let k = 0; k < bits / 8; k++) bytes[at + k] = Math.floor(value / 256 ** k) & 255;
  }
  return bytes;
}
