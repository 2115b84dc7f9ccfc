/** What a loaded model is asked for, checked and cut into batches. */
import { badGenerateOption } from "../../problems/messages/model.ts";
import { DenoiseError } from "../../problems/problem.ts";
import type { StartingPicture } from "../from_picture.ts";
import { largestSeed } from "../options.ts";

/** A sampler as a recipe writes it. */
export interface SamplerStage {
  /** Name of a plugin, such as `ddim`. */
  readonly use: string;
  /** The plugin's options. */
  readonly [option: string]: unknown;
}

/** What to generate. Say which pictures either by `seeds`, or by `count` and the first `seed`. */
export interface GenerateRequest {
  /** One picture for each: the same seed gives the same picture. Whole numbers from 0 to 2^31 - 1. */
  readonly seeds?: readonly number[];
  /** Pictures, in place of `seeds`. Default 1. */
  readonly count?: number;
  /** Seed of the first of `count` pictures; each further one has the next. Default 0. */
  readonly seed?: number;
  /** Name of one of the recipe's samplers or of a plugin, or a stage with options. Default: the recipe's first. */
  readonly sampler?: string | SamplerStage;
  /** Diffusion steps, from 1 to 1,000,000. Default: the sampler's. */
  readonly steps?: number;
  /** A picture to start from. Default: noise. */
  readonly from?: StartingPicture;
  /** Class of each picture, from 0 on, where the data had classes. Default: the classes in turn, by seed. */
  readonly labels?: readonly number[];
  /** Pictures generated at the same time, at most. Default: the batch size of training. */
  readonly batch?: number;
  /** Aborting it stops between steps; what is iterated then throws its reason. */
  readonly signal?: AbortSignal;
  /** Told the steps of each batch, where the sampler chooses how many. */
  readonly taken?: (steps: number) => void;
  /** Called as steps are done, with their number over all batches. */
  readonly progress?: (done: number, total: number) => void;
}

const mostPictures = 1_000_000;
const mostSteps = 1_000_000;

/** The seeds that a request means. @throws {DenoiseError} where they are out of range, or said twice */
export function seedsOf({ seeds, count, seed }: GenerateRequest): readonly number[] {
  if (seeds === undefined) {
    const first = whole("seed", seed ?? 0, 0, largestSeed);
    const many = whole("count", count ?? 1, 1, Math.min(mostPictures, largestSeed + 1 - first));
    return Array.from({ length: many }, (_, i) => first + i);
  }
  for (const [name, value] of Object.entries({ count, seed })) {
    if (value !== undefined) refuse(name, value, "either seeds, or count and seed");
  }
  if (!Array.isArray(seeds) || seeds.length === 0 || seeds.length > mostPictures) {
    refuse("seeds", seeds, `a list of 1 to ${mostPictures} seeds, such as [7, 19, 40]`);
  }
  return seeds.map((each, i) => whole(`seeds[${i}]`, each, 0, largestSeed));
}

/** Refuses steps, batch sizes and strengths out of range. */
export function checkNumbers({ steps, batch, from }: GenerateRequest): void {
  if (from !== undefined) {
    const { strength, mask, invert } = from;
    if (strength !== undefined && !(strength > 0 && strength <= 1)) {
      refuse("from.strength", strength, "a number above 0, up to 1");
    }
    if (invert && mask !== undefined) refuse("from.invert", invert, "false where there is a mask");
  }
  if (steps !== undefined) whole("steps", steps, 1, mostSteps);
  if (batch !== undefined) whole("batch", batch, 1, mostPictures);
}

/** The class of each picture; undefined where the data had none. */
export function labelsOf(
  { labels }: GenerateRequest,
  seeds: readonly number[],
  classes: readonly string[] | undefined,
): readonly number[] | undefined {
  if (labels === undefined) return classes && seeds.map((seed) => seed % classes.length);
  if (classes === undefined) refuse("labels", labels, "none: the model was trained on pictures without classes");
  if (!Array.isArray(labels) || labels.length !== seeds.length) {
    refuse("labels", labels, `a list of ${seeds.length}, one for each seed`);
  }
  return labels.map((label, i) => whole(`labels[${i}]`, label, 0, classes.length - 1));
}

/**
 * Cuts a number of pictures into batches whose sizes are powers of two or `most`, so that few programs are compiled.
 * A batch may be larger than what is left by up to a third; what is more than that becomes another batch.
 */
export function batchSizes(count: number, most: number): number[] {
  const sizes: number[] = [];
  for (let left = count; left > 0;) {
    const above = Math.min(most, 2 ** Math.ceil(Math.log2(left)));
    const size = left >= most ? most : above <= left * 4 / 3 ? above : 2 ** Math.floor(Math.log2(left));
    sizes.push(size);
    left -= size;
  }
  return sizes;
}

function whole(name: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && value as number >= least && value as number <= most) return value as number;
  return refuse(name, value, `a whole number from ${least} to ${most}`);
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new DenoiseError(badGenerateOption(name, value, expected));
}
