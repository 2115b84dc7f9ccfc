/** Pictures in a column of a Parquet file, as the `datasets` library of the Hugging Face hub stores them. */
import { basename } from "node:path";
import type { OpenTools } from "denoise/plugin";
import { type Chunk, type Column, NoColumn, readLayout } from "./parquet/layout.ts";
import { type PageHead, PageReader, readHead } from "./parquet/page.ts";
import { Malformed } from "./parquet/thrift.ts";
import { unreadable, wrongLayout } from "./remote.ts";

/** A picture file within a Parquet file. */
export interface ParquetPicture {
  readonly row: number;
  readonly bytes: Uint8Array;
}

const path = ["image", "bytes"];
const mark = "PAR1";
const fix = 'expected a column "image" with the bytes of picture files, as the hub has it: delete the file';

/** Bytes of a footer, and of the head of a page. Those of the hub have some kilobytes. */
const maxFooter = 64 * 2 ** 20;
const maxHead = 16 * 2 ** 20;
/** All pictures, for each byte of the file: a dictionary may hold a picture once for any number of rows. */
const maxGrowth = 100;

/**
 * The picture of each row, in the file's order; rows without one are passed over. Holds one page in memory at a time.
 *
 * @throws {files.DownloadError} when it is not a Parquet file, is damaged, has no column of pictures, or breaks a limit
 */
export async function* readParquetPictures(
  file: string,
  { signal, progress }: Pick<OpenTools, "signal" | "progress">,
): AsyncGenerator<ParquetPicture> {
  using handle = await Deno.open(file);
  const { size } = await handle.stat();
  const read = (at: number, length: number) => readAt(handle, at, length);
  try {
    const column = await layoutOf(size, read);
    // A file that is damaged beside the pictures is damaged all the same.
    for (const chunk of column.others) for await (const _ of pagesOf(chunk, read, signal)) { /* the heads alone */ }
    let row = 0;
    let total = 0;
    for await (const bytes of rowsOf(column, read, signal)) {
      if (bytes !== undefined) {
        total += bytes.length;
        if (total > maxGrowth * size) {
          throw new Malformed(`holds more than ${maxGrowth} times its own size in pictures`);
        }
        yield { row, bytes };
      }
      row++;
      progress(`unpacking ${basename(file)}`, row, column.rows, "pictures");
    }
  } catch (error) {
    signal.throwIfAborted();
    throw explained(file, error);
  }
}

type Read = (at: number, length: number) => Promise<Uint8Array>;

async function layoutOf(size: number, read: Read): Promise<Column> {
  const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
  if (size < 12 || text(await read(0, 4)) !== mark) throw new Malformed("is not a Parquet file");
  const end = await read(size - 8, 8);
  if (text(end.subarray(4)) !== mark) throw new Malformed("is cut short: it does not end as a Parquet file does");
  const length = new DataView(end.buffer, end.byteOffset).getUint32(0, true);
  if (length > size - 12) throw new Malformed(`is cut short: its footer would have ${length} bytes`);
  if (length > maxFooter) throw new Malformed(`has a footer of ${length} bytes, more than ${maxFooter}`);
  const start = size - 8 - length;
  return readLayout(await read(start, length), start, path);
}

/** The value of each row, undefined where it has none. */
async function* rowsOf(column: Column, read: Read, signal: AbortSignal): AsyncGenerator<Uint8Array | undefined> {
  for (const chunk of column.chunks) {
    const reader = new PageReader({ codec: chunk.codec, maxLevel: column.maxLevel });
    let left = chunk.rows;
    for await (const { head, at } of pagesOf(chunk, read, signal)) {
      const rows = reader.read(head, await read(at, head.size), left);
      if (rows === undefined) continue;
      yield* rows;
      left -= rows.length;
    }
    if (left > 0) throw new Malformed(`lacks ${left} of the ${chunk.rows} values of a row group`);
  }
}

/** The pages of a chunk: their heads, and where their bytes start in the file. They fill the chunk. */
async function* pagesOf(chunk: Chunk, read: Read, signal: AbortSignal): AsyncGenerator<{ head: PageHead; at: number }> {
  const end = chunk.start + chunk.length;
  for (let at = chunk.start; at < end;) {
    signal.throwIfAborted();
    const head = await headAt(at, end, read);
    at += head.length;
    if (head.size > end - at) throw new Malformed("has a page that reaches beyond its column");
    yield { head, at };
    at += head.size;
  }
}

/** The head of a page, whose length is not known before it is read. */
async function headAt(at: number, end: number, read: Read): Promise<PageHead> {
  for (let length = 4096;; length *= 8) {
    const bytes = await read(at, Math.min(length, end - at));
    try {
      return readHead(bytes);
    } catch (error) {
      if (bytes.length === end - at || length >= maxHead) throw error;
    }
  }
}

async function readAt(handle: Deno.FsFile, at: number, length: number): Promise<Uint8Array> {
  await handle.seek(at, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = await handle.read(bytes.subarray(done));
    if (read === null) throw new Malformed("ended while it was read");
    done += read;
  }
  return bytes;
}

function explained(file: string, error: unknown): unknown {
  if (error instanceof NoColumn) {
    const names = error.columns.map((name) => JSON.stringify(name.slice(0, 60)));
    const listed = names.length > 20
      ? `${names.slice(0, 20).join(", ")} and ${names.length - 20} more`
      : names.join(", ");
    return wrongLayout(file, `pictures in a column "image" (its columns: ${listed})`, fix);
  }
  return error instanceof Malformed ? unreadable(file, `it ${error.message}`, fix, error) : error;
}
