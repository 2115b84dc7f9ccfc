/** What images begin with: noise, or pictures with as much noise as the sampler's first step expects; and parts that stay. */
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import { ratesOf } from "../kinds/diffusion.ts";
import type { Sampler } from "../kinds/sampler.ts";
import { initialNoise, type SampleKeys } from "./noise.ts";

/** Signal and noise rate of a level, as numbers; of none, those of the schedule's own start are not known. */
export function ratesAt(sampler: Sampler, step: number): [signal: number, noise: number] {
  const { signal, noise } = ratesOf(sampler.levels![step]!);
  return [signal, noise];
}

/** The noisy images before the first step, `[batch, height, width, channels]`. */
export function beginning(graph: Graph, sampler: Sampler, keys: SampleKeys, statistics: TensorRecord): tf.Tensor4D {
  const { height, width, channels } = graph.image;
  if (keys.start !== undefined) return keys.start as tf.Tensor4D;
  const noise = initialNoise(keys, [height, width, channels]);
  if (keys.picture === undefined) return noise;
  const [signal, rate] = ratesAt(sampler, 0);
  return tf.add(tf.mul(signal, normalized(graph, keys.picture, statistics)), tf.mul(rate, noise));
}

/** Images and signals after a step, with what the mask keeps put back: at the level `rates`, with each image's own noise. */
export function putBack(
  graph: Graph,
  keys: SampleKeys & { picture: tf.Tensor; mask: tf.Tensor },
  statistics: TensorRecord,
  rates: tf.Tensor1D,
  { image, signal }: { image: tf.Tensor4D; signal: tf.Tensor },
): { image: tf.Tensor4D; signal: tf.Tensor } {
  const { height, width, channels } = graph.image;
  const known = normalized(graph, keys.picture, statistics);
  const [onSignal, onNoise] = tf.split<tf.Tensor4D>(tf.reshape(rates, [1, 2, 1, 1]), 2, 1) as [
    tf.Tensor4D,
    tf.Tensor4D,
  ];
  const noise = initialNoise(keys, [height, width, channels]);
  const noisy = tf.add(tf.mul(onSignal, known), tf.mul(onNoise, noise));
  const mix = (drawn: tf.Tensor, kept: tf.Tensor) => tf.add<tf.Tensor4D>(kept, tf.mul(keys.mask, tf.sub(drawn, kept)));
  return { image: mix(image, noisy), signal: mix(signal, known) };
}

function normalized(graph: Graph, pictures: tf.Tensor, statistics: TensorRecord): tf.Tensor4D {
  return graph.one("normalizer").stage.normalize(statistics, pictures as tf.Tensor4D);
}
