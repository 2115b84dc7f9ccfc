/** Draws for many tensors of one item by one kernel, such as the weights of a network. */
import * as tf from "@tensorflow/tfjs";
import type { Random } from "./random.ts";
import { createRandom, forkStream, type RandomKey, streamId } from "./random_create.ts";
import { type Drawn, type PackedKernelAttributes, packedKernels, padded } from "./random_kernels.ts";
import { tidyTree, type Tree } from "./tree.ts";

type Part = PackedKernelAttributes["parts"][number];
type Draw = (drawn: Drawn, stream: number, shape: readonly number[]) => tf.Tensor;

/**
 * What `fn` gives with the draws of `createRandom(key)`. It is called twice: first with zeros, to find out what it asks
 * for, then with slices of what one kernel has drawn. A compiler then has one program of random numbers to compile, not
 * one a tensor, which takes a GPU's compiler a quarter of a second each.
 *
 * @param key of exactly one item
 * @param fn pure: asks for the same draws each time
 * @throws {RangeError} where the key has another number of items
 */
export function drawPacked<R extends Tree>(key: RandomKey, fn: (random: Random) => R): R {
  if (key.items.size !== 1) throw new RangeError(`Cannot pack draws for ${key.items.size} items: pack those of one`);
  const stream = streamId(key.stream);
  const parts: Record<Drawn, Map<string, Part>> = { bits: new Map(), uniform: new Map(), normal: new Map() };
  tidyTree(() =>
    fn(randomOf(stream, (drawn, stream, shape) => {
      const size = tf.util.sizeFromShape([...shape]);
      if (size > 0) parts[drawn].set(nameOf(stream, size), { stream, size });
      return tf.zeros([1, ...shape], drawn === "bits" ? "int32" : "float32");
    }))
  );
  return tidyTree(() => {
    const slices = {
      bits: drawParts(key, "bits", parts.bits),
      uniform: drawParts(key, "uniform", parts.uniform),
      normal: drawParts(key, "normal", parts.normal),
    };
    return fn(randomOf(stream, (drawn, stream, shape) => {
      const slice = slices[drawn].get(nameOf(stream, tf.util.sizeFromShape([...shape])));
      return slice?.reshape([1, ...shape]) ?? createRandom({ ...key, stream })[drawn](shape);
    }));
  });
}

const nameOf = (stream: number, size: number) => `${stream} ${size}`;

function randomOf(stream: number, draw: Draw): Random {
  return {
    fork: (name) => randomOf(forkStream(stream, name), draw),
    bits: (shape) => draw("bits", stream, shape),
    uniform: (shape) => draw("uniform", stream, shape),
    normal: (shape) => draw("normal", stream, shape),
  };
}

/** The draws of each part, by name. */
function drawParts(key: RandomKey, drawn: Drawn, parts: ReadonlyMap<string, Part>): Map<string, tf.Tensor> {
  if (parts.size === 0) return new Map();
  const attributes: PackedKernelAttributes = { parts: [...parts.values()] };
  const { seed, step, items } = key;
  const all: tf.Tensor = tf.engine().runKernel(packedKernels[drawn], { seed, step, items }, attributes);
  let from = 0;
  return new Map([...parts].map(([name, { size }]) => {
    const slice = tf.slice(all, [from], [size]);
    from += padded(size);
    return [name, slice];
  }));
}
