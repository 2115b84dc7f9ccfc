/** What commands that use a model check and print alike. */
import type { Picture } from "../../lib/image/mod.ts";
import type { Stage } from "../graph/types.ts";
import { badNumber, seedOverride } from "../problems/messages/run.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { Model } from "../run/load.ts";
import { type PicturesOptions, samplePictures } from "../run/sample_pictures.ts";
import type { Console } from "../terminal/console.ts";
import { row } from "../terminal/rows.ts";

/** Seeds are int32 tensors. */
export const largestSeed = 2 ** 31 - 1;

/**
 * Generates pictures of seeds with a model's average weights.
 *
 * @param options `batch`: pictures at the same time, by default the batch size of training
 */
export function picturesOf(
  { session, average, position }: Model,
  sampler: Stage<"sampler">,
  seeds: readonly number[],
  options: { batch?: number | undefined } & Pick<PicturesOptions, "labels" | "towards" | "watch" | "begin" | "taken"> =
    {},
): AsyncGenerator<Picture, void, void> {
  const { batch = session.graph.one("dataset").options.batch_size, ...rest } = options;
  return samplePictures(session, { ...rest, sampler, average, seeds, batch, classes: position.classes });
}

/** Says which model is used. */
export function printModel(console: Console, checkpoint: string, sampler?: string): void {
  row(console, "checkpoint", checkpoint);
  if (sampler !== undefined) row(console, "sampler", sampler);
}

/**
 * Refuses seeds out of range for `count` pictures, and `seed=3` among the overrides: that would change the recipe's seed,
 * on which no picture depends.
 */
export function checkSeed(seed: number, count: number, overrides: readonly string[] = []): void {
  checkWhole("seed", seed, 0, largestSeed + 1 - count);
  const override = overrides.findLast((text) => text.startsWith("seed="));
  if (override !== undefined) throw new DenoiseError(seedOverride(override));
}

/** Refuses a number out of range. */
export function checkWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new DenoiseError(badNumber(name, value, least, most));
}
