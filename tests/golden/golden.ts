/**
 * Reads golden fixtures: a folder of TOPIC.safetensors with TOPIC.json beside it, which says what each tensor is.
 *
 * The folder is that of the environment variable DENOISE_GOLDEN, `../shared/golden` beside the repository otherwise; of
 * modern methods, that of DENOISE_GOLDEN_MODERN or `../shared/golden_modern`. Smaller ones are beside the tests: NAME.py
 * wrote NAME.json, which NAME_test.ts compares with.
 */
import { fileURLToPath } from "node:url";

/** One tensor of a topic, with what the JSON says of it. */
export interface GoldenTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float64Array | Float32Array | Int32Array;
  readonly units: string;
  readonly meaning: string;
  readonly source: string;
  /** What this tensor was made with, where tensors of a topic differ. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** One topic. */
export interface Golden {
  readonly topic: string;
  /** The whole JSON: `settings` and the extras of a topic (`networks`, lists of weights). */
  // deno-lint-ignore no-explicit-any -- described by the fixtures, differs by topic
  readonly json: Readonly<Record<string, any>>;
  readonly tensors: readonly GoldenTensor[];
  /** Whether there is a tensor of this name. */
  has(name: string): boolean;
  /** The tensor of this name. @throws {Error} when there is none */
  get(name: string): GoldenTensor;
}

/** A tensor filled by formula, as lists of weights describe it. */
export interface Fill {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly stream: number;
  readonly amplitude: number;
  readonly offset: number;
}

/** The folder of the fixtures. */
export const goldenFolder: string = Deno.env.get("DENOISE_GOLDEN") ??
  fileURLToPath(new URL("../../../shared/golden", import.meta.url));

/** The folder of the fixtures of modern methods. */
export const modernFolder: string = Deno.env.get("DENOISE_GOLDEN_MODERN") ??
  fileURLToPath(new URL("../../../shared/golden_modern", import.meta.url));

/** Reads a topic, such as "schedules". Undefined, with the reason printed, when the fixtures are not there. */
export function golden(topic: string): Golden | undefined {
  return read(topic, goldenFolder, "DENOISE_GOLDEN");
}

/** Reads a topic of modern methods, such as "modern_samplers". Undefined when the fixtures are not there. */
export function goldenModern(topic: string): Golden | undefined {
  return read(topic, modernFolder, "DENOISE_GOLDEN_MODERN");
}

function read(topic: string, folder: string, variable: string): Golden | undefined {
  const path = `${folder}/${topic}`;
  let text: string;
  try {
    text = Deno.readTextFileSync(`${path}.json`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.log(`golden ${topic}: skipped, no file "${path}.json" (name the folder in ${variable})`);
    return undefined;
  }
  const json = JSON.parse(text);
  const values = safetensors(Deno.readFileSync(`${path}.safetensors`));
  // deno-lint-ignore no-explicit-any -- as in the JSON
  const tensors: GoldenTensor[] = json.tensors.map((entry: any) => {
    const value = values.get(entry.name);
    if (value === undefined) throw new Error(`Cannot find tensor "${entry.name}" of ${topic}.json in the safetensors`);
    if (value.shape.join() !== entry.shape.join()) {
      throw new Error(`Shapes of "${entry.name}" differ between the files`);
    }
    return { ...entry, settings: entry.settings ?? {}, data: value.data };
  });
  if (values.size !== tensors.length) throw new Error(`${topic}.safetensors holds tensors that ${topic}.json lacks`);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return {
    topic,
    json,
    tensors,
    has: (name) => byName.has(name),
    get(name) {
      const tensor = byName.get(name);
      if (tensor === undefined) throw new Error(`Cannot find tensor "${name}" in golden topic "${topic}"`);
      return tensor;
    },
  };
}

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [start: number, end: number];
}

type Stored = { shape: number[]; data: Float64Array | Float32Array | Int32Array };

/** Tensors of a safetensors file: 8 bytes of header length, a JSON header, then the bytes of all tensors. */
function safetensors(file: Uint8Array): Map<string, Stored> {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const tensors = new Map<string, Stored>();
  for (const [name, entry] of Object.entries<HeaderEntry>(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: [start, end] } = entry;
    const bytes = file.slice(8 + length + start, 8 + length + end).buffer;
    if (dtype === "F64") tensors.set(name, { shape, data: new Float64Array(bytes) });
    else if (dtype === "F32") tensors.set(name, { shape, data: new Float32Array(bytes) });
    else if (dtype === "I32") tensors.set(name, { shape, data: new Int32Array(bytes) });
    else throw new Error(`Cannot read tensor "${name}" of type "${dtype}": expected "F64", "F32" or "I32"`);
  }
  return tensors;
}

/** Values by formula: `offset + amplitude * (2 u(i) - 1)` in float64, rounded to float32; see the topics' `settings.formula`. */
export function fill({ shape, seed, stream, amplitude, offset }: Fill): Float32Array {
  const base = (Math.imul(seed, 0x85ebca6b) + Math.imul(stream, 0x9e3779b9)) >>> 0;
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) {
    const unit = (finalizer((base + i) >>> 0) >>> 8) / 2 ** 24;
    values[i] = offset + amplitude * (2 * unit - 1);
  }
  return values;
}

/** The 32-bit finalizer of MurmurHash3. */
function finalizer(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
