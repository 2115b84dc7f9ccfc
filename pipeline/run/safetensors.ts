/** Reads and writes safetensors files, with a checksum of the whole file in the metadata. */
import { createHash } from "node:crypto";
import { WholeFile } from "../../files/whole.ts";
import { fileDamaged } from "../messages/run.ts";
import { DenoiseError } from "../problem.ts";

/** The element types this project stores, as safetensors names them, and the arrays that hold them. */
const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

/** Element type of a stored tensor. */
export type DType = keyof typeof arrays;

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
const maxHeader = 100_000_000; // bytes, as in the reference implementation

interface Entry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: Readonly<Record<string, Entry>>;
}

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
 * Reads a file, whole.
 *
 * @throws {DenoiseError} when it is damaged or no safetensors file: what is wrong with it
 */
export async function readSafetensors(path: string): Promise<SafeTensors> {
  const bytes = await Deno.readFile(path);
  const { header, start } = readHeader(path, bytes, bytes.length);
  const data = bytes.subarray(start);
  const { metadata, entries } = header;
  const expected = metadata[checksumKey];
  if (expected !== undefined && checksum(header, [data]) !== expected) throw damaged(path, "its checksum differs");
  const tensors: Record<string, HostTensor> = Object.create(null);
  for (const [name, { dtype, shape, data_offsets: [begin, end] }] of Object.entries(entries)) {
    const array = arrays[dtype];
    const at = data.byteOffset + begin;
    const width = array.BYTES_PER_ELEMENT;
    tensors[name] = {
      dtype,
      shape,
      data: at % width === 0
        ? new array(data.buffer, at, (end - begin) / width)
        : new array(data.slice(begin, end).buffer), // a foreign file may be unaligned
    };
  }
  return { tensors, metadata };
}

/**
 * Reads the metadata alone: a few kilobytes of a file of any size.
 *
 * @throws {DenoiseError} when the header is damaged or the file is shorter or longer than the header says
 */
export async function readMetadata(path: string): Promise<Readonly<Record<string, string>>> {
  using file = await Deno.open(path);
  const { size: total } = await file.stat();
  const head = await readBytes(file, Math.min(8, total));
  const length = headerLength(path, head, total);
  const bytes = new Uint8Array(8 + length);
  bytes.set(head);
  bytes.set(await readBytes(file, length), 8);
  return readHeader(path, bytes, total).header.metadata;
}

function damaged(path: string, what: string, options?: ErrorOptions): DenoiseError {
  return new DenoiseError(fileDamaged(path, what), options);
}

/** Length of the header in bytes. */
function headerLength(path: string, bytes: Uint8Array, total: number): number {
  if (total < 8) throw damaged(path, `it has ${total} bytes, fewer than the 8 that hold the header's length`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > maxHeader) throw damaged(path, `its header would have ${length} bytes`);
  if (8 + length > total) throw damaged(path, `its header has ${length} bytes but the file only ${total}`);
  return length;
}

/** The checked header, and where the data start. */
function readHeader(path: string, bytes: Uint8Array, total: number): { header: Header; start: number } {
  const start = 8 + headerLength(path, bytes, total);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw damaged(path, "its header is no JSON", { cause });
  }
  if (!isRecord(header)) throw damaged(path, "its header is no JSON object");
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!(isRecord(metadata) && Object.values(metadata).every((value) => typeof value === "string"))) {
    throw damaged(path, "its metadata are not all text");
  }
  checkEntries(path, entries, total - start);
  return {
    header: { metadata: metadata as Header["metadata"], entries: entries as unknown as Header["entries"] },
    start,
  };
}

/** Checks that tensors have known types, that offsets fit shapes, and that the data are covered without gap or overlap. */
function checkEntries(path: string, entries: Record<string, unknown>, available: number): void {
  const spans: [begin: number, end: number, name: string][] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const wrong = (what: string) => damaged(path, `tensor "${name}" ${what}`);
    if (!isRecord(entry) || typeof entry.dtype !== "string") throw wrong("has no type");
    if (!Object.hasOwn(arrays, entry.dtype)) {
      throw wrong(`has type "${entry.dtype}", and only ${Object.keys(arrays).join(", ")} are known here`);
    }
    if (!isCounts(entry.shape)) throw wrong("has no valid shape");
    if (!isCounts(entry.data_offsets) || entry.data_offsets.length !== 2) throw wrong("has no valid offsets");
    const [begin, end] = entry.data_offsets as [number, number];
    const bytes = size(entry.shape) * arrays[entry.dtype as DType].BYTES_PER_ELEMENT;
    if (end - begin !== bytes) throw wrong(`takes ${end - begin} bytes, but shape [${entry.shape}] needs ${bytes}`);
    spans.push([begin, end, name]);
  }
  let at = 0;
  for (const [begin, end, name] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== at) throw damaged(path, `tensor "${name}" starts at byte ${begin} of the data, not at ${at}`);
    at = end;
  }
  if (at !== available) throw damaged(path, `its tensors take ${at} bytes, but the file holds ${available}`);
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

async function readBytes(file: Deno.FsFile, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) return bytes.subarray(0, at);
    at += read;
  }
  return bytes;
}

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
