/** Reads HDF5 files, the format that Keras keeps weights in. */
import { basename } from "node:path";

/** A data set of an HDF5 file: numbers of any width, as float32. */
export interface Hdf5Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** What an HDF5 file holds. */
export interface Hdf5 {
  /** Data sets of numbers by path without a leading slash, such as `layers/conv2d/vars/0`, in the order of the file. */
  readonly tensors: ReadonlyMap<string, Hdf5Tensor>;
  /** Texts of an attribute of a group (`""` is the root), such as the `layer_names` of Keras; undefined where there is none. */
  texts(group: string, attribute: string): readonly string[] | undefined;
}

/** A file that is no HDF5 file, or a damaged one. */
export class Hdf5Error extends Error {
  override readonly name = "Hdf5Error";
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads all of an HDF5 file into memory.
 *
 * @throws {Hdf5Error} when the file is not HDF5, cut short or damaged
 * @throws {Deno.errors.NotFound} when there is no file
 */
export async function readHdf5(path: string): Promise<Hdf5> {
  await checkSignature(path);
  // 4 MB of WebAssembly: loaded where it is needed, not with every plugin.
  const { default: h5 } = await import("h5wasm/node");
  const library = await h5.ready as { activate_throwing_error_handler?(): void };
  library.activate_throwing_error_handler?.(); // otherwise it prints pages and goes on
  let file: InstanceType<typeof h5.File> | undefined;
  try {
    file = new h5.File(path, "r");
    const tensors = new Map<string, Hdf5Tensor>();
    const texts = new Map<string, readonly string[]>();
    const visit = (name: string, item: unknown) => {
      if (item instanceof h5.Dataset) {
        const data = item.value as unknown;
        const { shape } = item;
        if (shape === null || !isNumbers(data)) return; // texts, such as Keras' configuration
        tensors.set(name, { shape: [...shape], data: data instanceof Float32Array ? data : Float32Array.from(data) });
        return;
      }
      if (!(item instanceof h5.Group)) return;
      for (const [attribute, { value }] of Object.entries(item.attrs)) {
        const all = Array.isArray(value) ? value : [value];
        if (all.every((text) => typeof text === "string")) texts.set(`${name}@${attribute}`, all);
      }
      for (const key of item.keys()) visit(name === "" ? key : `${name}/${key}`, item.get(key));
    };
    visit("", file);
    return { tensors, texts: (group, attribute) => texts.get(`${group}@${attribute}`) };
  } catch (error) {
    throw new Hdf5Error(`Cannot read "${basename(path)}": it is damaged, or was not copied to its end`, {
      cause: error,
    });
  } finally {
    try {
      file?.close();
    } catch { /* it never opened */ }
  }
}

function isNumbers(data: unknown): data is Float32Array | Float64Array | Int32Array {
  return ArrayBuffer.isView(data) && !(data instanceof DataView) && !(data instanceof BigInt64Array) &&
    !(data instanceof BigUint64Array);
}

async function checkSignature(path: string): Promise<void> {
  using file = await Deno.open(path);
  const start = new Uint8Array(signature.length);
  await file.read(start);
  if (signature.every((byte, i) => start[i] === byte)) return;
  throw new Hdf5Error(`Cannot read "${basename(path)}": it is not an HDF5 file`);
}
