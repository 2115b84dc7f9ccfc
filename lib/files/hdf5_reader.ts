/** Reads an HDF5 file with h5wasm, within bounds. Runs in a thread of its own: see `confined.ts`. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import h5 from "h5wasm";
import type { ReaderReport } from "./confined.ts";

/** What the thread answers: data sets of numbers by path, and texts by `group@attribute`. */
export interface Hdf5Content {
  readonly tensors: readonly (readonly [path: string, shape: readonly number[], data: Float32Array])[];
  readonly texts: readonly (readonly [key: string, texts: readonly string[]])[];
}

/** The part of h5wasm's module that its types leave out. */
interface Library {
  activate_throwing_error_handler?(): void;
  readonly FS: { createDataFile(...given: unknown[]): void };
}

const megabyte = 2 ** 20;
/** Bytes of a file: the library holds it in memory. */
const maxFile = 2048 * megabyte;
/** Bytes of all data sets as float32, and how many of them for each byte of the file: weights hardly compress. */
const maxNumbers = 2048 * megabyte;
const maxGrowth = 100;
/** Groups and data sets, and how deep they nest: a group may hold itself. */
const maxObjects = 200_000;
const maxDepth = 32;
/** Bytes of the texts of an attribute. */
const maxText = 16 * megabyte;

class Refused extends Error {}

/** What the library says is about itself, and of no use to a reader; the system's is. */
function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message;
  const { code = "", message } = error as { code?: string; message: string };
  return /^E(?!RR_)/.test(code) ? `cannot be read: ${message}` : "is damaged, or was not copied to its end";
}

const integer = 0, float = 1, text = 3; // H5T_class_t

async function read(path: string, alive: () => void): Promise<Hdf5Content> {
  const { size } = statSync(path);
  if (size > maxFile) throw new Refused(`has ${megabytes(size)} MB, and at most ${megabytes(maxFile)} are read`);
  const library = await h5.ready as unknown as Library;
  library.activate_throwing_error_handler?.(); // otherwise it prints pages and continues
  // A file system of its own, in memory: links to other files, and data that is said to be in them, lead nowhere.
  library.FS.createDataFile("/", "file", readAll(path, size, alive), true, false, true);
  const file = new h5.File("/file", "r");
  const tensors: [string, readonly number[], Float32Array][] = [];
  const texts: [string, string[]][] = [];
  let objects = 0;
  let bytes = 0;
  const visit = (name: string, item: unknown, depth: number): void => {
    if (++objects > maxObjects) throw new Refused(`holds more than ${maxObjects.toLocaleString("en-US")} objects`);
    if (depth > maxDepth) throw new Refused(`nests groups deeper than ${maxDepth} levels`);
    alive();
    if (item instanceof h5.Dataset) {
      const { type, shape, total_size: count, size: width } = item.metadata;
      if (shape === null || (type !== integer && type !== float) || (type === integer && width === 8)) return;
      const own = Number(count) * Math.max(4, width);
      bytes += own;
      if (!(own >= 0) || bytes > maxNumbers || bytes > maxGrowth * size + megabyte) {
        throw new Refused(`says that its data sets have ${megabytes(bytes)} MB: the file has ${megabytes(size)}`);
      }
      // A data set without axes is a number, such as the count that a normalization layer of Keras keeps.
      const value = item.value as unknown as Float32Array | number;
      const data = typeof value === "number" ? Float32Array.of(value) : value;
      if (!ArrayBuffer.isView(data) || data.length !== Number(count)) throw new Refused("is damaged");
      tensors.push([name, shape.map(Number), data instanceof Float32Array ? data : Float32Array.from(data)]);
      return;
    }
    if (!(item instanceof h5.Group)) return;
    for (const [attribute, found] of Object.entries(item.attrs)) {
      const { type, shape, total_size: count, size: width } = found.metadata;
      if (type !== text || shape === null || !(Number(count) * width <= maxText)) continue;
      const value = found.value as unknown;
      const all = Array.isArray(value) ? value : [value];
      if (all.every((one) => typeof one === "string")) texts.push([`${name}@${attribute}`, all]);
    }
    for (const key of item.keys()) visit(name === "" ? key : `${name}/${key}`, item.get(key), depth + 1);
  };
  visit("", file, 0);
  file.close();
  return { tensors, texts };
}

/** Piece by piece: a slow disk is no reason to give up. */
function readAll(path: string, size: number, alive: () => void): Uint8Array {
  const bytes = new Uint8Array(size);
  const file = openSync(path, "r");
  try {
    for (let at = 0; at < size;) {
      const read = readSync(file, bytes, at, Math.min(size - at, 16 * megabyte), at);
      if (read === 0) throw new Refused("ended while it was read");
      at += read;
      alive();
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function megabytes(bytes: number): string {
  return Math.ceil(bytes / megabyte).toLocaleString("en-US");
}

parentPort?.once("message", (path: string) => {
  const post = (report: ReaderReport<Hdf5Content>, transfer: ArrayBuffer[] = []) =>
    parentPort!.postMessage(report, transfer);
  let last = performance.now();
  const alive = () => {
    if (performance.now() - last < 1000) return;
    last = performance.now();
    post({ kind: "alive" });
  };
  read(path, alive).then(
    (answer) => {
      const buffers = new Set(answer.tensors.map(([, , data]) => data.buffer as ArrayBuffer));
      post({ kind: "answer", answer }, [...buffers]);
    },
    (error) => post({ kind: "refused", reason: reasonOf(error) }),
  );
});
