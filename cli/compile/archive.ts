/** The files of a program in one piece: an index, then the files, all of it compressed. */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** A file of an archive. */
export interface ArchivedFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whether it is a program that the system starts. */
  readonly executable?: boolean;
}

type Index = readonly { readonly path: string; readonly size: number; readonly executable?: boolean }[];

/**
 * Packs files; the same files always give the same bytes.
 *
 * @param level how hard to try, 1 to 19: 12 takes seconds, 19 a minute for five percent less
 */
export function packFiles(files: readonly ArchivedFile[], level = 12): Uint8Array<ArrayBuffer> {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const index: Index = sorted.map(({ path, bytes, executable }) => ({
    path,
    size: bytes.length,
    ...(executable ? { executable } : {}),
  }));
  const head = new TextEncoder().encode(JSON.stringify(index));
  const all = new Uint8Array(4 + head.length + sorted.reduce((sum, { bytes }) => sum + bytes.length, 0));
  new DataView(all.buffer).setUint32(0, head.length, true);
  all.set(head, 4);
  let at = 4 + head.length;
  for (const { bytes } of sorted) {
    all.set(bytes, at);
    at += bytes.length;
  }
  // Packages repeat one another far apart: the window is as large as decompressors take without being asked.
  const params = { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_windowLog]: 27 };
  return Uint8Array.from(zstdCompressSync(all, { params }));
}

/** The files of `packFiles`. */
export function unpackFiles(packed: Uint8Array): ArchivedFile[] {
  const all = zstdDecompressSync(packed);
  const length = all.readUInt32LE(0);
  const index: Index = JSON.parse(all.toString("utf8", 4, 4 + length));
  let at = 4 + length;
  return index.map(({ size, ...file }) => ({ ...file, bytes: all.subarray(at, at += size) }));
}
