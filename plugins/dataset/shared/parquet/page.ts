/** Reads the pages of a column of byte strings: which rows have a value, and the values. */
import { crc32 } from "node:zlib";
import { decompress } from "./codec.ts";
import { countOf, Malformed, numberOf, readStruct, structOf, type ThriftStruct } from "./thrift.ts";

/** The head of a page: what kind it is, and how many bytes follow. */
export interface PageHead {
  readonly struct: ThriftStruct;
  /** Bytes of the head. */
  readonly length: number;
  /** Bytes of the page behind it, as stored. */
  readonly size: number;
}

/** Values of a page, one for each row; undefined where the row has none. */
export type Rows = readonly (Uint8Array | undefined)[];

const dataPage = 0;
const dictionaryPage = 2;
const dataPage2 = 3;

/** Reads the head of a page from the start of the bytes. @throws {Malformed} when it is damaged, or they end within it */
export function readHead(bytes: Uint8Array): PageHead {
  const { struct, length } = readStruct(bytes);
  return { struct, length, size: countOf(struct, 3, "the size of a page") };
}

/** Reads the pages of one chunk in order, keeping its dictionary. */
export class PageReader {
  #dictionary: readonly Uint8Array[] | undefined;

  constructor(private readonly column: { readonly codec: number; readonly maxLevel: number }) {}

  /**
   * Reads a page.
   *
   * @param bytes the page as stored, `head.size` bytes
   * @param most rows that it may have: those that the chunk still lacks
   * @returns its rows; undefined for a page that holds none, such as a dictionary
   * @throws {Malformed} when the page is damaged or of a form that is not supported
   */
  read({ struct }: PageHead, bytes: Uint8Array, most: number): Rows | undefined {
    const sum = struct.get(4);
    if (typeof sum === "number" && crc32(bytes) !== sum >>> 0) throw new Malformed("has a page whose checksum differs");
    const size = countOf(struct, 2, "the size of a page");
    const kind = numberOf(struct, 1, "the kind of a page");
    if (kind === dictionaryPage) {
      const head = structOf(struct, 7, "description of a dictionary");
      const count = countOf(head, 1, "the number of values of a dictionary");
      this.#dictionary = plain(decompress(this.column.codec, bytes, size), count);
      return undefined;
    }
    if (kind === dataPage) return this.#first(structOf(struct, 5, "description of a page"), bytes, size, most);
    if (kind === dataPage2) return this.#second(structOf(struct, 8, "description of a page"), bytes, size, most);
    return undefined; // an index
  }

  /** Version 1: levels and values are compressed together. */
  #first(head: ThriftStruct, bytes: Uint8Array, size: number, most: number): Rows {
    const count = countOf(head, 1, "the number of values of a page");
    if (count > most) throw new Malformed("has more values than rows");
    const page = decompress(this.column.codec, bytes, size);
    if (this.column.maxLevel === 0) return this.#values(head, 2, page, new Uint8Array(count));
    if (numberOf(head, 3, "the form of a page") !== 3) {
      throw new Malformed("has levels of a form that is not supported");
    }
    if (page.length < 4) throw new Malformed("has a page that is cut short");
    const length = new DataView(page.buffer, page.byteOffset).getUint32(0, true);
    if (length > page.length - 4) throw new Malformed("has a page that is cut short");
    const levels = this.#levels(page.subarray(4, 4 + length), count);
    return this.#values(head, 2, page.subarray(4 + length), levels);
  }

  /** Version 2: levels come before the values, and are not compressed. */
  #second(head: ThriftStruct, bytes: Uint8Array, size: number, most: number): Rows {
    const count = countOf(head, 1, "the number of values of a page");
    if (count > most) throw new Malformed("has more values than rows");
    const skipped = countOf(head, 6, "the size of levels");
    const length = countOf(head, 5, "the size of levels");
    const start = skipped + length;
    if (start > bytes.length || start > size) throw new Malformed("has a page that is cut short");
    const levels = this.column.maxLevel === 0
      ? new Uint8Array(count)
      : this.#levels(bytes.subarray(skipped, start), count);
    const rest = bytes.subarray(start);
    const codec = head.get(7) === false || rest.length === 0 ? 0 : this.column.codec;
    return this.#values(head, 4, decompress(codec, rest, size - start), levels);
  }

  #levels(bytes: Uint8Array, count: number): Uint8Array {
    const levels = new Uint8Array(count);
    hybrid(bytes, this.column.maxLevel > 1 ? 2 : 1, levels);
    return levels;
  }

  #values(head: ThriftStruct, field: number, bytes: Uint8Array, levels: Uint8Array): Rows {
    const present = levels.reduce((sum, level) => sum + (level === this.column.maxLevel ? 1 : 0), 0);
    const encoding = numberOf(head, field, "the form of a page");
    const values = encoding === 0
      ? plain(bytes, present)
      : encoding === 2 || encoding === 8
      ? this.#fromDictionary(bytes, present)
      : undefined;
    if (values === undefined) {
      throw new Malformed(`has pages of encoding ${encoding}: plain and dictionary are supported`);
    }
    let next = 0;
    return Array.from(levels, (level) => level === this.column.maxLevel ? values[next++] : undefined);
  }

  #fromDictionary(bytes: Uint8Array, count: number): Uint8Array[] {
    const dictionary = this.#dictionary;
    if (dictionary === undefined) throw new Malformed("lacks the dictionary of a page");
    const width = bytes[0] ?? 0;
    if (width > 32) throw new Malformed(`has indices of ${width} bits`);
    const places = new Uint32Array(count);
    if (width > 0) hybrid(bytes.subarray(1), width, places);
    return Array.from(places, (place) => {
      const value = dictionary[place];
      if (value === undefined) throw new Malformed("names a value that its dictionary does not have");
      return value;
    });
  }
}

/** Byte strings, each behind its length. */
function plain(bytes: Uint8Array, count: number): Uint8Array[] {
  if (count * 4 > bytes.length) throw new Malformed("has a page with fewer values than it counts");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : Infinity;
    if (length > bytes.length - at - 4) throw new Malformed("has a page with fewer values than it counts");
    values.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return values;
}

/** Small whole numbers of `width` bits: runs of one number, and groups of eight that are packed (Parquet's RLE hybrid). */
function hybrid(bytes: Uint8Array, width: number, output: Uint8Array | Uint32Array): void {
  const wrong = () => new Malformed("has a page with fewer values than it counts");
  let at = 0;
  for (let done = 0; done < output.length;) {
    let head = 0;
    for (let shift = 0;; shift += 7) {
      if (at >= bytes.length || shift > 28) throw wrong();
      const next = bytes[at++]!;
      head += (next & 0x7f) * 2 ** shift;
      if (next < 0x80) break;
    }
    const count = Math.floor(head / 2);
    if (count === 0) throw wrong();
    if (head % 2 === 0) {
      const size = Math.ceil(width / 8);
      if (size > bytes.length - at) throw wrong();
      let value = 0;
      for (let i = 0; i < size; i++) value += bytes[at++]! * 2 ** (8 * i);
      const end = Math.min(output.length, done + count);
      output.fill(value, done, end);
      done = end;
    } else {
      // The last group may be cut where its other numbers would only fill it up.
      const end = Math.min(output.length, done + 8 * count);
      const first = at * 8;
      if (first + (end - done) * width > bytes.length * 8) throw wrong();
      for (let i = 0; done < end; i++, done++) {
        let value = 0;
        for (let bit = 0; bit < width; bit++) {
          const place = first + i * width + bit;
          value += ((bytes[place >> 3]! >> (place & 7)) & 1) * 2 ** bit;
        }
        output[done] = value;
      }
      at = Math.min(bytes.length, at + count * width);
    }
  }
}
