/** What training, evaluation and sampling have in common: pictures to noisy images, and the network's view of them. */
import * as tf from "@tensorflow/tfjs";
import { type Random, type State, type TensorRecord, unpackBytes } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Components, Rates } from "../kinds/common.ts";
import { velocityOf } from "../kinds/diffusion.ts";
import type { Batch } from "./states.ts";

/** Pictures of a batch as the network sees them, float32 `[batch, height, width, channels]` in `[0, 1]`. */
export function pixels(graph: Graph, batch: Batch, random: Random, training: boolean): tf.Tensor4D {
  const { height, width, channels } = graph.datasetImage;
  const scaled = tf.div<tf.Tensor4D>(tf.cast(unpackBytes(batch.image, [height, width, channels]), "float32"), 255);
  return graph.all("augmentation").reduce(
    (images, { stage }, i) => stage.apply(images, { random: random.fork(`augmentation.${i}`), training }),
    scaled,
  );
}

/** A noisy image, and what a perfect prediction of it would be. */
export interface Noisy {
  readonly noisy: tf.Tensor4D;
  readonly rates: Rates;
  readonly target: Components;
}

/** Mixes normalised images with noise, at the levels that the loss draws. */
export function addNoise(graph: Graph, images: tf.Tensor4D, random: Random): Noisy {
  const [batch, ...shape] = images.shape;
  const rates = graph.one("loss").stage.levels(random.fork("levels"), batch);
  const noise = random.fork("noise").normal(shape) as tf.Tensor4D;
  return {
    noisy: tf.add(tf.mul(rates.signal, images), tf.mul(rates.noise, noise)),
    rates,
    target: { signal: images, noise, velocity: velocityOf({ signal: images, noise }, rates) },
  };
}

/** The network's view of noisy images, and its buffers after the call. */
export function predict(
  graph: Graph,
  state: State,
  { noisy, rates, label }: { noisy: tf.Tensor4D; rates: Rates; label?: tf.Tensor | undefined },
  mode: { training: boolean },
): { components: Components; buffers: TensorRecord } {
  const parametrization = graph.one("parametrization").stage;
  const input = parametrization.input(noisy, rates);
  const { output, buffers } = graph.one("network").stage.apply(
    state,
    label === undefined ? input : { ...input, label: label as tf.Tensor1D },
    mode,
  );
  return { components: parametrization.components(output, noisy, rates), buffers };
}
