/** Seeds of pictures: a first one to count up from, or a list. */
import type { Picture } from "../../lib/image/mod.ts";
import { seedCount } from "../problems/messages/pictures.ts";
import { DenoiseError } from "../problems/problem.ts";
import { counted } from "../terminal/units.ts";
import { checkSeed, checkWhole } from "./options.ts";

/** The seed of the first picture, from which the others count up; or one seed a picture. Integers from 0 to 2^31 - 1. */
export type Seeds = number | readonly number[];

/** How many pictures there are, where no list of seeds says so. */
export interface Count {
  /** Name of the option that says it, such as `count`. */
  readonly option: string;
  /** What it was given; undefined where it was not. */
  readonly given: number | undefined;
  /** What it is then. */
  readonly otherwise: number;
}

/**
 * The seeds of the pictures: those of a list, or as many as there are to be from the first on.
 *
 * @throws {DenoiseError} as `checkSeed`, for an empty list, and for a list beside another number of pictures
 */
export function seedsOf(seed: Seeds = 0, { option, given, otherwise }: Count, overrides?: readonly string[]): number[] {
  if (given !== undefined) checkWhole(option, given, 1, 1_000_000);
  if (typeof seed === "number") {
    const count = given ?? otherwise;
    checkSeed(seed, count, overrides);
    return Array.from({ length: count }, (_, i) => seed + i);
  }
  checkWhole(option, seed.length, 1, 1_000_000);
  for (const each of seed) checkSeed(each, 1, overrides);
  if (given !== undefined && given !== seed.length) {
    throw new DenoiseError(seedCount(`--${option} ${given}`, `--${option}`, seed.length));
  }
  return [...seed];
}

const mostParts = 12; // seeds and ranges of them that a line names

/** `seed 7`, `seeds 0 to 15`, `seeds 7, 19, 100 to 120`: all of them, or where they are too many the first ones. */
export function seedsText(seeds: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const seed of seeds) {
    const run = runs.at(-1);
    if (run !== undefined && seed === run.last + 1) run.last = seed;
    else runs.push({ first: seed, last: seed });
  }
  const parts = runs.slice(0, mostParts).map(({ first, last }) =>
    first === last ? `${first}` : last === first + 1 ? `${first}, ${last}` : `${first} to ${last}`
  );
  const left = runs.slice(mostParts).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const more = left === 0 ? "" : ` and ${counted(left, "other")}`;
  return `${seeds.length === 1 ? "seed" : "seeds"} ${parts.join(", ")}${more}`;
}

/** Pictures row by row, with the seed under each: what a figure takes. */
export function labelled(
  pictures: readonly Picture[],
  seeds: readonly number[],
  columns: number,
): { rows: Picture[][]; captions: string[][] } {
  const inRows = <T>(all: readonly T[]) =>
    Array.from({ length: Math.ceil(all.length / columns) }, (_, i) => all.slice(i * columns, (i + 1) * columns));
  return { rows: inRows(pictures), captions: inRows(seeds.map((seed) => `seed ${seed}`)) };
}
