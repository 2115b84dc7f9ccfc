/** Decompresses pages of Parquet files into exactly as many bytes as the page says, and never more. */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { Malformed } from "./thrift.ts";

const names = ["none", "Snappy", "gzip", "LZO", "Brotli", "LZ4", "Zstandard", "LZ4 raw"];

/** Most bytes of a page; and most bytes for each byte that they are compressed to. Pictures are compressed already. */
const maxPage = 2 ** 30;
const maxRatio = 100;

/**
 * Decompresses a page.
 *
 * @param codec number of the compression, as the format counts them
 * @param size bytes that it has to give
 * @throws {Malformed} when the compression is not supported, the bytes are damaged, or they give another size
 */
export function decompress(codec: number, bytes: Uint8Array, size: number): Uint8Array {
  if (size > maxPage) {
    throw new Malformed(`has a page of ${megabytes(size)} MB: at most ${megabytes(maxPage)} are read`);
  }
  if (size > bytes.length * maxRatio + 65_536) {
    throw new Malformed(
      `has a page that grows from ${bytes.length} bytes to ${size}: more than ${maxRatio} times is not a picture`,
    );
  }
  const page = inflate(codec, bytes, size);
  if (page.length !== size) throw new Malformed(`has a page of ${page.length} bytes that should have ${size}`);
  return page;
}

function inflate(codec: number, bytes: Uint8Array, size: number): Uint8Array {
  if (codec === 0) return bytes;
  if (codec === 1) return unsnappy(bytes, size);
  const library = { 2: gunzipSync, 4: brotliDecompressSync, 6: zstdDecompressSync }[codec];
  if (library === undefined) {
    const name = names[codec];
    throw new Malformed(
      name === undefined
        ? `has an unknown compression, number ${codec}`
        : `is compressed with ${name}: Snappy, gzip, Brotli, Zstandard and none are supported`,
    );
  }
  try {
    return library(bytes, { maxOutputLength: Math.max(1, size) });
  } catch (cause) {
    throw new Malformed(`has a page that is not valid ${names[codec]}`, { cause });
  }
}

/** The raw form of Snappy (format_description.txt of its project): literals, and copies of what was written before. */
function unsnappy(bytes: Uint8Array, size: number): Uint8Array {
  const wrong = () => new Malformed("has a page that is not valid Snappy");
  const output = new Uint8Array(size);
  let at = 0;
  let end = 0;
  let declared = 0;
  for (let shift = 0;; shift += 7) {
    if (at >= bytes.length || shift > 28) throw wrong();
    const next = bytes[at++]!;
    declared += (next & 0x7f) * 2 ** shift;
    if (next < 0x80) break;
  }
  if (declared !== size) throw wrong();
  const number = (width: number): number => {
    if (at + width > bytes.length) throw wrong();
    let value = 0;
    for (let i = 0; i < width; i++) value += bytes[at++]! * 2 ** (8 * i);
    return value;
  };
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = 1 + (short < 60 ? short : number(short - 59));
      if (length > bytes.length - at || length > size - end) throw wrong();
      output.set(bytes.subarray(at, at + length), end);
      at += length;
      end += length;
      continue;
    }
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : 1 + (tag >> 2);
    const back = kind === 1 ? ((tag >> 5) << 8) + number(1) : number(kind === 2 ? 2 : 4);
    if (back === 0 || back > end || length > size - end) throw wrong();
    // Byte by byte: a copy may reach into what it writes itself.
    for (let i = 0; i < length; i++, end++) output[end] = output[end - back]!;
  }
  if (end !== size) throw wrong();
  return output;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
