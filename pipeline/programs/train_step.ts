/** The training step, and what measures a model besides it: pure functions of tensor trees, ready to be compiled. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, type State, type TensorRecord, valueAndGrad } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Components } from "../kinds/common.ts";
import { addNoise, pixels, predict } from "./model.ts";
import { objectiveOf } from "./objective.ts";
import type { Batch, TrainState } from "./states.ts";
import { apart, together } from "./trained.ts";

/** Scalars that a loss reports. A type, so that it is a tree of tensors. */
export type LossTerms = Record<string, tf.Tensor>;

/**
 * One update: pixels → augmentations → normalised → noisy → network → loss → gradients → optimizer → average.
 *
 * What is drawn for a picture depends on (seed, stream, step, item) alone.
 */
export function buildTrainStep(
  graph: Graph,
): (
  state: TrainState,
  batch: Batch,
  statistics: TensorRecord,
  seed: tf.Tensor,
) => { state: TrainState; errors: LossTerms } {
  const normalizer = graph.one("normalizer").stage;
  const optimizer = graph.one("optimizer").stage;
  const ema = graph.one("ema").stage;
  return (state, batch, statistics, seed) => {
    const random = createRandom({ seed, stream: "train", step: state.step, items: batch.item });
    const images = normalizer.normalize(statistics, pixels(graph, batch, random, true));
    const own = state.loss ?? { trainable: {}, buffers: {} };
    const objective = objectiveOf(graph, { images, label: batch.label, average: state.average, own, random });

    const trainable = together(state.network.trainable, state.loss);
    const { aux: { errors, buffers }, gradients } = valueAndGrad((trainable: TensorRecord) => {
      const { network, loss: own } = apart(trainable);
      const { objective: loss, errors, buffers } = objective(
        { trainable: network, buffers: state.network.buffers },
        own,
      );
      return { loss, aux: { errors: errors as LossTerms, buffers } };
    })(trainable);

    const step = tf.add<tf.Scalar>(state.step, tf.scalar(1, "int32"));
    const update = optimizer.update({ trainable, gradients, state: state.optimizer, step });
    const after = apart(update.trainable);
    const network = { trainable: after.network, buffers: buffers.network };
    const average = ema.update(state.average, network, step);
    const kept = state.loss && { trainable: after.loss, buffers: buffers.loss };
    const rest = { optimizer: update.state, ...(kept === undefined ? {} : { loss: kept }), step };
    return { state: { network, average, ...rest }, errors };
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
    const { components } = predict(graph, average, { ...noisy, label: batch.label }, { training: false });
    return { real, predicted: components, target };
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
    const { noisy, rates, target } = addNoise(graph, images, random);
    const predicted = parametrization.components(tf.zerosLike(noisy), noisy, rates);
    return graph.one("loss").stage.measure(predicted, target, rates).errors.loss;
  };
}
