/** The random draws as tfjs kernels: bits, uniforms and normals, for the items of a batch or packed for one item. */
import * as tf from "@tensorflow/tfjs";
import { threefryBlocks } from "./threefry.ts";

/** Names of the kernels. A compiling backend implements the same ones as device code. */
export const randomKernels = {
  bits: "DenoiseRandomBits",
  uniform: "DenoiseRandomUniform",
  normal: "DenoiseRandomNormal",
} as const;

/** What can be drawn. */
export type Drawn = keyof typeof randomKernels;

/** Names of the kernels that draw for many streams at once, for one item: one program where there would be hundreds. */
export const packedKernels = {
  bits: "DenoiseRandomPackedBits",
  uniform: "DenoiseRandomPackedUniform",
  normal: "DenoiseRandomPackedNormal",
} as const satisfies Record<Drawn, string>;

/** Tensor inputs of every random kernel: what may change from call to call. */
export type RandomKernelInputs = {
  seed: tf.Tensor; // int32 [2]: low and high word
  step: tf.Tensor; // int32 scalar
  items: tf.Tensor; // int32 [n]
};

/** Attributes of the kernels for batches: what is fixed in a compiled program. */
export type RandomKernelAttributes = {
  stream: number; // unsigned 32-bit
  shape: number[]; // of one item
};

/**
 * Attributes of packed kernels. The result is one dimension: the draws of each part in turn, from a whole block of four
 * words on. `size` is above 0.
 */
export type PackedKernelAttributes = {
  parts: { stream: number; size: number }[];
};

/** A number of elements, rounded up to whole blocks of four words. */
export const padded = (size: number): number => Math.ceil(size / 4) * 4;

/**
 * Random words, int32, `size` for each item.
 *
 * Key (seed low, seed high, stream, step), counter (item, block, 0, 0); word `e & 3` of block `e >> 2` is element `e`.
 */
export function drawBits(
  seed: ArrayLike<number>,
  stream: number,
  step: number,
  items: ArrayLike<number>,
  size: number,
): Int32Array {
  const words = new Int32Array(items.length * size);
  for (let i = 0; i < items.length; i++) {
    threefryBlocks(words, i * size, size, seed[0]! | 0, seed[1]! | 0, stream | 0, step | 0, items[i]! | 0);
  }
  return words;
}

/** Uniform in `[0, 1)`: the upper 24 bits of each word, so that every value is exact in float32. */
function uniformFromBits(words: Int32Array): Float32Array {
  const out = new Float32Array(words.length);
  for (let i = 0; i < out.length; i++) out[i] = (words[i]! >>> 8) * 2 ** -24;
  return out;
}

/**
 * Standard normals by Box and Muller (1958): words (0, 1) and (2, 3) of a block give a cosine and a sine each.
 *
 * @param words whole blocks: `ceil(size / 4) * 4` words for each of the items
 * @param size elements of an item
 */
function normalFromBits(words: Int32Array, size: number): Float32Array {
  const whole = padded(size);
  const items = whole === 0 ? 0 : words.length / whole;
  const out = new Float32Array(items * size);
  for (let item = 0; item < items; item++) {
    const from = item * whole;
    const to = item * size;
    for (let e = 0; e < size; e += 2) {
      const radius = Math.sqrt(-2 * Math.log(((words[from + e]! >>> 8) + 1) * 2 ** -24));
      const angle = 2 * Math.PI * 2 ** -24 * (words[from + e + 1]! >>> 8);
      out[to + e] = radius * Math.cos(angle);
      if (e + 1 < size) out[to + e + 1] = radius * Math.sin(angle);
    }
  }
  return out;
}

type Draw = (...key: Parameters<typeof drawBits>) => Int32Array | Float32Array;

const draws: Record<Drawn, { readonly dtype: "int32" | "float32"; readonly draw: Draw }> = {
  bits: { dtype: "int32", draw: drawBits },
  uniform: { dtype: "float32", draw: (...key) => uniformFromBits(drawBits(...key)) },
  normal: {
    dtype: "float32",
    draw: (seed, stream, step, items, size) => normalFromBits(drawBits(seed, stream, step, items, padded(size)), size),
  },
};

/**
 * Gives a tfjs backend the random kernels, drawn on the host: for backends that can read and write tensors at once.
 * Does nothing where the backend has them.
 */
export function registerRandomKernels(backendName: string): void {
  for (const what of Object.keys(draws) as Drawn[]) {
    const { dtype, draw } = draws[what];
    register(randomKernels[what], backendName, dtype, ({ seed, step, items }, attributes) => {
      const { stream, shape } = attributes as RandomKernelAttributes;
      const values = draw(seed, stream, step[0]!, items, tf.util.sizeFromShape(shape));
      return { values, shape: [items.length, ...shape] };
    });
    register(packedKernels[what], backendName, dtype, ({ seed, step, items }, attributes) => {
      const { parts } = attributes as PackedKernelAttributes;
      const drawn = parts.map(({ stream, size }) => draw(seed, stream, step[0]!, items, padded(size)));
      const all = new (dtype === "int32" ? Int32Array : Float32Array)(drawn.reduce((sum, one) => sum + one.length, 0));
      let at = 0;
      for (const values of drawn) all.set(values, at), at += values.length;
      return { values: all, shape: [all.length] };
    });
  }
}

function register(
  kernelName: string,
  backendName: string,
  dtype: "int32" | "float32",
  draw: (
    key: Record<keyof RandomKernelInputs, Int32Array>,
    attributes: unknown,
  ) => { values: Int32Array | Float32Array; shape: number[] },
): void {
  if (tf.getKernel(kernelName, backendName) != null) return;
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { seed, step, items } = inputs as RandomKernelInputs;
      const host = backend as tf.KernelBackend;
      const read = (tensor: tf.TensorInfo) => host.readSync(tensor.dataId) as Int32Array;
      const { values, shape } = draw({ seed: read(seed), step: read(step), items: read(items) }, attrs);
      return { dataId: host.write(values, shape, dtype), shape, dtype };
    },
  });
}
