/** Generates pictures for the eye: the samples of a run, and those of the command `sample`. */
import type { Picture } from "../../lib/image/mod.ts";
import type { State } from "../../lib/tensor/mod.ts";
import type { Stage } from "../graph/types.ts";
import { toPictures } from "./pictures.ts";
import { samplesNotFinite } from "../problems/messages/run.ts";
import { warning } from "../problems/warning.ts";
import type { GenerateOptions } from "../programs/generate.ts";
import { type Session, showWork } from "./session.ts";

/** What to generate. */
export interface PicturesOptions {
  readonly sampler: Stage<"sampler">;
  /** Weights to use: the average. */
  readonly average: State;
  /** One picture for each: the same seed gives the same picture. Integers from 0 to 2^31 - 1. */
  readonly seeds: readonly number[];
  /** Pictures generated at the same time. */
  readonly batch: number;
  /** Names of the classes, where the data have some: the pictures go through them in turn. */
  readonly classes?: readonly string[] | undefined;
  /** Class of each picture, -1 where it is not told, in place of the classes in turn. */
  readonly labels?: readonly number[] | undefined;
  /** As `generate` takes it: pictures begin between the noises of two seeds. */
  readonly towards?: GenerateOptions["towards"];
  /** As `generate` takes them: what pictures begin with, and how their end is shown. */
  readonly begin?: Pick<GenerateOptions, "pictures" | "mask" | "start" | "lastImage"> | undefined;
  /** As `generate` takes it: sees each step. */
  readonly watch?: GenerateOptions["watch"];
  /** As `generate` takes it: told the steps of each batch, where the sampler chooses how many. */
  readonly taken?: GenerateOptions["taken"];
}

/** Generates pictures, with progress on the console. */
export async function* samplePictures(session: Session, options: PicturesOptions): AsyncGenerator<Picture, void, void> {
  const { console, statistics, signal } = session;
  const { sampler, average, seeds, batch, classes, labels, towards, begin, watch, taken } = options;
  try {
    const images = session.generate(sampler, {
      state: average,
      statistics,
      seed: 0, // the seeds of the pictures tell them apart
      items: seeds,
      labels: labels ?? (classes && seeds.map((seed) => seed % classes.length)),
      batch,
      ...(towards === undefined ? {} : { towards }),
      ...begin,
      ...(watch === undefined ? {} : { watch }),
      ...(taken === undefined ? {} : { taken }),
      signal,
      progress: showWork(console, "sampling", "steps"),
      notFinite: () =>
        console.warn(warning(samplesNotFinite(sampler.id, `${sampler.plugin.kind}/${sampler.plugin.name}`))),
    });
    for await (const part of images) yield* await toPictures(part);
  } finally {
    console.endProgress();
  }
}
