/** Generates images: noise to images by a sampler, with the average weights. */
import * as tf from "@tensorflow/tfjs";
import { disposeTree, seedTensor, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Backend } from "../kinds/backend.ts";
import { samplerUnfinished } from "../problems/messages/samplers.ts";
import { DenoiseError } from "../problems/problem.ts";
import { beginning, ratesAt } from "./begin.ts";
import type { SampleKeys } from "./noise.ts";
import { repeatOn } from "./repeat.ts";
import { guidedSteps } from "./guided_steps.ts";
import {
  buildSamplerStep,
  type GuideWeights,
  hasMomentum,
  type LoopState,
  type StepInputs,
  type Weights,
} from "./sampler_step.ts";
import { yieldToEvents } from "./yield_to_events.ts";

/** What to generate. */
export interface GenerateOptions {
  /** Weights to use: the average. Not consumed. */
  readonly state: State;
  /** Weights of the model that guides, where there is one. Not consumed. */
  readonly guide?: GuideWeights | undefined;
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
  /**
   * Pictures in `[0, 1]`, one for each of `items`, `[items, height, width, channels]`: images begin as these with as much
   * noise as the sampler's first step expects, whose `levels` must be known. Not consumed.
   */
  readonly pictures?: tf.Tensor4D | undefined;
  /** Where pictures are drawn anew, 1, and where they stay, 0; between the two, both. `[items, height, width, 1]`. Not consumed. */
  readonly mask?: tf.Tensor4D | undefined;
  /** Noisy images to begin with, in place of drawn noise, `[items, height, width, channels]`. Not consumed. */
  readonly start?: tf.Tensor4D | undefined;
  /**
   * Gives the last noisy image over its signal rate, in place of the last prediction of the clean one: what `start` was
   * inverted from. Needs the sampler's `levels`.
   */
  readonly lastImage?: boolean | undefined;
  /** Class of each image, where the network asks for it. */
  readonly labels?: readonly number[] | undefined;
  /** Images in a batch. Default: all at once. */
  readonly batch?: number;
  /** Called as steps of a batch are done: after each, or every few seconds where several are one program. */
  readonly progress?: (done: number, total: number) => void;
  /** Sees each step; generating continues when it is done. Its tensors are freed after it. */
  readonly watch?: (seen: Seen) => Promise<void>;
  /** Called for each batch with the steps that it took, where the sampler chooses how many. */
  readonly taken?: (steps: number) => void;
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
  /** The noisy images before the step, as pictures, `[size, height, width, channels]`: values outside `[0, 1]` are clipped. */
  readonly noisy: tf.Tensor4D;
  /** The step's prediction of the clean images, likewise. That of the last step is the result. */
  readonly signal: tf.Tensor4D;
}

/** Yields images in `[0, 1]`, `[size, height, width, channels]`, batch by batch. The caller frees them. */
export type Generate = (options: GenerateOptions) => AsyncGenerator<tf.Tensor4D, void, void>;

/** Seconds that steps may take as one program: progress shows, and signals are heard, this often. */
const mostSeconds = 6;

/** A part of the images. The last parts are filled up to the size of the others: another size would be another program. */
interface Batch {
  /** Number of its first image among `items`. */
  readonly from: number;
  readonly size: number;
  readonly padded: number;
}

/**
 * Compiles a sampler: one program for all steps, since the rows of its plan travel as tensors.
 *
 * The same seed and item give the same image in batches of any size.
 *
 * @param guide the graph of the model that guides, where the sampler's option `guidance` names one
 */
export function buildGenerate(backend: Backend, graph: Graph, stage: Stage<"sampler">, guide?: Graph): Generate {
  const programs = samplerPrograms(backend, graph, stage, guide);
  const rows = stage.stage.plan().map((row) => [...row]);
  const steps = rows.length;
  const filled = [...rows, ...Array<number[]>(roomFor(steps) - steps).fill(rows.at(-1)!)];
  return async function* generate(options) {
    const { items, batch = items.length, statistics, notFinite, progress } = options;
    const batches = balance(items.length, batch);
    const inputs: StepInputs = {
      row: tf.tensor2d(filled, undefined, "float32"),
      step: tf.range(0, filled.length, 1, "int32"),
      ...(options.mask === undefined ? {} : { rates: ratesAfter(stage, filled.length) }),
    };
    let allFinite = true;
    try {
      for (const [number, batch] of batches.entries()) {
        const done = (now: number) => progress?.(number * steps + now, batches.length * steps);
        const keys = keysOf(options, batch);
        let last: LoopState | undefined;
        try {
          last = await programs.run(keys, inputs, steps, batch, options, done);
          const result = options.lastImage ? overRate(last.state.image, stage) : last.signal;
          const { images, finite } = await programs.finish(result, statistics);
          if (result !== last.signal) result.dispose();
          if (notFinite !== undefined && allFinite) {
            allFinite = (await finite.data())[0] === 1;
            if (!allFinite) notFinite();
          }
          finite.dispose();
          yield cut(images, batch.size);
        } finally {
          disposeTree(last === undefined ? keys : [keys, last]);
        }
      }
    } finally {
      disposeTree(inputs);
    }
  };
}

/** The programs of a sampler: its start, its steps, and what turns its images into pictures and says whether they are finite. */
function samplerPrograms(backend: Backend, graph: Graph, stage: Stage<"sampler">, guide: Graph | undefined) {
  const { stage: sampler, id } = stage;
  const start = backend.compile((keys: SampleKeys, statistics: TensorRecord): LoopState => {
    const noisy = beginning(graph, sampler, keys, statistics);
    const past = hasMomentum(stage) ? { past: tf.zerosLike(noisy) } : {};
    return { state: sampler.init(noisy), signal: tf.zerosLike(noisy), step: tf.scalar(-1, "int32"), ...past };
  }, { name: `${id} init` });
  const advance = repeatOn(backend, buildSamplerStep(graph, stage, { guide }), { name: `${id} step` });
  const advancePlainly = repeatOn(backend, buildSamplerStep(graph, stage, { unguided: true }), {
    name: `${id} unguided step`,
  });
  let guidedAt: Promise<readonly boolean[]> | undefined; // where guidance changes nothing, it need not be computed
  const shown = (signal: tf.Tensor, statistics: TensorRecord): tf.Tensor =>
    graph.one("normalizer").stage.denormalize(statistics, signal as tf.Tensor4D);
  const show = backend.compile(shown, { name: `${id} denormalize` });
  const finish = backend.compile(
    (signal: tf.Tensor, statistics: TensorRecord): { images: tf.Tensor; finite: tf.Tensor } => ({
      images: shown(signal, statistics),
      finite: tf.all(tf.isFinite(signal)),
    }),
    { name: `${id} end` },
  );
  const { finished } = sampler;
  const arrived = finished && backend.compile(({ state }: LoopState) => finished(state), { name: `${id} arrived` });
  const pace = new Map<string, number>(); // seconds of the last steps, by the size of their batch and how they are guided

  /** All steps of a batch. */
  async function run(
    keys: SampleKeys,
    inputs: StepInputs,
    steps: number,
    { from, size, padded }: Batch,
    { state, guide, statistics, watch, signal, taken }: GenerateOptions,
    done: (steps: number) => void,
  ): Promise<LoopState> {
    const together = watch === undefined && arrived === undefined && backend.repeat !== undefined;
    const guided = await (guidedAt ??= guidedSteps(backend, graph, stage));
    const weights: Weights = { average: state, ...(guide === undefined ? {} : { guide }) };
    let current = await start(keys, statistics);
    try {
      for (let step = 0; step < steps;) {
        signal?.throwIfAborted();
        const noisy = watch && cut(await show(current.state.image, statistics), size);
        const kind = guided[step]!, paceKey = `${padded} ${kind}`;
        const most = Math.max(1, Math.floor(mostSeconds / (pace.get(paceKey) ?? Infinity)));
        const to = together ? Math.min(endOfRun(guided, step), step + most) : step + 1;
        const begun = performance.now();
        current = await (kind ? advance : advancePlainly)(current, [step, to], inputs, weights, statistics, keys);
        await Promise.all([current.step.data(), yieldToEvents()]); // until it is done
        pace.set(paceKey, (performance.now() - begun) / 1000 / (to - step));
        if (watch !== undefined) {
          const predicted = cut(await show(current.signal, statistics), size);
          await watch({ step, from, noisy: noisy!, signal: predicted });
          tf.dispose([noisy!, predicted]);
        }
        step = to;
        done(step);
        if (arrived !== undefined && await isTrue(arrived(current))) {
          taken?.(step);
          done(steps);
          return current;
        }
      }
      if (arrived !== undefined) throw new DenoiseError(samplerUnfinished(id, steps));
      return current;
    } catch (error) {
      disposeTree(current);
      throw error;
    }
  }
  return { run, finish };
}

/**
 * Rows that a plan is filled up to: its shape is a part of the program, and plans of up to 64 steps share one. Beyond
 * that, those between two powers of two do.
 */
function roomFor(steps: number): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(steps)));
}

/** What the images of a batch are drawn from. */
function keysOf(options: GenerateOptions, { from, padded }: Batch): SampleKeys {
  const { seed, items, towards, labels } = options;
  const places = Array.from({ length: padded }, (_, i) => Math.min(from + i, items.length - 1));
  const chosen = (values: readonly number[], dtype: "int32" | "float32") =>
    tf.tensor1d(places.map((i) => values[i]!), dtype);
  return {
    seed: seedTensor(seed),
    item: chosen(items, "int32"),
    ...(towards === undefined ? {} : {
      other: chosen(towards.items, "int32"),
      fraction: chosen(towards.fractions, "float32"),
    }),
    ...(labels === undefined ? {} : { label: chosen(labels, "int32") }),
    ...Object.fromEntries(
      ([["picture", options.pictures], ["mask", options.mask], ["start", options.start]] as const)
        .flatMap(([name, all]) => all === undefined ? [] : [[name, tf.tidy(() => tf.gather(all, places))]]),
    ),
  };
}

/** Signal and noise rate of the images after each step, for as many rows as a plan is filled up to. */
function ratesAfter({ stage }: Stage<"sampler">, rows: number): tf.Tensor2D {
  const rates = stage.plan().map((_, step) => ratesAt(stage, step + 1));
  return tf.tensor2d([...rates, ...Array<[number, number]>(rows - rates.length).fill(rates.at(-1)!)]);
}

/** The last noisy images, scaled to what their signal has. */
function overRate(image: tf.Tensor4D, { stage }: Stage<"sampler">): tf.Tensor4D {
  return tf.div(image, ratesAt(stage, stage.steps)[0]);
}

/** The end of the equal values that begin at a place. */
function endOfRun(values: readonly boolean[], from: number): number {
  const end = values.findIndex((value, i) => i > from && value !== values[from]);
  return end < 0 ? values.length : end;
}

/** Reads a tensor of 1 or 0, and frees it. */
async function isTrue(value: Promise<tf.Tensor>): Promise<boolean> {
  const tensor = await value;
  const [first] = await tensor.data();
  tensor.dispose();
  return first !== 0;
}

/** Cuts `count` items into as few batches as `most` allows, of equal size; the last ones may be padded to it. */
function balance(count: number, most: number): Batch[] {
  const padded = Math.ceil(count / Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / padded) }, (_, i) => ({
    from: i * padded,
    size: Math.min(padded, count - i * padded),
    padded,
  }));
}

/** The first images, in place of all. */
function cut(images: tf.Tensor, size: number): tf.Tensor4D {
  if (images.shape[0] === size) return images as tf.Tensor4D;
  const first = tf.slice(images, 0, size);
  images.dispose();
  return first as tf.Tensor4D;
}
