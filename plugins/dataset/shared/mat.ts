/** Reads numeric arrays out of MATLAB files of version 5 ("MAT-File Format", The MathWorks), compressed or not. */
import { inflateSync } from "node:zlib";

/** A numeric array, column by column. */
export interface MatArray {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

const matrix = 14;
const compressed = 15;
const numeric: Record<number, [bytes: number, read: (view: DataView, at: number, little: boolean) => number]> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
};

/** A file that is not a MATLAB file of version 5, or a damaged one. */
export class BadMat extends Error {
  override readonly name = "BadMat";
  /** @param reason why, to follow the name of the file: "is cut short" */
  constructor(readonly reason: string, options?: ErrorOptions) {
    super(`The MATLAB file ${reason}`, options);
  }
}

/**
 * The numeric arrays of a file by name. Others (text, cells, structures, sparse ones) are passed over.
 *
 * @param limit bytes that all that is compressed may give together. The lists of data sets have some kilobytes
 * @throws {BadMat} when it is another file, is cut short or damaged, or breaks the limit
 */
export function readMat(file: Uint8Array, limit = 8 * 2 ** 20): Map<string, MatArray> {
  const endian = new TextDecoder("latin1").decode(file.subarray(126, 128));
  if (file.length < 128 || (endian !== "IM" && endian !== "MI")) {
    throw new BadMat("is not a MATLAB file of version 5");
  }
  const little = endian === "IM";
  const arrays = new Map<string, MatArray>();
  let left = limit;
  for (const element of elements(file.subarray(128), little)) {
    if (element.type !== compressed) {
      addArray(arrays, element, little);
      continue;
    }
    const bytes = inflate(element.data, left, limit);
    left -= bytes.length;
    for (const inner of elements(bytes, little)) addArray(arrays, inner, little);
  }
  return arrays;
}

function inflate(bytes: Uint8Array, left: number, limit: number): Uint8Array {
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(1, left) });
  } catch (cause) {
    if ((cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw new BadMat(`holds more than ${(limit / 2 ** 20).toFixed(0)} MB, far more than a list of a data set`, {
        cause,
      });
    }
    throw new BadMat("is damaged: what is compressed in it cannot be read", { cause });
  }
}

interface Element {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Elements one after the other, each with a tag of type and length; those of up to 4 bytes may have both in one word. */
function* elements(bytes: Uint8Array, little: boolean): Generator<Element> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 8 <= bytes.length;) {
    const word = view.getUint32(at, little);
    const small = word >>> 16;
    const type = small ? word & 0xffff : word;
    const length = small || view.getUint32(at + 4, little);
    const start = at + (small ? 4 : 8);
    if (small > 4) throw new BadMat(`is damaged: an element of ${small} bytes is said to be in 4`);
    if (start + length > bytes.length) throw new BadMat("is cut short");
    yield { type, data: bytes.subarray(start, start + length) };
    // Data is padded to 8 bytes, except what is compressed.
    at = small ? at + 8 : start + (type === compressed ? length : Math.ceil(length / 8) * 8);
  }
}

function addArray(arrays: Map<string, MatArray>, { type, data }: Element, little: boolean): void {
  if (type !== matrix) return;
  const [flags, shape, name, real] = elements(data, little);
  if (!flags || !shape || !name || !real) return;
  const kind = numbers(flags, little)?.[0] ?? 0;
  // Array classes 6 to 13 are doubles, singles and integers.
  if ((kind & 0xff) < 6 || (kind & 0xff) > 13) return;
  const sides = numbers(shape, little);
  const values = numbers(real, little);
  if (sides === undefined || values === undefined) return;
  const text = new TextDecoder().decode(name.data.subarray(0, 63)); // MATLAB's limit
  const count = sides.reduce((product, side) => product * side, 1);
  if (count !== values.length) {
    const quoted = JSON.stringify(text);
    throw new BadMat(`is damaged: array ${quoted} of shape [${sides.join(", ")}] has ${values.length} numbers`);
  }
  arrays.set(text, { shape: [...sides], data: values });
}

function numbers({ type, data }: Element, little: boolean): Float64Array | undefined {
  const format = numeric[type];
  if (!format) return undefined;
  const [bytes, read] = format;
  if (data.length % bytes !== 0) throw new BadMat(`is damaged: numbers of ${bytes} bytes take ${data.length} bytes`);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Float64Array.from({ length: data.length / bytes }, (_, i) => read(view, i * bytes, little));
}
