/** Reads and checks the header of a safetensors file (https://huggingface.co/docs/safetensors/index#format). */
import { jsonFault } from "./json.ts";

/** The element types that are read here, as safetensors names them, and the arrays that hold them. */
export const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

/** Element type of a stored tensor. */
export type DType = keyof typeof arrays;

/** What a header says of one tensor. Offsets count bytes from the end of the header. */
export interface Entry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

/** A header whose tensors fill the file without gap or overlap. */
export interface Header {
  readonly metadata: Readonly<Record<string, string>>;
  readonly entries: Readonly<Record<string, Entry>>;
}

/** What is wrong with a file. Its text continues a sentence about it: "its header is …". */
export class HeaderFault extends Error {}

const maxHeader = 100_000_000; // bytes, as in the reference implementation

/** Types of other programs that have a name, for a message that says more than "unknown". */
const others = /^(F16|BF16|F8_\w+|F4|F6_\w+|E8M0|I16|I8|U16|U32|U64|C64)$/;

/**
 * Reads the header of an open file of `size` bytes, and nothing behind it.
 *
 * @param look sees the metadata before the tensors are checked: a format that is not known may have others
 * @returns the header, and where the data starts in the file
 * @throws {HeaderFault} when it is damaged, contradicts itself or the size of the file, or holds types that are not read here
 */
export async function readHeader(
  file: Deno.FsFile,
  size: number,
  look: (metadata: Header["metadata"]) => void = () => {},
): Promise<{ header: Header; start: number }> {
  if (size < 8) throw new HeaderFault(`it has ${size} bytes, fewer than the 8 that hold the header's length`);
  const head = await readBytes(file, 8);
  const length = Number(new DataView(head.buffer).getBigUint64(0, true));
  if (length > maxHeader) throw new HeaderFault(`its header would have ${length} bytes`);
  if (8 + length > size) throw new HeaderFault(`its header has ${length} bytes but the file only ${size}`);
  return { header: parseHeader(await readBytes(file, length), size - 8 - length, look), start: 8 + length };
}

/** Reads exactly so many bytes from where the file is. @throws {HeaderFault} when it ends before */
export async function readBytes(file: Deno.FsFile, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const read = await file.read(bytes.subarray(at));
    if (read === null) throw new HeaderFault("it ended while it was read");
    at += read;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array, available: number, look: (metadata: Header["metadata"]) => void): Header {
  if (bytes[0] !== 0x7b) throw new HeaderFault("its header is not a JSON object: it does not start with {");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new HeaderFault("its header is not UTF-8", { cause });
  }
  const wrong = jsonFault(text);
  if (wrong !== undefined) throw new HeaderFault(`its header ${wrong}`);
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new HeaderFault("its header is not valid JSON", { cause });
  }
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, unknown>;
  if (!(isRecord(metadata) && Object.values(metadata).every((value) => typeof value === "string"))) {
    throw new HeaderFault("its metadata are not all text");
  }
  look(metadata as Header["metadata"]);
  checkEntries(entries, available);
  return { metadata: metadata as Header["metadata"], entries: entries as unknown as Header["entries"] };
}

/** Checks that tensors have known types, that offsets fit shapes, and that the data is covered without gap or overlap. */
function checkEntries(entries: Record<string, unknown>, available: number): void {
  const spans: [begin: number, end: number, name: string][] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const wrong = (what: string) => new HeaderFault(`tensor ${shown(name)} ${what}`);
    if (!isRecord(entry) || typeof entry.dtype !== "string") throw wrong("has no type");
    if (!Object.hasOwn(arrays, entry.dtype)) throw wrong(typeFault(entry.dtype));
    if (!isCounts(entry.shape)) throw wrong("has no valid shape");
    if (!isCounts(entry.data_offsets) || entry.data_offsets.length !== 2) throw wrong("has no valid offsets");
    const [begin, end] = entry.data_offsets as [number, number];
    const shape = entry.shape.length > 16 ? `of ${entry.shape.length} sides` : `[${entry.shape.join()}]`;
    let bytes = arrays[entry.dtype as DType].BYTES_PER_ELEMENT;
    for (const side of entry.shape) {
      bytes *= side;
      // As in the reference implementation: also where a later side is 0.
      if (!Number.isSafeInteger(bytes)) throw wrong(`has shape ${shape}, which no file can hold`);
    }
    if (end - begin !== bytes) throw wrong(`takes ${end - begin} bytes, but shape ${shape} needs ${bytes}`);
    spans.push([begin, end, name]);
  }
  let at = 0;
  for (const [begin, end, name] of spans.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (begin !== at) throw new HeaderFault(`tensor ${shown(name)} starts at byte ${begin} of the data, not at ${at}`);
    at = end;
  }
  if (at !== available) throw new HeaderFault(`its tensors take ${at} bytes, but the file holds ${available}`);
}

function typeFault(dtype: string): string {
  const known = Object.keys(arrays).join(", ");
  return others.test(dtype)
    ? `has type ${dtype}: ${known} are read here, so convert it to F32 in the program that wrote it`
    : `has type ${shown(dtype)}, and only ${known} are known here`;
}

/** A name of the file in quotes, on one line and not longer than a line. */
function shown(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
