/** Unpacks files of wheels (zip) and of release archives (.tar.gz), piece by piece: they have hundreds of megabytes. */
import { createWriteStream } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
// yauzl: reads the directory at the end of a zip, so that what is not needed is passed over; checks CRCs and names.
import yauzl from "yauzl";
// tar: the reader of npm itself.
import * as tar from "tar";

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
  /** Called with the bytes of this archive that were written so far. */
  readonly progress?: ((done: number) => void) | undefined;
}

/**
 * Unpacks files of a zip.
 *
 * @returns paths of what was written, relative to the folder
 * @throws Error where the zip is damaged, or a name in it leads out of the folder
 */
export async function unzip(path: string, { into, files, signal, progress }: Unpacking): Promise<string[]> {
  const zip: ZipFile = await yauzl.openPromise(path, { autoClose: false });
  const written: string[] = [];
  let done = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      if (entry.fileName.endsWith("/") || !files.test(entry.fileName)) continue;
      const target = join(into, entry.fileName);
      await mkdir(dirname(target), { recursive: true });
      const stream = await zip.openReadStreamPromise(entry);
      stream.on("data", (chunk: Uint8Array) => progress?.(done += chunk.length));
      await pipeline(stream, createWriteStream(target, { flush: true }), signal === undefined ? {} : { signal });
      const mode = (entry.externalFileAttributes >>> 16) & 0o777; // ptxas is a program
      await chmod(target, mode | 0o644);
      written.push(entry.fileName);
    }
  } finally {
    zip.close();
  }
  return written;
}

/** As `unzip`, of a .tar.gz. */
export async function untar(path: string, { into, files, signal, progress }: Unpacking): Promise<string[]> {
  await mkdir(into, { recursive: true });
  const written: string[] = [];
  let done = 0;
  await tar.extract({
    file: path,
    cwd: into,
    strict: true,
    filter(name: string) {
      signal?.throwIfAborted();
      return files.test(name.replace(/^\.\//, ""));
    },
    onReadEntry(entry) {
      written.push(entry.path.replace(/^\.\//, ""));
      progress?.(done += entry.size);
    },
  });
  return written;
}
