/** Reads HDF5 files, the format that Keras keeps weights in. */
import { basename, extname, resolve } from "node:path";
import { confined, ConfinedError } from "./confined.ts";
import type { Hdf5Content } from "./hdf5_reader.ts";

/** A data set of an HDF5 file: numbers of any width, as float32. */
export interface Hdf5Tensor {
  /** Sizes of its axes. */
  readonly shape: readonly number[];
  /** Its numbers, the last axis fastest. */
  readonly data: Float32Array;
}

/** What an HDF5 file holds. */
export interface Hdf5 {
  /** Data sets of numbers by path without a leading slash, such as `layers/conv2d/vars/0`, in the order of the file. */
  readonly tensors: ReadonlyMap<string, Hdf5Tensor>;
  /** Texts of an attribute of a group (`""` is the root), such as the `layer_names` of Keras; undefined where there is none. */
  texts(group: string, attribute: string): readonly string[] | undefined;
}

/** A file that is not an HDF5 file, or a damaged one. */
export class Hdf5Error extends Error {
  /** Always "Hdf5Error". */
  override readonly name = "Hdf5Error";
}

/** Milliseconds without a data set that was read, or a part of the file: the library loops on some damaged files. */
const stall = 30_000;

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads all of an HDF5 file into memory: at most 2 GB, and 100 times the size of the file. Links to other files are not
 * followed.
 *
 * @throws {Hdf5Error} when the file is not HDF5, is cut short or damaged, or breaks a limit
 * @throws {Deno.errors.NotFound} when there is no file
 */
export async function readHdf5(
  path: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Hdf5> {
  await checkSignature(path);
  // 4 MB of WebAssembly: loaded where it is needed, not with every plugin.
  const reader = new URL(`./hdf5_reader${extname(import.meta.filename!)}`, import.meta.url);
  const content = await confined<Hdf5Content>(reader, resolve(path), { ...options, stall }).catch((error) => {
    if (!(error instanceof ConfinedError)) throw error;
    throw new Hdf5Error(`Cannot read "${basename(path)}": it ${error.message}`, { cause: error });
  });
  const texts = new Map(content.texts);
  return {
    tensors: new Map(content.tensors.map(([name, shape, data]) => [name, { shape, data }])),
    texts: (group, attribute) => texts.get(`${group}@${attribute}`),
  };
}

async function checkSignature(path: string): Promise<void> {
  using file = await Deno.open(path);
  const start = new Uint8Array(signature.length);
  await file.read(start);
  if (signature.every((byte, i) => start[i] === byte)) return;
  throw new Hdf5Error(`Cannot read "${basename(path)}": it is not an HDF5 file`);
}
