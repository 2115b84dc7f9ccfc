/** Generating from a picture: as much of it as a strength leaves, parts of it, or the noise that it could be made of. */
import * as tf from "@tensorflow/tfjs";
import type { Picture } from "../../lib/image/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import { badStrength, invertWithMask, pictureNeeded, samplerCannotBegin } from "../problems/messages/samplers.ts";
import { DenoiseError } from "../problems/problem.ts";
import type { GenerateOptions } from "../programs/generate.ts";
import { buildInvert, type InvertOptions } from "../programs/invert.ts";
import type { Backend } from "../kinds/backend.ts";
import type { Guides } from "../run/guides.ts";
import { fitted, readImage } from "./model_picture.ts";

/** A picture to start from. */
export interface FromPicture {
  /** File of a picture to start from; its middle is taken, in the size of the network's images. */
  readonly from?: string;
  /**
   * How much of the way from noise is done, above 0 and up to 1: as much noise as there is then is laid over the picture.
   * Default 0.6, and 1 with a mask.
   */
  readonly strength?: number;
  /** File of a mask: what is white is drawn anew, what is black stays as it is in the picture. */
  readonly mask?: string;
  /** Starts from the very noise that the sampler makes the picture of, in place of drawn noise. */
  readonly invert?: boolean;
}

/** A picture to start from, of any size: its middle is taken, in the size of the network's images. */
export interface StartingPicture {
  /** Its pixels. */
  readonly picture: Picture;
  /**
   * How much of the way from noise is done, above 0 and up to 1: as much noise as there is then is laid over the picture.
   * Default 0.6, and 1 with a mask or inverted.
   */
  readonly strength?: number;
  /** What is white in it is drawn anew, what is black stays as it is in the picture. */
  readonly mask?: Picture;
  /** Starts from the very noise that the sampler makes the picture of. Needs a sampler that draws and remembers nothing. */
  readonly invert?: boolean;
}

/** What generating starts with. The caller frees its tensors. */
export interface Begin {
  /** The sampler, without the steps that the strength leaves out. */
  readonly sampler: Stage<"sampler">;
  /** Parts of the options of `generate`. */
  readonly options: Pick<GenerateOptions, "pictures" | "mask" | "start" | "lastImage">;
  /** How well the picture was inverted, where it was. */
  readonly inversion?: { readonly error: number; readonly evaluations: number };
}

/** Refuses options that make no sense without a picture, and strengths out of range. */
export function checkFrom({ from, strength, mask, invert }: FromPicture): void {
  if (strength !== undefined && !(strength > 0 && strength <= 1)) throw new DenoiseError(badStrength(strength));
  if (invert && mask !== undefined) throw new DenoiseError(invertWithMask());
  if (from !== undefined) return;
  if (strength !== undefined) throw new DenoiseError(pictureNeeded("--strength"));
  if (mask !== undefined) throw new DenoiseError(pictureNeeded("--mask"));
  if (invert) throw new DenoiseError(pictureNeeded("--invert"));
}

/** The sampler from the step on at which a strength starts. @throws {DenoiseError} where it does not say its levels */
export function samplerFrom(stage: Stage<"sampler">, strength: number): Stage<"sampler"> {
  const { stage: sampler, id, plugin } = stage;
  if (sampler.levels === undefined || sampler.skip === undefined) {
    throw new DenoiseError(samplerCannotBegin(id, plugin.name));
  }
  const skipped = sampler.steps - Math.max(1, Math.round(sampler.steps * strength));
  if (skipped === 0) return stage;
  return { ...stage, id: `${id} from step ${skipped + 1}`, stage: sampler.skip(skipped) };
}

/** What an inversion needs besides the picture. */
export interface InvertTools extends Pick<InvertOptions, "state" | "statistics" | "labels" | "progress" | "signal"> {
  readonly backend: Backend;
  readonly guides: Guides;
}

/** The strength that is meant where none is said. */
export const strengthOf = (
  { strength, mask, invert }: { strength?: number | undefined; mask?: unknown; invert?: boolean | undefined },
): number => strength ?? (mask === undefined && !invert ? 0.6 : 1);

/**
 * Reads what generating starts with, for `count` images from one picture.
 *
 * @throws {DenoiseError} for a file that cannot be read, a sampler that cannot start from a picture or be inverted
 */
export async function beginFrom(
  graph: Graph,
  stage: Stage<"sampler">,
  { from, mask, ...rest }: FromPicture & { readonly from: string },
  count: number,
  tools: InvertTools,
): Promise<Begin> {
  const sampler = samplerFrom(stage, strengthOf({ mask, ...rest }));
  const [picture, keep] = await Promise.all(
    [from, mask].map((path) => path === undefined ? undefined : readImage(path, graph)),
  );
  return await beginWith(graph, sampler, { picture: picture!, mask: keep, invert: rest.invert }, count, tools);
}

/** What generating starts with, for `count` images from one picture of any size. `sampler` is as `samplerFrom` has it. */
export async function beginWith(
  graph: Graph,
  sampler: Stage<"sampler">,
  { picture, mask, invert = false }: { picture: Picture; mask?: Picture | undefined; invert?: boolean | undefined },
  count: number,
  { backend, guides, ...tools }: InvertTools,
): Promise<Begin> {
  const image = tensorOfPicture(fitted(picture, graph), graph.image.channels);
  const repeated = (image: tf.Tensor4D) => {
    const all = tf.tidy(() => tf.tile(image, [count, 1, 1, 1]));
    image.dispose();
    return all;
  };
  if (invert) {
    try {
      const guide = await guides.forModel(sampler, tools.state);
      const invert = buildInvert(backend, graph, sampler, guide?.graph);
      const { noise, ...inversion } = await invert({ ...tools, guide: guide?.weights, pictures: image });
      return { sampler, options: { start: repeated(noise), lastImage: true }, inversion };
    } finally {
      image.dispose();
    }
  }
  const pictures = repeated(image);
  if (mask === undefined) return { sampler, options: { pictures } };
  const light = tensorOfPicture(fitted(mask, graph), 1);
  return { sampler, options: { pictures, mask: repeated(light) } };
}

/** Frees what generating started with. */
export function disposeBegin(begin: Begin | undefined): void {
  const { pictures, mask, start } = begin?.options ?? {};
  tf.dispose([pictures, mask, start].filter((tensor) => tensor !== undefined));
}

/** A picture as values in 0 to 1, `[1, height, width, channels]`; one channel is the mean of all. */
function tensorOfPicture({ width, height, data }: Picture, channels: number): tf.Tensor4D {
  return tf.tidy(() => {
    const all = tf.div<tf.Tensor4D>(tf.tensor4d(Float32Array.from(data), [1, height, width, 3]), 255);
    return channels === 3 ? all : tf.mean(all, 3, true) as tf.Tensor4D;
  });
}
