/** Pictures by their class: a part of a set, and classes as often as a set has them. */
import type { PictureSet } from "./types.ts";

/** The pictures of one class, as a set of its own in which each keeps the draws that it has in the whole. */
export function ofClass(set: PictureSet, label: number): PictureSet {
  const labels = set.labels ?? new Int32Array();
  const places = Int32Array.from(labels.keys()).filter((index) => labels[index] === label);
  return {
    count: places.length,
    shape: set.shape,
    labels: places.map(() => label),
    items: places.map((index) => set.items?.[index] ?? index),
    read: (index, target, offset) => set.read(places[index]!, target, offset),
  };
}

/** Fractional part of the golden ratio: its multiples, taken modulo 1, are spread more evenly than those of any other number. */
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * Classes for pictures to generate, as often as a set has them, in a mixed order: so the first few hold about the same
 * parts as all. The class of a picture depends on its number alone.
 *
 * @param classes how many there are: where the set has no labels, each is taken in turn
 */
export function mixOf({ labels, count: pictures }: PictureSet, classes: number, count: number): number[] {
  if (labels === undefined || pictures === 0) return Array.from({ length: count }, (_, i) => i % classes);
  const sorted = labels.toSorted();
  return Array.from({ length: count }, (_, i) => sorted[Math.floor(((i + 0.5) * golden % 1) * pictures)]!);
}
