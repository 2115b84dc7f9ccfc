/** Unpacks files of wheels (zip) and of release archives (.tar.gz), piece by piece: they have hundreds of megabytes. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
// yauzl: reads the directory at the end of a zip, so that what is not needed is passed over; checks CRCs and names.
import yauzl from "yauzl";
// modern-tar: a tar as a stream, with long names; what is cut short is an error.
import { createTarDecoder } from "modern-tar";
import { RuntimeError } from "./error.ts";

/** The part of yauzl that is used; the package brings no types. */
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<NodeJS.ReadableStream>;
  close(): void;
}
interface Entry {
  readonly fileName: string;
  readonly uncompressedSize: number;
  readonly externalFileAttributes: number;
}

/** What to unpack, and where to. */
export interface Unpacking {
  /** The folder; made where it is missing. */
  readonly into: string;
  /** Which files, by their paths in the archive. */
  readonly files: RegExp;
  /** Bytes that they may have together. By default 20 times those of the archive, and 64 MB more. */
  readonly most?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What was unpacked: the SHA-256 (64 hexadecimal digits) of each file, by its path relative to the folder. */
export type Unpacked = Readonly<Record<string, string>>;

/**
 * Unpacks files of a zip. Nothing is written outside the folder, or over a file or a link that is there.
 *
 * @throws RuntimeError where the zip is damaged, gives more than `most` bytes, or holds a name twice or one that leads out
 *   of the folder
 */
export async function unzip(path: string, { into, files, most, signal }: Unpacking): Promise<Unpacked> {
  const target = new Target(into, most ?? await mostOf(path), signal);
  let zip: ZipFile | undefined;
  try {
    zip = await yauzl.openPromise(path, { autoClose: false }) as ZipFile;
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      if (entry.fileName.endsWith("/") || !files.test(entry.fileName)) continue;
      const mode = entry.externalFileAttributes >>> 16;
      if ((mode & 0o170000) === 0o120000) throw refusal(entry.fileName, "it is a link");
      await target.write(entry.fileName, () => zip!.openReadStreamPromise(entry), mode);
    }
  } catch (error) {
    throw explained(path, error, signal);
  } finally {
    zip?.close();
  }
  return { ...target.written };
}

/** As `unzip`, of the regular files of a .tar.gz. */
export async function untar(path: string, { into, files, most, signal }: Unpacking): Promise<Unpacked> {
  const target = new Target(into, most ?? await mostOf(path), signal);
  const entries = (Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(target.bounded())
    .pipeThrough(createTarDecoder({ strict: true }));
  try {
    for await (const { header, body } of entries) {
      signal?.throwIfAborted();
      const name = header.name.replace(/^\.\//, "");
      if (header.type !== "file" || !files.test(name)) {
        await body.cancel(); // The next file comes only after this one.
        continue;
      }
      const content = () => Promise.resolve(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]));
      await target.write(name, content, header.mode ?? 0);
    }
  } catch (error) {
    throw explained(path, error, signal);
  }
  return { ...target.written };
}

async function mostOf(path: string): Promise<number> {
  return 20 * (await stat(path)).size + 64 * 2 ** 20;
}

/** A folder that is unpacked to. */
class Target {
  readonly written: Record<string, string> = Object.create(null);
  /** Names without regard to case: on some file systems two of them are one file. */
  readonly #names = new Set<string>();
  #bytes = 0;

  constructor(
    private readonly into: string,
    private readonly most: number,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async write(name: string, content: () => Promise<NodeJS.ReadableStream>, mode: number): Promise<void> {
    const wrong = faultOf(name);
    if (wrong !== undefined) throw refusal(name, wrong);
    const key = name.normalize("NFC").toLowerCase();
    if (this.#names.has(key)) throw refusal(name, "the archive holds it twice");
    this.#names.add(key);
    const path = join(this.into, name);
    await mkdir(dirname(path), { recursive: true });
    const { signal } = this;
    const stream = await content();
    // "wx": nothing that is there is written over, nor followed where it is a link.
    const file = createWriteStream(path, { flush: true, flags: "wx" });
    const hash = createHash("sha256");
    const meter = new Transform({
      transform: (chunk, _, done) => {
        hash.update(chunk);
        done(this.#fault(chunk.length), chunk);
      },
    });
    const pieces = givingWay(stream as AsyncIterable<Uint8Array>, signal);
    await pipeline(pieces, meter, file, signal === undefined ? {} : { signal });
    await chmod(path, (mode & 0o777) | 0o644); // ptxas is a program
    this.written[name] = hash.digest("hex");
  }

  /** Counts all that an archive gives, also what is passed over. */
  bounded(): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    let total = 0;
    return new TransformStream({
      transform: (chunk, controller) => {
        this.signal?.throwIfAborted();
        total += chunk.length;
        if (total > this.most) throw this.#tooMuch();
        controller.enqueue(chunk);
      },
    });
  }

  #fault(bytes: number): Error | null {
    this.#bytes += bytes;
    return this.#bytes > this.most ? this.#tooMuch() : null;
  }

  #tooMuch(): Error {
    return new RuntimeError(`Cannot unpack the archive: it gives more than ${(this.most / 1e6).toFixed(0)} MB`, []);
  }
}

function refusal(name: string, reason: string): RuntimeError {
  return new RuntimeError(`Cannot unpack ${JSON.stringify(name.slice(0, 200))}: ${reason}`, []);
}

/** What libraries say of an archive is about their own insides; what the system says is to be known. */
function explained(path: string, error: unknown, signal: AbortSignal | undefined): unknown {
  signal?.throwIfAborted();
  const { code = "" } = error as { code?: string };
  const options = error instanceof Error ? { cause: error } : {};
  if (["EEXIST", "ENOTDIR", "EISDIR"].includes(code)) {
    const reason = "files in it are in the way of each other, or of what is there";
    return new RuntimeError(`Cannot unpack "${basename(path)}": ${reason}`, [], options);
  }
  if (error instanceof RuntimeError || /^E(?!RR_)/.test(code)) return error;
  return new RuntimeError(
    `Cannot unpack "${basename(path)}": it is damaged, cut short, or something else`,
    [],
    options,
  );
}

/** What is wrong with the path of a file in an archive; undefined where it lies within the folder. */
function faultOf(name: string): string | undefined {
  const parts = name.split("/");
  // Backslashes and colons mean folders and drives on Windows: no wheel of ours has them.
  if (/[\\:\0]/.test(name)) return "its name holds a backslash, a colon or a zero byte";
  if (parts.includes("..") || parts[0] === "") return "it lies outside of the folder";
  if (parts.includes("") || parts.includes(".")) return "its name has an empty part";
  if (name.includes("\ufffd")) return "its name is not UTF-8";
  if (name.length > 1000) return `its name has ${name.length} characters`;
  const long = parts.find((part) => new TextEncoder().encode(part).length > 255);
  if (long !== undefined) return "a part of its name has more than 255 bytes";
  return undefined;
}

/** The same, with turns for what waits, ten times a second: inflating from memory, the event loop would hear no signal. */
async function* givingWay(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined) {
  let last = performance.now();
  for await (const piece of pieces) {
    if (performance.now() - last > 100) {
      await setTimeout(1);
      await setTimeout(1); // what the first made the runtime ask for comes before this one
      last = performance.now();
    }
    signal?.throwIfAborted();
    yield piece;
  }
}
