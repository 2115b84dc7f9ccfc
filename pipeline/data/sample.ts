/** A fixed sample of a set of pictures, to measure on as on another set. */
import { permutation } from "../../lib/tensor/random_permutation.ts";
import type { PictureSet } from "./types.ts";

/**
 * `count` pictures of a set in the set's own order, drawn by the seed: the same every time. As a set of its own its
 * pictures are counted from 0, so that picture `i` of it gets the draws that picture `i` of another set gets.
 *
 * @param seed integer from 0 to 2^53 - 1
 * @returns all of the set where it has no more than `count`
 */
export function sampleOf(set: PictureSet, count: number, seed: number): PictureSet {
  const drawn = permutation(set.count, { seed, stream: "sample to measure on", step: 0 }).slice(0, count).sort();
  const { labels } = set;
  return {
    count: drawn.length,
    shape: set.shape,
    ...(labels === undefined ? {} : { labels: drawn.map((index) => labels[index]!) }),
    read: (index, target, offset) => set.read(drawn[index]!, target, offset),
  };
}
