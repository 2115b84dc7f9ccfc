/**
 * The file that decoded pictures are kept in: the bytes of all items one after the other, then eight bytes of a hash of
 * each, then what is known of them as JSON, then its length, a checksum of both, and a mark. Pictures that could not be
 * decoded keep their place, empty.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { WholeFile } from "../../lib/files/mod.ts";
import { storeDamaged } from "../problems/messages/data.ts";
import { DenoiseError } from "../problems/problem.ts";

/** A picture that could not be decoded. */
export interface Broken {
  readonly index: number;
  readonly name: string;
  readonly reason: string;
}

const trailerSchema = z.object({
  count: z.int().nonnegative(),
  pictureBytes: z.int().positive(),
  broken: z.array(z.object({ index: z.int().nonnegative(), name: z.string(), reason: z.string() })),
});
type Trailer = z.infer<typeof trailerSchema>;

const mark = new TextEncoder().encode("DNPIX002");
const tail = mark.length + 8;
/** Bytes of a picture's hash: two of 200,000 pictures are mistaken for one another once in a billion data sets. */
const hashBytes = 8;

/** The hash of a picture: the first bytes of its SHA-256. */
function hashOf(picture: Uint8Array): Uint8Array {
  return createHash("sha256").update(picture).digest().subarray(0, hashBytes);
}

/** Writes a store; without `commit` nothing remains of it. */
export class StoreWriter implements AsyncDisposable {
  readonly #broken: Broken[] = [];
  readonly #hashes: Uint8Array[] = [];
  #count = 0;
  private constructor(readonly pictureBytes: number, readonly file: WholeFile) {}

  static async create(path: string, pictureBytes: number): Promise<StoreWriter> {
    return new StoreWriter(pictureBytes, await WholeFile.create(path));
  }

  get broken(): readonly Broken[] {
    return this.#broken;
  }

  async add(picture: Uint8Array | { name: string; reason: string }): Promise<void> {
    const index = this.#count++;
    if (!(picture instanceof Uint8Array)) this.#broken.push({ index, ...picture });
    const bytes = picture instanceof Uint8Array ? picture : new Uint8Array(this.pictureBytes);
    this.#hashes.push(hashOf(bytes));
    await this.file.write(bytes);
  }

  async commit(): Promise<void> {
    const trailer: Trailer = { count: this.#count, pictureBytes: this.pictureBytes, broken: this.#broken };
    const json = new TextEncoder().encode(JSON.stringify(trailer));
    const end = new Uint8Array(tail);
    new DataView(end.buffer).setUint32(0, json.length, true);
    const hashes = new Uint8Array(hashBytes * this.#count);
    this.#hashes.forEach((hash, i) => hashes.set(hash, hashBytes * i));
    new DataView(end.buffer).setUint32(4, crc32(json, crc32(hashes)), true);
    end.set(mark, 8);
    for (const bytes of [hashes, json, end]) await this.file.write(bytes);
    await this.file.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file[Symbol.asyncDispose]();
  }
}

/** Reads a store: from memory when it is small, from the file otherwise. */
export class Store implements Disposable {
  /** Pictures whose bytes were compared with their hash: once each. */
  readonly #checked: Uint8Array;

  private constructor(
    readonly path: string,
    readonly count: number,
    readonly pictureBytes: number,
    readonly broken: readonly Broken[],
    readonly hashes: Uint8Array,
    readonly file: number,
    readonly memory: Uint8Array | undefined,
  ) {
    this.#checked = new Uint8Array(count);
  }

  /**
   * Opens a store.
   *
   * @param memoryLimit bytes up to which it is read as a whole
   * @returns undefined when there is none, or it is damaged or of other pictures
   */
  static open(path: string, expected: { count: number; pictureBytes: number }, memoryLimit: number): Store | undefined {
    let file: number;
    try {
      file = openSync(path, "r");
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return undefined;
      throw error;
    }
    const trailer = readTrailer(file, statSync(path).size);
    if (trailer?.count !== expected.count || trailer.pictureBytes !== expected.pictureBytes) {
      closeSync(file);
      return undefined;
    }
    const { count, pictureBytes, broken } = trailer;
    const bytes = count * pictureBytes;
    const hashes = new Uint8Array(count * hashBytes);
    readFully(file, hashes, 0, hashes.length, bytes);
    const memory = bytes <= memoryLimit ? new Uint8Array(bytes) : undefined;
    if (memory) readFully(file, memory, 0, bytes, 0);
    const store = new Store(path, count, pictureBytes, broken, hashes, file, memory);
    if (memory && !store.#isWhole(memory)) {
      store[Symbol.dispose]();
      return undefined;
    }
    return store;
  }

  /**
   * Copies picture `index` into `target` at byte `offset`.
   *
   * @throws {DenoiseError} when its bytes are not those that were written
   */
  read(index: number, target: Uint8Array, offset: number): void {
    const start = index * this.pictureBytes;
    if (this.memory) target.set(this.memory.subarray(start, start + this.pictureBytes), offset);
    else readFully(this.file, target, offset, this.pictureBytes, start);
    if (this.#checked[index] === 1) return;
    if (!this.#isPicture(index, target.subarray(offset, offset + this.pictureBytes))) {
      throw new DenoiseError(storeDamaged(this.path));
    }
    this.#checked[index] = 1;
  }

  /** Eight bytes of a hash of picture `index`, as they were decoded. */
  hash(index: number): Uint8Array {
    return this.hashes.subarray(index * hashBytes, (index + 1) * hashBytes);
  }

  [Symbol.dispose](): void {
    closeSync(this.file);
  }

  /** Whether all pictures are as they were written; those that are need no further check. */
  #isWhole(pictures: Uint8Array): boolean {
    for (let i = 0; i < this.count; i++) {
      if (!this.#isPicture(i, pictures.subarray(i * this.pictureBytes, (i + 1) * this.pictureBytes))) return false;
    }
    this.#checked.fill(1);
    return true;
  }

  #isPicture(index: number, bytes: Uint8Array): boolean {
    return hashOf(bytes).every((byte, i) => byte === this.hashes[index * hashBytes + i]);
  }
}

function readTrailer(file: number, size: number): Trailer | undefined {
  if (size < tail) return undefined;
  const end = new Uint8Array(tail);
  readFully(file, end, 0, tail, size - tail);
  if (!mark.every((byte, i) => byte === end[8 + i])) return undefined;
  const length = new DataView(end.buffer).getUint32(0, true);
  if (length > size - tail) return undefined;
  const json = new Uint8Array(length);
  readFully(file, json, 0, length, size - tail - length);
  const trailer = parse(new TextDecoder().decode(json));
  if (trailer === undefined) return undefined;
  if (trailer.count * (trailer.pictureBytes + hashBytes) !== size - tail - length) return undefined;
  const hashes = new Uint8Array(trailer.count * hashBytes);
  readFully(file, hashes, 0, hashes.length, trailer.count * trailer.pictureBytes);
  return crc32(json, crc32(hashes)) === new DataView(end.buffer).getUint32(4, true) ? trailer : undefined;
}

function parse(text: string): Trailer | undefined {
  try {
    return trailerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // damaged
  }
}

function readFully(file: number, target: Uint8Array, offset: number, length: number, position: number): void {
  for (let done = 0; done < length;) {
    // Linux reads no more than 2 GB at a time.
    const read = readSync(file, target, offset + done, Math.min(length - done, 2 ** 30), position + done);
    if (read === 0) throw new Error(`The file of decoded pictures ends at byte ${position + done}`);
    done += read;
  }
}
