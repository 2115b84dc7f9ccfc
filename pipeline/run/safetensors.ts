/** Reads and writes safetensors files, with a checksum of the whole file in the metadata. */
import { createHash } from "node:crypto";
import { WholeFile } from "../../lib/files/whole.ts";
import { fileDamaged } from "../problems/messages/run.ts";
import { fileNewer } from "../problems/messages/versions.ts";
import { DenoiseError } from "../problems/problem.ts";
import { newerFormat, newerVersion } from "../recipe/format.ts";
import { version } from "../version.ts";
import {
  arrays,
  type DType,
  type Entry,
  type Header,
  HeaderFault,
  readBytes,
  readHeader,
} from "../../lib/files/safetensors/header.ts";

export type { DType } from "../../lib/files/safetensors/header.ts";

/** A tensor on the host, row-major. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

/** What a file holds. */
export interface SafeTensors {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Key of the metadata that holds the SHA-256 of the rest of the header and of all data. */
const checksumKey = "sha256";

/**
 * Writes tensors and metadata, whole or not at all.
 *
 * @param metadata texts that travel with the tensors; `sha256` is filled in
 */
export async function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  // Wide elements first, so that every tensor starts at a multiple of its element size.
  const sorted = Object.entries(tensors).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let offset = 0;
  const chunks: Uint8Array[] = [];
  const entries: Record<string, Entry> = Object.create(null);
  for (const [name, { dtype, shape, data }] of sorted) {
    if (size(shape) !== data.length) {
      throw new RangeError(`Tensor "${name}" has ${data.length} elements, not [${shape}]`);
    }
    entries[name] = { dtype, shape: [...shape], data_offsets: [offset, offset + data.byteLength] };
    chunks.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    offset += data.byteLength;
  }
  const sum = checksum({ metadata, entries }, chunks);
  const json = new TextEncoder().encode(toJson({ metadata: { ...metadata, [checksumKey]: sum }, entries }));
  const padded = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(padded.buffer).setBigUint64(0, BigInt(padded.length - 8), true);
  padded.set(json, 8);

  await using file = await WholeFile.create(path);
  await file.write(padded);
  for (const chunk of chunks) await file.write(chunk);
  await file.commit();
}

/**
 * Reads a file, whole. Nothing of the data is read before the header is known to be right.
 *
 * @throws {DenoiseError} when it is damaged or not a safetensors file: what is wrong with it
 */
export async function readSafetensors(path: string): Promise<SafeTensors> {
  return await reading(path, async (file, size) => {
    const { header, start } = await readHeader(file, size, (metadata) => refuseNewer(path, metadata));
    const data = await readBytes(file, size - start);
    const { metadata, entries } = header;
    const expected = metadata[checksumKey];
    if (expected !== undefined && checksum(header, [data]) !== expected) {
      throw new HeaderFault(`its checksum differs${ofNewer(metadata)}`);
    }
    const tensors: Record<string, HostTensor> = Object.create(null);
    for (const [name, { dtype, shape, data_offsets: [begin, end] }] of Object.entries(entries)) {
      const array = arrays[dtype];
      const width = array.BYTES_PER_ELEMENT;
      tensors[name] = {
        dtype,
        shape,
        data: begin % width === 0
          ? new array(data.buffer, begin, (end - begin) / width)
          : new array(data.slice(begin, end).buffer), // a foreign file may be unaligned
      };
    }
    return { tensors, metadata };
  });
}

/**
 * Reads the metadata alone: a few kilobytes of a file of any size.
 *
 * @throws {DenoiseError} when the header is damaged or the file is shorter or longer than the header says
 */
export async function readMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  return await reading(path, async (file, size) => {
    return (await readHeader(file, size, (metadata) => refuseNewer(path, metadata))).header.metadata;
  });
}

/** Refuses a format that came after this version, before anything is concluded from a content that is not known. */
function refuseNewer(path: string, metadata: Readonly<Record<string, string>>): void {
  const newer = newerFormat(metadata);
  // A flipped bit makes a 3 of a 1: without a newer version beside it, the checksum is asked first.
  if (newer !== undefined && newerVersion(metadata) !== undefined) throw new DenoiseError(fileNewer(path, newer));
}

/** What a damaged file says of a newer version, as a clause: that may be damage as well. */
function ofNewer(metadata: Readonly<Record<string, string>>): string {
  const [format, written] = [newerFormat(metadata), newerVersion(metadata)];
  if (written !== undefined) return `; it says that Denoise ${written} wrote it, and this is Denoise ${version}`;
  if (format === undefined) return "";
  return `; it says that its format is ${format.format}, and formats up to ${format.known} are read here`;
}

async function reading<T>(path: string, read: (file: Deno.FsFile, size: number) => Promise<T>): Promise<T> {
  using file = await Deno.open(path);
  try {
    return await read(file, (await file.stat()).size);
  } catch (error) {
    throw error instanceof HeaderFault ? new DenoiseError(fileDamaged(path, error.message), { cause: error }) : error;
  }
}

/** SHA-256 of the header without its checksum, and of all data. */
function checksum({ metadata, entries }: Header, chunks: readonly Uint8Array[]): string {
  const { [checksumKey]: _, ...rest } = metadata;
  const hash = createHash("sha256").update(toJson({ metadata: rest, entries }));
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

function toJson({ metadata, entries }: Header): string {
  return JSON.stringify({ __metadata__: metadata, ...entries });
}

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
