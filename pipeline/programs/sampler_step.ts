/** One step of a sampler: what the network is asked, what is drawn, and what is clipped. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Rates } from "../kinds/common.ts";
import { isGuided } from "../kinds/guidance.ts";
import { guidingOf } from "../kinds/guiding.ts";
import type { Jump, SamplerState, Seen } from "../kinds/sampler.ts";
import { putBack } from "./begin.ts";
import { type Both, guidedSight, withAndWithoutClass } from "./guidance.ts";
import { knowsClasses, predict, type Question } from "./model.ts";
import type { SampleKeys } from "./noise.ts";

/**
 * What a step of the sampler hands on: its state, the prediction of the clean images that led there, its number, and what
 * guidance with momentum remembers.
 */
export type LoopState = { state: SamplerState; signal: tf.Tensor; step: tf.Tensor; past?: tf.Tensor };

/**
 * What tells steps apart: the rows of the plan, `[steps, numbers]`, and the steps' numbers; where parts of pictures stay,
 * also signal and noise rate of the images after each step, `[steps, 2]`.
 */
export type StepInputs = { row: tf.Tensor; step: tf.Tensor; rates?: tf.Tensor };

/** What a model that guides has learnt: its average weights, and what it has measured of its training pictures. */
export type GuideWeights = { average: State; statistics: TensorRecord };

/** Weights that a step takes: the average of the model's own, and those of the model that it is guided by, if any. */
export type Weights = { average: State; guide?: GuideWeights };

/** What a step is built with. */
export interface StepOptions {
  /** The graph of the model that guides, where the option `guidance` names one. */
  readonly guide?: Graph | undefined;
  /** Leaves guidance out: for steps that lie outside of its interval. */
  readonly unguided?: boolean | undefined;
}

/** Whether guidance of a sampler remembers what earlier evaluations said. */
export function hasMomentum({ options: { guidance } }: Stage<"sampler">): boolean {
  return isGuided(guidance) && (guidance.project?.momentum ?? 0) !== 0;
}

/**
 * One step of a sampler as a pure function; the same program serves every row of the plan.
 *
 * @throws {TypeError} where the sampler is guided by another model, and that is not given
 */
export function buildSamplerStep(
  graph: Graph,
  stage: Stage<"sampler">,
  { guide, unguided = false }: StepOptions = {},
): (
  carried: LoopState,
  inputs: StepInputs,
  weights: Weights,
  statistics: TensorRecord,
  keys: SampleKeys,
) => LoopState {
  const { stage: sampler, options } = stage;
  const guidance = !unguided && isGuided(options.guidance) ? options.guidance : undefined;
  const byOther = guidingOf(guidance?.by) !== undefined;
  if (byOther && guide === undefined) {
    throw new TypeError(`Cannot guide ${stage.id} by "${guidance?.by}": it is not loaded`);
  }
  const momentum = hasMomentum(stage);
  return ({ state, past: before }, inputs, weights, statistics, keys) => {
    const clip = options.clip ? clipper(graph, statistics) : <T extends tf.Tensor>(signal: T) => signal;
    const askOf =
      (graph: Graph, average: State, statistics: TensorRecord) => (question: Omit<Question, "statistics">) =>
        predict(graph, average, { ...question, statistics }, { training: false }).components;
    const ask = askOf(graph, weights.average, statistics);
    let past = before as tf.Tensor4D | undefined;

    /** The prediction and the worse one; undefined where there is nothing to be guided by. */
    const both = (question: Omit<Question, "statistics">): Both | undefined => {
      const { label } = keys;
      if (byOther) {
        const other = askOf(guide!, weights.guide!.average, weights.guide!.statistics);
        return { own: ask({ ...question, label }), worse: other({ ...question, label: toldTo(guide!, graph, keys) }) };
      }
      return label === undefined ? undefined : withAndWithoutClass(ask, { ...question, label });
    };
    const seen = (noisy: tf.Tensor4D, rates: Rates, to?: Rates): Seen => {
      const question = { noisy, rates, to };
      const pair = guidance && both(question);
      if (guidance === undefined || pair === undefined) {
        const parts = ask({ ...question, label: keys.label });
        return { ...parts, signal: clip(parts.signal) };
      }
      const sight = guidedSight(pair, { noisy, rates }, guidance, { past, clip });
      past = sight.past;
      return sight.seen;
    };
    const jump = (noisy: tf.Tensor4D, from: Rates, to: Rates): Jump => {
      const parts = seen(noisy, from, to);
      return { ...parts, image: tf.add(tf.mul(to.signal, parts.signal), tf.mul(to.noise, parts.noise)) };
    };
    const { state: after, signal } = sampler.step(state, inputs.row as tf.Tensor1D, {
      denoise: (noisy, rates) => seen(noisy, rates),
      ...(graph.one("network").stage.offers?.jump === true ? { jump } : {}),
      clip,
      random: createRandom({ seed: keys.seed, stream: "sampler", step: inputs.step, items: keys.item }),
    });
    const handed = { step: inputs.step, ...(momentum ? { past: past! } : {}) };
    const { picture, mask } = keys;
    if (picture === undefined || mask === undefined || inputs.rates === undefined) {
      return { state: after, signal, ...handed };
    }
    const rates = inputs.rates as tf.Tensor1D;
    const kept = putBack(graph, { ...keys, picture, mask }, statistics, rates, { image: after.image, signal });
    return { state: { ...after, image: kept.image }, signal: kept.signal, ...handed };
  };
}

/** The classes that a guiding model is told: those of the pictures where both know them, else none. */
function toldTo(guide: Graph, graph: Graph, { label, item }: SampleKeys): tf.Tensor | undefined {
  if (!knowsClasses(guide)) return undefined;
  return knowsClasses(graph) && label !== undefined ? label : tf.fill([item.shape[0]!], -1, "int32");
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
