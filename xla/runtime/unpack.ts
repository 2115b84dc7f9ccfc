/** Unpacks files of wheels (zip) and of release archives (.tar.gz), piece by piece: they have hundreds of megabytes. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
// yauzl: reads the directory at the end of a zip, so that what is not needed is passed over; checks CRCs and names.
import yauzl from "yauzl";
// modern-tar: a tar as a stream, with long names; what is cut short is an error.
import { createTarDecoder } from "modern-tar";

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
  readonly signal?: AbortSignal | undefined;
}

/** What was unpacked: the SHA-256 (64 hexadecimal digits) of each file, by its path relative to the folder. */
export type Unpacked = Readonly<Record<string, string>>;

/**
 * Unpacks files of a zip.
 *
 * @throws Error where the zip is damaged, or a name in it leads out of the folder
 */
export async function unzip(path: string, { into, files, signal }: Unpacking): Promise<Unpacked> {
  const zip: ZipFile = await yauzl.openPromise(path, { autoClose: false });
  const written: Record<string, string> = {};
  try {
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      if (entry.fileName.endsWith("/") || !files.test(entry.fileName)) continue;
      const stream = await zip.openReadStreamPromise(entry);
      const path = join(into, entry.fileName);
      written[entry.fileName] = await write(path, stream, entry.externalFileAttributes >>> 16, signal);
    }
  } finally {
    zip.close();
  }
  return written;
}

/** As `unzip`, of the regular files of a .tar.gz. */
export async function untar(path: string, { into, files, signal }: Unpacking): Promise<Unpacked> {
  const written: Record<string, string> = {};
  const entries = (Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(createTarDecoder({ strict: true }));
  for await (const { header, body } of entries) {
    signal?.throwIfAborted();
    const name = header.name.replace(/^\.\//, "");
    if (header.type !== "file" || !files.test(name)) {
      await body.cancel(); // The next file comes only after this one.
      continue;
    }
    if (/^\.\.|^\//.test(relative(into, join(into, name)))) {
      throw new Error(`Cannot unpack "${name}": it lies outside of the folder`);
    }
    const stream = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
    written[name] = await write(join(into, name), stream, header.mode ?? 0, signal);
  }
  return written;
}

/** @returns SHA-256 of what was written */
async function write(
  target: string,
  content: NodeJS.ReadableStream,
  mode: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const file = createWriteStream(target, { flush: true });
  await pipeline(content, hashing, file, signal === undefined ? {} : { signal });
  await chmod(target, (mode & 0o777) | 0o644); // ptxas is a program
  return hash.digest("hex");
}
