/** Pictures in a column of a Parquet file, as the `datasets` library of the Hugging Face hub stores them. */
import { basename } from "node:path";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { OpenTools } from "denoise/plugin";
import { wrongLayout } from "./remote.ts";

/** A picture file within a Parquet file. */
export interface ParquetPicture {
  readonly row: number;
  readonly bytes: Uint8Array;
}

const fix = 'expected a column "image" with the bytes of picture files, as the hub has it: delete the file';

/**
 * The picture of each row, in the file's order; rows without one are passed over.
 *
 * @throws {files.DownloadError} when it is no Parquet file or has no column of pictures
 */
export async function* readParquetPictures(
  path: string,
  { signal, progress }: OpenTools,
): AsyncGenerator<ParquetPicture> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((error) => {
    throw wrongLayout(path, `the form of a Parquet file (${error.message})`, fix);
  });
  const columns = parquetSchema(metadata).children;
  const column = columns.find(({ element }) => element.name === "image");
  if (!column?.children.some(({ element }) => element.name === "bytes")) {
    const names = columns.map(({ element }) => `"${element.name}"`).join(", ");
    throw wrongLayout(path, `pictures in a column "image" (its columns: ${names})`, fix);
  }
  const total = Number(metadata.num_rows);
  let row = 0;
  // Group by group: a whole file of pictures need not fit the memory.
  for (const group of metadata.row_groups) {
    signal.throwIfAborted();
    const rowEnd = row + Number(group.num_rows);
    const read = { file, metadata, compressors, columns: ["image"], rowStart: row, rowEnd, utf8: false };
    const rows = await parquetReadObjects(read).catch((error) => {
      throw wrongLayout(path, `readable rows ${row} to ${rowEnd} (${error.message})`, fix);
    });
    for (const { image } of rows) {
      const bytes = (image as { bytes?: Uint8Array } | null)?.bytes;
      if (bytes instanceof Uint8Array) yield { row, bytes };
      row++;
    }
    progress(`unpacking ${basename(path)}`, row, total, "pictures");
  }
}
