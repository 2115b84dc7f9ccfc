/** What a training step differentiates: one prediction at levels that the loss draws, or what the loss makes of the network itself. */
import * as tf from "@tensorflow/tfjs";
import { disposeTree, mapTree, type Random, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Rates } from "../kinds/common.ts";
import type { DenoiseOptions, Loss, Measured } from "../kinds/loss.ts";
import { addNoise, predict } from "./model.ts";
import { measuredBy } from "./statistics.ts";

/** What is trained on. */
export interface Lesson {
  /** Normalised, `[batch, height, width, channels]`. */
  readonly images: tf.Tensor4D;
  /** int32 `[batch]`, where the dataset has labels. */
  readonly label: tf.Tensor | undefined;
  /** What augmentations did to each, `[batch, numbers]`, where they tell. */
  readonly augment?: tf.Tensor2D | undefined;
  /** The average of the weights. */
  readonly average: State;
  /** What the loss keeps; empty where it keeps nothing. */
  readonly own: State;
  /** Where the images are a part of a batch: its rows, and the draws for all of it. Levels may be drawn for all of it. */
  readonly whole?: { readonly rows: tf.Tensor1D; readonly size: number; readonly random: Random } | undefined;
  /** Of the training pictures. */
  readonly statistics: TensorRecord;
  /** Updates before this one, int32. */
  readonly step: tf.Tensor;
  readonly random: Random;
}

/** The objective as a function of the network and of the loss's own tensors, and the buffers of both after it. */
export type Objective = (network: State, own: TensorRecord) => Omit<Measured, "buffers"> & Buffers;

/** Buffers after a step. */
type Buffers = { buffers: { network: TensorRecord; loss: TensorRecord } };

/** The objective of a batch. What does not depend on the weights is computed here, outside the gradient. */
export function objectiveOf(graph: Graph, lesson: Lesson): Objective {
  const loss = graph.one("loss").stage;
  const { images, label, augment, average, own: { buffers: kept }, step, statistics, random } = lesson;
  const measured = measuredBy(statistics);
  const training = { training: true, random: random.fork("network") };
  if (loss.train === undefined) {
    const levels = levelsOf(loss, lesson, measured);
    const { target, ...noisy } = addNoise(graph, images, random, levels);
    return (network, own) => {
      const { components, buffers } = predict(graph, network, { ...noisy, label, augment, statistics }, training);
      const context = { state: { trainable: own, buffers: kept }, measured };
      const { buffers: after = kept, ...found } = loss.measure(components, target, noisy.rates, context);
      return { ...found, buffers: { network: buffers, loss: after } };
    };
  }
  const labels = label === undefined ? {} : { labels: label as tf.Tensor1D };
  return ({ trainable, buffers: before }, own) => {
    let buffers = before;
    const copies: TensorRecord[] = [];
    const denoise = (noisy: tf.Tensor4D, rates: Rates, options: DenoiseOptions = {}) => {
      const { average: byAverage = false, features: names, to, condition } = options;
      checkAsked(loss, options);
      const question = { noisy, rates, label, augment, to, condition, statistics };
      const mode = {
        ...(byAverage ? { training: false } : training),
        ...(names === undefined ? {} : { features: names }),
      };
      const answer = predict(graph, byAverage ? average : { trainable, buffers }, question, mode);
      // Running statistics of all calls, one after the other; kept, because the loss may tidy up after a call.
      if (!byAverage) copies.push(buffers = mapTree(answer.buffers, (tensor) => tf.keep(tf.clone(tensor))));
      return { ...answer.components, features: answer.features };
    };
    const levels = () => levelsOf(loss, lesson, measured);
    const ofLoss = { random: random.fork("loss"), state: { trainable: own, buffers: kept }, measured };
    const tools = { images, ...labels, denoise, levels, step: step as tf.Scalar, ...ofLoss };
    const { buffers: after = kept, ...found } = loss.train!(tools);
    const running = mapTree(buffers, (tensor) => tf.clone(tensor));
    disposeTree(copies);
    return { ...found, buffers: { network: running, loss: after } };
  };
}

/** The noise levels of the images, which do not depend on whether the batch was taken apart. */
function levelsOf(loss: Loss, { images, random, own, whole }: Lesson, measured: TensorRecord): Rates {
  const context = { state: own, measured };
  if (whole === undefined) return loss.levels(random.fork("levels"), images.shape[0], context);
  const all = loss.levels(whole.random.fork("levels"), whole.size, context);
  return mapTree(all, (rates) => tf.gather(rates, whole.rows));
}

/** Refuses what the graph has not checked, because the loss does not say that it does it. */
function checkAsked({ asks = {} }: Loss, { features = [], to, condition }: DenoiseOptions): void {
  const [what, fix] = to !== undefined && !asks.jump
    ? ["a level to jump to", "jump: true"]
    : condition !== undefined && !asks.condition
    ? ["pictures to go by", "condition: true"]
    : features.some((name) => !asks.features?.includes(name))
    ? [`features ${features.join(", ")}`, `features: ${JSON.stringify(features)}`]
    : [];
  if (what !== undefined) throw new TypeError(`Cannot give the network ${what}: let the loss say so, asks: { ${fix} }`);
}
