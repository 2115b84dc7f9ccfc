/** Generates images: noise to images by a sampler, with the average weights. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, disposeTree, seedTensor, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import type { SamplerState } from "../kinds/sampler.ts";
import { predict } from "./model.ts";
import { type Draws, initialNoise } from "./noise.ts";
import { repeatOn } from "./repeat.ts";
import { turn } from "./turn.ts";

/** What to generate. */
export interface GenerateOptions {
  /** Weights to use: the average. Not consumed. */
  readonly state: State;
  /** Of the normalizer. Not consumed. */
  readonly statistics: TensorRecord;
  /** Integer from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Numbers of the images, 0 to 2^31 - 1: with `seed`, all that an image depends on. */
  readonly items: readonly number[];
  /**
   * Other images, one for each of `items`: generation starts between the noises of the two, at a fraction of the arc from
   * 0 (the image of `items`) to 1. What is drawn between the steps stays that of `items`.
   */
  readonly towards?: { readonly items: readonly number[]; readonly fractions: readonly number[] };
  /** Class of each image, where the network asks for it. */
  readonly labels?: readonly number[] | undefined;
  /** Images in a batch. Default: all at once. */
  readonly batch?: number;
  /** Called as steps of a batch are done: after each, or every few seconds where several are one program. */
  readonly progress?: (done: number, total: number) => void;
  /** Sees each step; generating goes on when it is done. Its tensors are freed after it. */
  readonly watch?: (seen: Seen) => Promise<void>;
  /** Called once when images hold NaN or infinity: turned into pictures, they no longer show. */
  readonly notFinite?: () => void;
  /** Stops between steps, or between the programs that several are. */
  readonly signal?: AbortSignal | undefined;
}

/** One step of a batch. */
export interface Seen {
  /** Row of the sampler's plan, from 0 on. */
  readonly step: number;
  /** Number of the batch's first image among `items`. */
  readonly from: number;
  /** The noisy images before the step, as pictures, `[size, height, width, channels]`: what leaves `[0, 1]` is cut off. */
  readonly noisy: tf.Tensor4D;
  /** The step's prediction of the clean images, likewise. That of the last step is the result. */
  readonly signal: tf.Tensor4D;
}

/** Yields images in `[0, 1]`, `[size, height, width, channels]`, batch by batch. The caller frees them. */
export type Generate = (options: GenerateOptions) => AsyncGenerator<tf.Tensor4D, void, void>;

/** Seconds that steps may take as one program: progress shows, and signals are heard, this often. */
const mostSeconds = 6;

/** What a step of the sampler hands on: its state, the prediction of the clean images that led there, and its number. */
type Carried = { state: SamplerState; signal: tf.Tensor; step: tf.Tensor };

/** What tells steps apart: the rows of the plan, `[steps, numbers]`, and the steps' numbers. */
type Ticks = { row: tf.Tensor; step: tf.Tensor };

/**
 * Compiles a sampler: one program for all steps, since the rows of its plan travel as tensors.
 *
 * The same seed and item give the same image in batches of any size.
 */
export function buildGenerate(backend: Backend, graph: Graph, stage: Stage<"sampler">): Generate {
  const { stage: sampler, id } = stage;
  const rows = sampler.plan();
  const { height, width, channels } = graph.image;

  const start = backend.compile((draws: Draws): Carried => {
    const noise = initialNoise(draws, [height, width, channels]);
    return { state: sampler.init(noise), signal: tf.zerosLike(noise), step: tf.scalar(-1, "int32") };
  }, { name: `${id} init` });

  const advance = repeatOn(backend, buildSamplerStep(graph, stage), { name: `${id} step` });

  const denormalize = (signal: tf.Tensor, statistics: TensorRecord) =>
    graph.one("normalizer").stage.denormalize(statistics, signal as tf.Tensor4D) as tf.Tensor;
  const show = backend.compile(denormalize, { name: `${id} denormalize` });

  let secondsPerStep = Infinity; // of the steps before, for batches of the size before
  let sizeBefore: number | undefined;

  return async function* generate(options) {
    const { state, statistics, seed, items, towards, labels, batch, progress, watch, notFinite, signal } = options;
    const batches = balance(items.length, batch ?? items.length);
    const ticks: Ticks = {
      row: tf.tensor2d(rows.map((row) => [...row]), undefined, "float32"),
      step: tf.range(0, rows.length, 1, "int32"),
    };
    let told = false;
    try {
      for (const [number, { from, size, padded }] of batches.entries()) {
        // The last batch is filled up: another size would be another program.
        const places = Array.from({ length: padded }, (_, i) => Math.min(from + i, items.length - 1));
        const draws: Draws = {
          seed: seedTensor(seed),
          item: tf.tensor1d(places.map((i) => items[i]!), "int32"),
          ...(towards === undefined ? {} : {
            other: tf.tensor1d(places.map((i) => towards.items[i]!), "int32"),
            fraction: tf.tensor1d(places.map((i) => towards.fractions[i]!), "float32"),
          }),
          ...(labels === undefined ? {} : { label: tf.tensor1d(places.map((i) => labels[i]!), "int32") }),
        };
        if (padded !== sizeBefore) [secondsPerStep, sizeBefore] = [Infinity, padded];
        let current: Carried | undefined;
        try {
          current = await start(draws);
          for (let i = 0; i < rows.length;) {
            signal?.throwIfAborted();
            const noisy = watch && cut(await show(current.state.image, statistics), size);
            const together = watch === undefined && backend.repeat !== undefined;
            const atOnce = together ? Math.max(1, Math.floor(mostSeconds / secondsPerStep)) : 1;
            const to = Math.min(rows.length, i + atOnce);
            const begun = performance.now();
            current = await advance(current, [i, to], ticks, state, statistics, draws);
            await current.step.data(); // until it is done
            secondsPerStep = (performance.now() - begun) / 1000 / (to - i);
            i = to;
            if (watch !== undefined) {
              const seen = {
                step: i - 1,
                from,
                noisy: noisy!,
                signal: cut(await show(current.signal, statistics), size),
              };
              await watch(seen);
              tf.dispose([seen.noisy, seen.signal]);
            }
            await turn(); // signals and the line of progress have their turn
            progress?.(number * rows.length + i, batches.length * rows.length);
          }
          if (notFinite !== undefined && !told && !await areFinite(current.signal)) {
            told = true;
            notFinite();
          }
          yield cut(await show(current.signal, statistics), size);
        } finally {
          if (current !== undefined) disposeTree(current);
          disposeTree(draws);
        }
      }
    } finally {
      disposeTree(ticks);
    }
  };
}

/** One step of a sampler as a pure function; the same program serves every row of the plan. */
function buildSamplerStep(graph: Graph, { stage: sampler, options }: Stage<"sampler">): (
  carried: Carried,
  tick: Ticks,
  average: State,
  statistics: TensorRecord,
  draws: Draws,
) => Carried {
  return ({ state }, tick, average, statistics, draws) => {
    const clip = options.clip ? clipper(graph, statistics) : <T extends tf.Tensor>(signal: T) => signal;
    const { state: after, signal } = sampler.step(state, tick.row as tf.Tensor1D, {
      denoise(noisy, rates) {
        const label = draws.label;
        const { components } = predict(graph, average, { noisy, rates, label }, { training: false });
        return { ...components, signal: clip(components.signal) };
      },
      clip,
      random: createRandom({ seed: draws.seed, stream: "sampler", step: tick.step, items: draws.item }),
    });
    return { state: after, signal, step: tick.step };
  };
}

/** Clips to the range of real pixels in normalised units, channel by channel. */
function clipper(graph: Graph, statistics: TensorRecord): <T extends tf.Tensor>(signal: T) => T {
  const { normalize } = graph.one("normalizer").stage;
  const shape: [number, number, number, number] = [1, 1, 1, graph.image.channels];
  const black = normalize(statistics, tf.zeros(shape));
  const white = normalize(statistics, tf.ones(shape));
  const [low, high] = [tf.minimum(black, white), tf.maximum(black, white)];
  return (signal) => tf.minimum(tf.maximum(signal, low), high);
}

/** Cuts `count` items into as few batches as `most` allows, of equal size; the last ones may be padded to it. */
function balance(count: number, most: number): { from: number; size: number; padded: number }[] {
  const padded = Math.ceil(count / Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / padded) }, (_, i) => ({
    from: i * padded,
    size: Math.min(padded, count - i * padded),
    padded,
  }));
}

/** Whether all values of images are numbers. */
async function areFinite(images: tf.Tensor): Promise<boolean> {
  const finite = tf.tidy(() => tf.all(tf.isFinite(images)));
  const [value] = await finite.data();
  finite.dispose();
  return value === 1;
}

/** The first images, in place of all. */
function cut(images: tf.Tensor, size: number): tf.Tensor4D {
  if (images.shape[0] === size) return images as tf.Tensor4D;
  const first = tf.slice(images, 0, size);
  images.dispose();
  return first as tf.Tensor4D;
}
