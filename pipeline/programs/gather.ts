/** The gradients of a batch, whole or part by part. */
import * as tf from "@tensorflow/tfjs";
import { createRandom, mapTree, type State, type TensorRecord, valueAndGrad } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import { pixels, toldOf } from "./model.ts";
import { objectiveOf } from "./objective.ts";
import type { Batch, TrainState } from "./states.ts";
import { apart, together } from "./trained.ts";

/** Scalars that a loss reports. A type, so that it is a tree of tensors. */
export type LossTerms = Record<string, tf.Tensor>;

/** What of the training state gradients depend on. */
export type Learner = Omit<TrainState, "optimizer" | "skipped" | "averages">;

/** What a batch gives. A type, so that it is a tree of tensors. */
export type Gathered = {
  /** By the names that the optimizer has. */
  gradients: TensorRecord;
  errors: LossTerms;
  /** Buffers of network and loss after it. */
  buffers: { network: TensorRecord; loss: TensorRecord };
};

/** What of the training state gradients depend on, of the whole of it. */
export function learnerOf({ optimizer: _, skipped: _skipped, averages: _averages, ...learner }: TrainState): Learner {
  return learner;
}

/** Where in a batch a part is. A type, so that it is a tree of tensors. */
export type Place = {
  /** Which rows of the whole batch it is, int32 `[pictures]`. */
  rows: tf.Tensor1D;
  /** `item` of the whole batch: noise levels may be drawn for all of it. */
  items: Batch["item"];
};

/** A part of a batch. A type, so that it is a tree of tensors. */
export type Part = Place & { batch: Batch };

/**
 * Pixels → augmentations → normalised → noisy → network → loss → gradients.
 *
 * What is drawn for a picture depends on (seed, stream, step, item) alone. `place` is given where the batch is a part of one.
 */
export function buildGather(
  graph: Graph,
): (state: Learner, batch: Batch, statistics: TensorRecord, seed: tf.Tensor, place?: Place) => Gathered {
  const normalizer = graph.one("normalizer").stage;
  return (state, batch, statistics, seed, place) => {
    const key = { seed, stream: "train", step: state.step };
    const random = createRandom({ ...key, items: batch.item });
    const images = normalizer.normalize(statistics, pixels(graph, batch, random, true));
    const own: State = state.loss ?? { trainable: {}, buffers: {} };
    const told = { label: batch.label, augment: toldOf(graph, random) };
    const lesson = { images, ...told, average: state.average, own, step: state.step, statistics, random };
    const whole = place && {
      ...{ rows: place.rows, size: place.items.shape[0]! },
      random: createRandom({ ...key, items: place.items }),
    };
    const objective = objectiveOf(graph, { ...lesson, whole });
    const { aux: { errors, buffers }, gradients } = valueAndGrad((trainable: TensorRecord) => {
      const { network, loss: own } = apart(trainable);
      const { objective: loss, errors, buffers } = objective(
        { trainable: network, buffers: state.network.buffers },
        own,
      );
      return { loss, aux: { errors: errors as LossTerms, buffers } };
    })(together(state.network.trainable, state.loss));
    return { gradients, errors, buffers };
  };
}

/** The gradients of a part, added to those of the parts before it. */
export function buildGatherPart(
  graph: Graph,
): (
  before: TensorRecord,
  state: Learner,
  part: Batch,
  place: Place,
  statistics: TensorRecord,
  seed: tf.Tensor,
) => Pick<Gathered, "gradients" | "errors"> {
  const gather = buildGather(graph);
  return (before, state, batch, place, statistics, seed) => {
    const { gradients, errors } = gather(state, batch, statistics, seed, place);
    return { gradients: mapTree(gradients, (gradient, name) => tf.add(before[name]!, gradient)), errors };
  };
}

/** What gradients begin with that are added up: zeros. `trained`: all tensors that the optimizer sees. */
export function noGradients(trained: TensorRecord): TensorRecord {
  return mapTree(trained, (weight) => tf.zerosLike(weight));
}

/**
 * A batch in equal parts.
 *
 * @throws {TypeError} where it has another number of pictures than a multiple of `count`
 */
export function partsOf(batch: Batch, count: number): Part[] {
  const [all] = batch.item.shape as [number];
  if (all % count !== 0) {
    throw new TypeError(`Cannot take ${all} pictures apart into ${count} equal parts: train.accumulate is ${count}`);
  }
  const size = all / count;
  return Array.from({ length: count }, (_, i) => ({
    batch: mapTree(batch, (tensor) => tf.slice(tensor, i * size, size)),
    rows: tf.range(i * size, (i + 1) * size, 1, "int32"),
    items: tf.clone(batch.item),
  }));
}

/** What the parts of a batch give together: a sum of objectives is summed up, a mean is the mean of theirs. */
export function gathered(
  graph: Graph,
  state: Learner,
  gradients: TensorRecord,
  errors: readonly LossTerms[],
): Gathered {
  const share = 1 / errors.length;
  const { ofParts } = graph.one("loss").stage;
  return {
    gradients: ofParts === "sum" ? gradients : mapTree(gradients, (sum) => tf.mul(sum, share)),
    errors: mapTree(errors[0]!, (_, name) => tf.mean(tf.stack(errors.map((terms) => terms[name]!)))),
    // Where they change by a step, the graph refuses to take batches apart.
    buffers: { network: state.network.buffers, loss: state.loss?.buffers ?? {} },
  };
}
