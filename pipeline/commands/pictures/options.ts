/** What all pictures of a model take. */
import type { Picture } from "../../../lib/image/mod.ts";
import type { Stage } from "../../graph/types.ts";
import type { LoadOptions, Model } from "../../run/load.ts";
import { type PicturesOptions, samplePictures } from "../../run/sample_pictures.ts";

/** Options of a picture of a model. */
export interface PictureOptions extends LoadOptions {
  /** File to write; what it ends in says which kind. Default: in `pictures` of the run folder. */
  readonly out?: string;
  /** Seed of the first picture; further ones have the next. Integer from 0 on. Default 0. */
  readonly seed?: number;
  /** Pictures generated at the same time. Default: the batch size of training. */
  readonly batch?: number;
}

/** A picture that was drawn. */
export interface PictureResult {
  /** Path of the file. */
  readonly file: string;
}

/** `count` seeds from `first` on. */
export function seedsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Generates pictures of seeds with a model's average weights. */
export function generatePictures(
  { session, average, position }: Model,
  sampler: Stage<"sampler">,
  seeds: readonly number[],
  options: { batch?: number | undefined } & Pick<PicturesOptions, "towards" | "watch"> = {},
): Promise<Picture[]> {
  const { batch, ...rest } = options;
  return Array.fromAsync(samplePictures(session, {
    ...rest,
    sampler,
    average,
    seeds,
    batch: batch ?? session.graph.one("dataset").options.batch_size,
    classes: position.classes,
  }));
}

/** At most `count` whole numbers below `total`, evenly apart, the first and the last among them. */
export function spread(total: number, count: number): number[] {
  if (count >= total) return Array.from({ length: total }, (_, i) => i);
  if (count === 1) return [total - 1];
  return Array.from({ length: count }, (_, i) => Math.round((i * (total - 1)) / (count - 1)));
}
