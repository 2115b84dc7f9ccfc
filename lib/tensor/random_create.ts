/** Makes `Random` objects: the key parts as tensors, the stream as a number. */
import * as tf from "@tensorflow/tfjs";
import type { Random } from "./random.ts";
import {
  type RandomKernelAttributes,
  type RandomKernelInputs,
  randomKernels,
  registerRandomKernels,
} from "./random_kernels.ts";

registerRandomKernels("cpu");
registerRandomKernels("wasm");

/** What random draws are a function of, besides their shape. */
export interface RandomKey {
  /** int32 `[2]`: low and high word, as `seedTensor` makes it. */
  readonly seed: tf.Tensor;
  /** Name or number (unsigned 32-bit) of the stream: what the draws are for. */
  readonly stream: string | number;
  /** int32 scalar: the training or sampling step. */
  readonly step: tf.Tensor;
  /** int32 `[n]`: which item each row of the draws is for. */
  readonly items: tf.Tensor;
}

/**
 * Draws for the items of a batch, as kernels of the current backend.
 *
 * @throws {TypeError} where a part of the key has another shape or dtype than `RandomKey` says
 */
export function createRandom(key: RandomKey): Random {
  check("seed", key.seed, [2]);
  check("step", key.step, []);
  check("items", key.items, [key.items.size]);
  const stream = streamId(key.stream);
  const draw = (kernel: string, shape: readonly number[]): tf.Tensor => {
    const inputs: RandomKernelInputs = { seed: key.seed, step: key.step, items: key.items };
    const attributes: RandomKernelAttributes = { stream, shape: [...shape] };
    return tf.engine().runKernel(kernel, inputs, attributes);
  };
  return {
    fork: (name) => createRandom({ ...key, stream: forkStream(stream, name) }),
    bits: (shape) => draw(randomKernels.bits, shape),
    uniform: (shape) => draw(randomKernels.uniform, shape),
    normal: (shape) => draw(randomKernels.normal, shape),
  };
}

/**
 * A seed as the tensor that random kernels take: int32 `[2]`, low word first.
 *
 * @throws {RangeError} where `seed` is not an integer from 0 to 2^53 - 1
 */
export function seedTensor(seed: number): tf.Tensor1D {
  return tf.tensor1d(seedWords(seed), "int32");
}

/** Low and high word of a seed from 0 to 2^53 - 1. */
export function seedWords(seed: number): [low: number, high: number] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`Cannot use "${seed}" as a seed: seeds are integers from 0 to ${Number.MAX_SAFE_INTEGER}`);
  }
  return [seed | 0, Math.floor(seed / 2 ** 32) | 0];
}

/** The number of a stream; a name is a fork of stream 0. */
export function streamId(stream: string | number): number {
  return typeof stream === "number" ? stream >>> 0 : forkStream(0, stream);
}

/** The stream that `name` forks off `stream`. For one name it is a bijection: different streams stay different. */
export function forkStream(stream: number, name: string): number {
  // FNV-1a over the UTF-8 bytes, from a basis that holds the parent; then the finalizer of MurmurHash3.
  let hash = 0x811c9dc5 ^ stream;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function check(name: string, tensor: tf.Tensor, shape: readonly number[]): void {
  if (tensor.dtype === "int32" && tf.util.arraysEqual(tensor.shape, [...shape])) return;
  throw new TypeError(
    `Cannot draw random numbers with ${name} of type "${tensor.dtype}" and shape [${tensor.shape}]: ` +
      `it has to be int32 [${name === "items" ? "n" : shape}]`,
  );
}
