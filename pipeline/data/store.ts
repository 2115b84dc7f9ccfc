/**
 * The file that decoded pictures are kept in: the bytes of all items one after the other, then what is known of them as
 * JSON, then its length and a mark. Pictures that could not be decoded keep their place, empty.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { WholeFile } from "../../files/mod.ts";

/** A picture that could not be decoded. */
export interface Broken {
  readonly index: number;
  readonly name: string;
  readonly reason: string;
}

interface Trailer {
  readonly count: number;
  readonly pictureBytes: number;
  readonly broken: readonly Broken[];
}

const mark = new TextEncoder().encode("DNPIX001");
const tail = mark.length + 4;

/** Writes a store; without `commit` nothing remains of it. */
export class StoreWriter implements AsyncDisposable {
  readonly #broken: Broken[] = [];
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
    if (picture instanceof Uint8Array) return await this.file.write(picture);
    this.#broken.push({ index, ...picture });
    await this.file.write(new Uint8Array(this.pictureBytes));
  }

  async commit(): Promise<void> {
    const trailer: Trailer = { count: this.#count, pictureBytes: this.pictureBytes, broken: this.#broken };
    const json = new TextEncoder().encode(JSON.stringify(trailer));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, json.length, true);
    await this.file.write(json);
    await this.file.write(length);
    await this.file.write(mark);
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
    readonly file: number,
    readonly memory: Uint8Array | undefined,
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
    const trailer = readTrailer(file, statSync(path).size);
    if (trailer?.count !== expected.count || trailer.pictureBytes !== expected.pictureBytes) {
      closeSync(file);
      return undefined;
    }
    const bytes = trailer.count * trailer.pictureBytes;
    const memory = bytes <= memoryLimit ? new Uint8Array(bytes) : undefined;
    if (memory) readFully(file, memory, 0, bytes, 0);
    return new Store(trailer.count, trailer.pictureBytes, trailer.broken, file, memory);
  }

  /** Copies picture `index` into `target` at byte `offset`. */
  read(index: number, target: Uint8Array, offset: number): void {
    const start = index * this.pictureBytes;
    if (this.memory) target.set(this.memory.subarray(start, start + this.pictureBytes), offset);
    else readFully(this.file, target, offset, this.pictureBytes, start);
  }

  [Symbol.dispose](): void {
    closeSync(this.file);
  }
}

function readTrailer(file: number, size: number): Trailer | undefined {
  if (size < tail) return undefined;
  const end = new Uint8Array(tail);
  readFully(file, end, 0, tail, size - tail);
  if (!mark.every((byte, i) => byte === end[4 + i])) return undefined;
  const length = new DataView(end.buffer).getUint32(0, true);
  if (length > size - tail) return undefined;
  const json = new Uint8Array(length);
  readFully(file, json, 0, length, size - tail - length);
  try {
    const trailer: Trailer = JSON.parse(new TextDecoder().decode(json));
    return trailer.count * trailer.pictureBytes === size - tail - length ? trailer : undefined;
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
