/** What training, evaluation and sampling have in common: pictures to noisy images, and the network's view of them. */
import * as tf from "@tensorflow/tfjs";
import { type Random, type State, type TensorRecord, unpackBytes } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Components, Rates } from "../kinds/common.ts";
import { velocityOf } from "../kinds/diffusion.ts";
import type { NetworkMode } from "../kinds/network.ts";
import type { Batch } from "./states.ts";
import { measuredBy } from "./statistics.ts";

/** Pictures of a batch as the network sees them, float32 `[batch, height, width, channels]` in `[0, 1]`. */
export function pixels(graph: Graph, batch: Batch, random: Random, training: boolean): tf.Tensor4D {
  const { height, width, channels } = graph.datasetImage;
  const scaled = tf.div<tf.Tensor4D>(tf.cast(unpackBytes(batch.image, [height, width, channels]), "float32"), 255);
  return graph.all("augmentation").reduce(
    (images, { stage }, i) => stage.apply(images, { random: random.fork(`augmentation.${i}`), training }),
    scaled,
  );
}

/** What the network is told of what `pixels` does in training for the same draws: `[batch, numbers]`; undefined for nothing. */
export function toldOf(graph: Graph, random: Random): tf.Tensor2D | undefined {
  const told = graph.all("augmentation").flatMap(({ stage }, i) =>
    stage.tells?.of(random.fork(`augmentation.${i}`)) ?? []
  );
  return told.length === 0 ? undefined : tf.concat(told, 1) as tf.Tensor2D;
}

/** Whether the network of a graph is told classes. */
export const knowsClasses = ({ one }: Graph): boolean => one("network").stage.offers?.classes !== undefined;

/** A noisy image, and what a perfect prediction of it would be. */
export interface Noisy {
  readonly noisy: tf.Tensor4D;
  readonly rates: Rates;
  readonly target: Components;
}

/**
 * Mixes normalised images with noise.
 *
 * @param levels in training, those that the loss has drawn: then it may choose the noise, too. Default: those that it draws
 *   before the first step
 */
export function addNoise(graph: Graph, images: tf.Tensor4D, random: Random, levels?: Rates): Noisy {
  const [batch, ...shape] = images.shape;
  const loss = graph.one("loss").stage;
  const rates = levels ?? loss.levels(random.fork("levels"), batch);
  const draws = random.fork("noise");
  const noise = levels !== undefined && loss.noise !== undefined
    ? loss.noise(draws, images)
    : draws.normal(shape) as tf.Tensor4D;
  return {
    noisy: tf.add(tf.mul(rates.signal, images), tf.mul(rates.noise, noise)),
    rates,
    target: { signal: images, noise, velocity: velocityOf({ signal: images, noise }, rates) },
  };
}

/** Noisy images, and what the network is told about them. */
export interface Question {
  readonly noisy: tf.Tensor4D;
  readonly rates: Rates;
  /** Class of each image, int32 `[batch]`: -1 where it is not told. */
  readonly label?: tf.Tensor | undefined;
  /** What augmentations did to each picture, `[batch, numbers]`, where they tell. */
  readonly augment?: tf.Tensor2D | undefined;
  /** Rates of the level that the answer leads to, where that is another. */
  readonly to?: Rates | undefined;
  /** Pictures to go by. */
  readonly condition?: tf.Tensor4D | undefined;
  /** Of the training pictures: those of the parametrization are needed. */
  readonly statistics: TensorRecord;
}

/** The network's view of noisy images, its buffers after the call, and the features that `mode` asks for. */
export function predict(
  graph: Graph,
  state: State,
  { noisy, rates, label, augment, to, condition, statistics }: Question,
  mode: NetworkMode,
): { components: Components; buffers: TensorRecord; features: TensorRecord } {
  const parametrization = graph.one("parametrization").stage;
  const measured = measuredBy(statistics);
  const input = parametrization.input(noisy, rates, measured);
  const { output, buffers, features = {} } = graph.one("network").stage.apply(
    state,
    {
      ...input,
      ...(label === undefined ? {} : { label: label as tf.Tensor1D }),
      ...(augment === undefined ? {} : { augment }),
      ...(to === undefined ? {} : { to: parametrization.input(noisy, to, measured).level }),
      ...(condition === undefined ? {} : { condition }),
    },
    mode,
  );
  return { components: parametrization.components(output, noisy, rates, measured), buffers, features };
}
