/** The random draws as tfjs kernels: `DenoiseRandomBits`, `DenoiseRandomUniform` and `DenoiseRandomNormal`. */
import * as tf from "@tensorflow/tfjs";
import { threefryBlocks } from "./threefry.ts";

/** Names of the kernels. A compiling backend implements the same three as device code. */
export const randomKernels = {
  bits: "DenoiseRandomBits",
  uniform: "DenoiseRandomUniform",
  normal: "DenoiseRandomNormal",
} as const;

/** Tensor inputs of every random kernel: what may change from call to call. */
export type RandomKernelInputs = {
  seed: tf.Tensor; // int32 [2]: low and high word
  step: tf.Tensor; // int32 scalar
  items: tf.Tensor; // int32 [n]
};

/** Attributes of every random kernel: what is fixed in a compiled program. */
export type RandomKernelAttributes = {
  stream: number; // unsigned 32-bit
  shape: number[]; // of one item
};

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
  const padded = (size + 3) & ~3;
  const items = padded === 0 ? 0 : words.length / padded;
  const out = new Float32Array(items * size);
  for (let item = 0; item < items; item++) {
    const from = item * padded;
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

const draws = {
  [randomKernels.bits]: { dtype: "int32", draw: drawBits },
  [randomKernels.uniform]: { dtype: "float32", draw: (...key) => uniformFromBits(drawBits(...key)) },
  [randomKernels.normal]: {
    dtype: "float32",
    draw: (seed, stream, step, items, size) =>
      normalFromBits(drawBits(seed, stream, step, items, (size + 3) & ~3), size),
  },
} as const satisfies Record<
  string,
  { dtype: "int32" | "float32"; draw: (...key: Parameters<typeof drawBits>) => Int32Array | Float32Array }
>;

/**
 * Gives a tfjs backend the random kernels, drawn on the host: for backends that can read and write tensors at once.
 * Does nothing where the backend has them.
 */
export function registerRandomKernels(backendName: string): void {
  for (const [kernelName, { dtype, draw }] of Object.entries(draws)) {
    if (tf.getKernel(kernelName, backendName) != null) continue;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        const { seed, step, items } = inputs as RandomKernelInputs;
        const { stream, shape } = attrs as RandomKernelAttributes;
        const host = backend as tf.KernelBackend;
        const read = (tensor: tf.TensorInfo) => host.readSync(tensor.dataId) as Int32Array;
        const values = draw(read(seed), stream, read(step)[0]!, read(items), tf.util.sizeFromShape(shape));
        const outShape = [...items.shape, ...shape];
        return { dataId: host.write(values, outShape, dtype), shape: outShape, dtype };
      },
    });
  }
}
