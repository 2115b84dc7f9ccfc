/** Unpacks files of wheels (zip) and of release archives (.tar.gz), piece by piece: they have hundreds of megabytes. */
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout } from "node:timers/promises";
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

/**
 * Unpacks files of a zip.
 *
 * @returns paths of what was written, relative to the folder
 * @throws Error where the zip is damaged, or a name in it leads out of the folder
 */
export async function unzip(path: string, { into, files, signal }: Unpacking): Promise<string[]> {
  const zip: ZipFile = await yauzl.openPromise(path, { autoClose: false });
  const written: string[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      if (entry.fileName.endsWith("/") || !files.test(entry.fileName)) continue;
      const stream = await zip.openReadStreamPromise(entry);
      await write(join(into, entry.fileName), stream, entry.externalFileAttributes >>> 16, signal);
      written.push(entry.fileName);
    }
  } finally {
    zip.close();
  }
  return written;
}

/** As `unzip`, of the regular files of a .tar.gz. */
export async function untar(path: string, { into, files, signal }: Unpacking): Promise<string[]> {
  const written: string[] = [];
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
    await write(join(into, name), stream, header.mode ?? 0, signal);
    written.push(name);
  }
  return written;
}

async function write(
  target: string,
  content: NodeJS.ReadableStream,
  mode: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const pieces = givingWay(content as AsyncIterable<Uint8Array>, signal);
  await pipeline(pieces, createWriteStream(target, { flush: true }), signal === undefined ? {} : { signal });
  await chmod(target, (mode & 0o777) | 0o644); // ptxas is a program
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
