/** One step of a sampler: what the network is asked, what is drawn, and what is clipped. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph, Stage } from "../graph/types.ts";
import type { Components, Rates } from "../kinds/common.ts";
import type { Jump, SamplerState } from "../kinds/sampler.ts";
import { putBack } from "./begin.ts";
import { guided } from "./guidance.ts";
import { predict, type Question } from "./model.ts";
import type { SampleKeys } from "./noise.ts";

/** What a step of the sampler hands on: its state, the prediction of the clean images that led there, and its number. */
export type LoopState = { state: SamplerState; signal: tf.Tensor; step: tf.Tensor };

/**
 * What tells steps apart: the rows of the plan, `[steps, numbers]`, and the steps' numbers; where parts of pictures stay,
 * also signal and noise rate of the images after each step, `[steps, 2]`.
 */
export type StepInputs = { row: tf.Tensor; step: tf.Tensor; rates?: tf.Tensor };

/** One step of a sampler as a pure function; the same program serves every row of the plan. */
export function buildSamplerStep(graph: Graph, { stage: sampler, options }: Stage<"sampler">): (
  carried: LoopState,
  inputs: StepInputs,
  average: State,
  statistics: TensorRecord,
  keys: SampleKeys,
) => LoopState {
  return ({ state }, inputs, average, statistics, keys) => {
    const clip = options.clip ? clipper(graph, statistics) : <T extends tf.Tensor>(signal: T) => signal;
    const ask = (question: Question) =>
      predict(graph, average, { ...question, statistics }, { training: false }).components;
    const { guidance } = options;
    const seen = (noisy: tf.Tensor4D, rates: Rates, to?: Rates): Components => {
      const { label } = keys;
      const question = { noisy, rates, to };
      const parts = guidance === undefined || label === undefined
        ? ask({ ...question, label })
        : guided(ask, { ...question, label }, guidance);
      return { ...parts, signal: clip(parts.signal) };
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
    const { picture, mask } = keys;
    if (picture === undefined || mask === undefined || inputs.rates === undefined) {
      return { state: after, signal, step: inputs.step };
    }
    const rates = inputs.rates as tf.Tensor1D;
    const kept = putBack(graph, { ...keys, picture, mask }, statistics, rates, { image: after.image, signal });
    return { state: { ...after, image: kept.image }, signal: kept.signal, step: inputs.step };
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
