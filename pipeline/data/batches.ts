/** Batches in an order that is a function of seed and epoch, made ahead while the device works. */
import { permutation } from "../../lib/tensor/random_permutation.ts";
import { batchTooLarge } from "../problems/messages/data.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { HostBatch, PictureSet } from "./types.ts";

/** Which batches. */
export interface BatchOptions {
  /** Pictures in a batch. */
  readonly batchSize: number;
  /** In training: shuffled, whole batches only, `repeats` passes. Otherwise one pass in order, the last batch as it falls. */
  readonly training: boolean;
  /** Integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Number of the epoch, from 0 on. */
  readonly epoch: number;
  /** Passes that make an epoch, each in an order of its own. Default 1. */
  readonly repeats?: number;
  /** The first batch to give: the same that a run from batch 0 would give there. Default 0. */
  readonly start?: number;
  /** Batches made ahead. Default 2. */
  readonly ahead?: number;
}

/** Batches of an epoch. */
export function batchCount(
  count: number,
  { batchSize, training, repeats = 1 }: Pick<BatchOptions, "batchSize" | "training" | "repeats">,
): number {
  return training ? Math.floor(count * repeats / batchSize) : Math.ceil(count / batchSize);
}

/**
 * The batches of an epoch.
 *
 * @throws {DenoiseError} when an epoch of training holds no whole batch
 */
export function batches(set: PictureSet, options: BatchOptions): AsyncIterable<HostBatch> {
  const { batchSize, training, repeats = 1, start = 0, ahead = 2 } = options;
  const total = batchCount(set.count, options);
  if (training && total === 0) throw new DenoiseError(batchTooLarge(batchSize, set.count, repeats));
  const make = batchMaker(set, options);
  return {
    [Symbol.asyncIterator]() {
      const queue: HostBatch[] = [];
      let next = start;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const prefetch = () => {
        timer = undefined;
        if (next >= total || queue.length >= ahead) return;
        queue.push(make(next++));
        timer = setTimeout(prefetch);
      };
      return {
        next() {
          const value = queue.shift() ?? (next < total ? make(next++) : undefined);
          timer ??= setTimeout(prefetch);
          if (value !== undefined) return Promise.resolve({ done: false as const, value });
          clearTimeout(timer);
          return Promise.resolve({ done: true as const, value: undefined });
        },
        return() {
          clearTimeout(timer);
          next = total;
          queue.length = 0;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      };
    },
  };
}

/** Makes batch `index` of an epoch; cheapest when asked in order. */
function batchMaker(set: PictureSet, options: BatchOptions): (index: number) => HostBatch {
  const { batchSize, training, seed, epoch, repeats = 1 } = options;
  const length = training ? set.count * repeats : set.count;
  const bytes = set.shape.height * set.shape.width * set.shape.channels;
  const orders = new Map<number, Int32Array>();
  const order = (repeat: number) => {
    let found = orders.get(repeat);
    if (found === undefined) {
      found = permutation(set.count, { seed, stream: `order of repeat ${repeat}`, step: epoch });
      orders.delete(repeat - 2); // A batch may end one pass and begin the next; older ones have had their turn.
      orders.set(repeat, found);
    }
    return found;
  };
  return (index) => {
    const first = index * batchSize;
    const size = Math.min(batchSize, length - first);
    const image = new Uint8Array(size * bytes);
    const item = new Int32Array(size);
    const label = set.labels && new Int32Array(size);
    for (let i = 0; i < size; i++) {
      const repeat = Math.floor((first + i) / set.count);
      const place = (first + i) % set.count;
      const picture = training ? order(repeat)[place]! : place;
      set.read(picture, image, i * bytes);
      item[i] = repeat * set.count + (set.items?.[picture] ?? picture);
      if (label) label[i] = set.labels![picture]!;
    }
    return label ? { image, item, label, size } : { image, item, size };
  };
}

/** All pictures of a set, in order, in chunks of bytes `[n, height, width, channels]`. */
export async function* chunks(set: PictureSet, size = 256): AsyncIterable<Uint8Array> {
  for await (const { image } of batches(set, { batchSize: size, training: false, seed: 0, epoch: 0 })) yield image;
}
