/**
 * The file that decoded pictures are kept in: the bytes of all items one after the other, then a CRC-32 of each, then what
 * is known of them as JSON, then its length, a CRC-32 of all between the pictures and itself, and a mark. Pictures that
 * could not be decoded keep their place, empty.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { WholeFile } from "../../files/mod.ts";
import { storeDamaged } from "../messages/data.ts";
import { DenoiseError } from "../problem.ts";

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

/** Writes a store; without `commit` nothing remains of it. */
export class StoreWriter implements AsyncDisposable {
  readonly #broken: Broken[] = [];
  readonly #sums: number[] = [];
  private constructor(readonly pictureBytes: number, readonly file: WholeFile) {}

  static async create(path: string, pictureBytes: number): Promise<StoreWriter> {
    return new StoreWriter(pictureBytes, await WholeFile.create(path));
  }

  get broken(): readonly Broken[] {
    return this.#broken;
  }

  async add(picture: Uint8Array | { name: string; reason: string }): Promise<void> {
    const bytes = picture instanceof Uint8Array ? picture : new Uint8Array(this.pictureBytes);
    if (picture !== bytes) this.#broken.push({ index: this.#sums.length, ...picture as Omit<Broken, "index"> });
    this.#sums.push(crc32(bytes));
    await this.file.write(bytes);
  }

  async commit(): Promise<void> {
    const trailer: Trailer = { count: this.#sums.length, pictureBytes: this.pictureBytes, broken: this.#broken };
    const json = new TextEncoder().encode(JSON.stringify(trailer));
    const sums = new Uint8Array(4 * this.#sums.length);
    const places = new DataView(sums.buffer);
    for (const [i, sum] of this.#sums.entries()) places.setUint32(4 * i, sum, true);
    const end = new Uint8Array(tail);
    new DataView(end.buffer).setUint32(0, json.length, true);
    new DataView(end.buffer).setUint32(4, crc32(json, crc32(sums)), true);
    end.set(mark, 8);
    for (const bytes of [sums, json, end]) await this.file.write(bytes);
    await this.file.commit();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.file[Symbol.asyncDispose]();
  }
}

/** Reads a store: from memory when it is small, from the file otherwise. */
export class Store implements Disposable {
  private constructor(
    readonly count: number,
    readonly pictureBytes: number,
    readonly broken: readonly Broken[],
    readonly path: string,
    private readonly file: number,
    private readonly sums: DataView,
    private readonly memory: Uint8Array | undefined,
  ) {}

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
    let store: Store | undefined;
    try {
      const found = readTrailer(file, fstatSync(file).size);
      if (found?.trailer.count !== expected.count || found.trailer.pictureBytes !== expected.pictureBytes) {
        return undefined;
      }
      const { trailer: { count, pictureBytes, broken }, sums } = found;
      const bytes = count * pictureBytes;
      const memory = bytes <= memoryLimit ? new Uint8Array(bytes) : undefined;
      if (memory) readFully(file, memory, 0, bytes, 0);
      const opened = new Store(count, pictureBytes, broken, path, file, sums, memory);
      for (let i = 0; memory && i < count; i++) {
        if (!opened.#isWhole(i, memory.subarray(i * pictureBytes, (i + 1) * pictureBytes))) return undefined;
      }
      return store = opened;
    } finally {
      if (store === undefined) closeSync(file);
    }
  }

  #isWhole(index: number, bytes: Uint8Array): boolean {
    return crc32(bytes) === this.sums.getUint32(4 * index, true);
  }

  /**
   * Copies picture `index` into `target` at byte `offset`.
   *
   * @throws {DenoiseError} when its bytes are not those that were written
   */
  read(index: number, target: Uint8Array, offset: number): void {
    const start = index * this.pictureBytes;
    if (this.memory) return target.set(this.memory.subarray(start, start + this.pictureBytes), offset);
    readFully(this.file, target, offset, this.pictureBytes, start);
    if (this.#isWhole(index, target.subarray(offset, offset + this.pictureBytes))) return;
    throw new DenoiseError(storeDamaged(this.path, index));
  }

  [Symbol.dispose](): void {
    closeSync(this.file);
  }
}

function readTrailer(file: number, size: number): { trailer: Trailer; sums: DataView } | undefined {
  if (size < tail) return undefined;
  const end = new Uint8Array(tail);
  readFully(file, end, 0, tail, size - tail);
  if (!mark.every((byte, i) => byte === end[8 + i])) return undefined;
  const length = new DataView(end.buffer).getUint32(0, true);
  if (length > size - tail) return undefined;
  const json = new Uint8Array(length);
  readFully(file, json, 0, length, size - tail - length);
  const trailer = parse(new TextDecoder().decode(json));
  if (trailer === undefined || trailer.count * (trailer.pictureBytes + 4) !== size - tail - length) return undefined;
  const sums = new Uint8Array(4 * trailer.count);
  readFully(file, sums, 0, sums.length, trailer.count * trailer.pictureBytes);
  const whole = crc32(json, crc32(sums)) === new DataView(end.buffer).getUint32(4, true);
  return whole ? { trailer, sums: new DataView(sums.buffer) } : undefined;
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
