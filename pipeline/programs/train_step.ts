/** The training step, and what measures a model besides it: pure functions of tensor trees, ready to be compiled. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, disposeTree, type State, type TensorRecord, tidyTree } from "../../lib/tensor/mod.ts";
import { partCount } from "../graph/accumulation.ts";
import type { Graph } from "../graph/types.ts";
import type { Components, Rates } from "../kinds/common.ts";
import type { Course } from "../kinds/optimizer.ts";
import { buildGather, buildGatherPart, gathered, type LossTerms, noGradients, partsOf } from "./gather.ts";
import { addNoise, pixels, predict } from "./model.ts";
import { type Batch, startOfLoss, type TrainState } from "./states.ts";
import { measuredBy } from "./statistics.ts";
import { together } from "./trained.ts";
import { buildUpdate, type UpdateTerms } from "./update.ts";

/**
 * One update: pixels → augmentations → normalised → noisy → network → loss → gradients → optimizer → average.
 *
 * What is drawn for a picture depends on (seed, stream, step, item) alone. Where the recipe accumulates gradients, the
 * batch goes through the network part by part. `course`: see `UpdateInput`.
 */
export function buildTrainStep(
  graph: Graph,
): (
  state: TrainState,
  batch: Batch,
  statistics: TensorRecord,
  seed: tf.Tensor,
  ...course: [] | [course: Course]
) => { state: TrainState; errors: LossTerms; update: UpdateTerms } {
  const count = partCount(graph);
  const gather = buildGather(graph), gatherPart = buildGatherPart(graph), update = buildUpdate(graph);
  return (state, batch, statistics, seed, ...[course]) => {
    if (count === 1) {
      const { errors, ...rest } = gather(state, batch, statistics, seed);
      return { ...update(state, rest, course), errors };
    }
    const errors: LossTerms[] = [];
    let gradients = noGradients(together(state.network.trainable, state.loss));
    for (const { batch: part, ...place } of partsOf(batch, count)) {
      const next = tidyTree(() => gatherPart(gradients, state, part, place, statistics, seed));
      disposeTree(gradients);
      gradients = next.gradients;
      errors.push(next.errors);
    }
    const { errors: shown, ...rest } = gathered(graph, state, gradients, errors);
    return { ...update(state, rest, course), errors: shown };
  };
}

/** A validation batch as the model sees it. A type, so that it is a tree of tensors. */
export type Evaluation = {
  /** Pictures in `[0, 1]`, `[batch, height, width, channels]`. */
  real: tf.Tensor;
  /** What the network predicts from their noisy versions. */
  predicted: Components;
  /** What it should predict. */
  target: Components;
  /** How much signal and noise there is in each, `[batch, 1, 1, 1]`. */
  rates: Rates;
};

/** Predictions of a state in inference mode. The draws are the same every time: a function of seed and item. */
export function buildEvaluationStep(
  graph: Graph,
): (average: State, batch: Batch, statistics: TensorRecord, seed: tf.Tensor) => Evaluation {
  return (average, batch, statistics, seed) => {
    const random = createRandom({ seed, stream: "validation", step: tf.scalar(0, "int32"), items: batch.item });
    const real = pixels(graph, batch, random, false);
    const images = graph.one("normalizer").stage.normalize(statistics, real);
    const { target, ...noisy } = addNoise(graph, images, random);
    const { components } = predict(graph, average, { ...noisy, label: batch.label, statistics }, { training: false });
    return { real, predicted: components, target, rates: noisy.rates };
  };
}

/** Pictures as the network would see them in inference, in `[0, 1]`. */
export function buildRealStep(graph: Graph): (batch: Batch, seed: tf.Tensor) => tf.Tensor {
  return (batch, seed) => {
    const random = createRandom({ seed, stream: "validation", step: tf.scalar(0, "int32"), items: batch.item });
    return pixels(graph, batch, random, false);
  };
}

/** The loss of a network whose output is zero: what training has to beat. */
export function buildZeroOutputLoss(
  graph: Graph,
): (batch: Batch, statistics: TensorRecord, seed: tf.Tensor) => tf.Tensor {
  const parametrization = graph.one("parametrization").stage;
  return (batch, statistics, seed) => {
    const random = createRandom({ seed, stream: "zero-output", step: tf.scalar(0, "int32"), items: batch.item });
    const images = graph.one("normalizer").stage.normalize(statistics, pixels(graph, batch, random, true));
    const measured = measuredBy(statistics);
    const context = { state: startOfLoss(graph, seed) ?? { trainable: {}, buffers: {} }, measured };
    const loss = graph.one("loss").stage;
    const levels = loss.levels(random.fork("levels"), images.shape[0], context);
    const { noisy, rates, target } = addNoise(graph, images, random, levels);
    const predicted = parametrization.components(tf.zerosLike(noisy), noisy, rates, measured);
    return loss.measure(predicted, target, rates, context).errors.loss;
  };
}
