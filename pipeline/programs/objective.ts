/** What a training step differentiates: one prediction at levels that the loss draws, or what the loss makes of the network itself. */
import * as tf from "@tensorflow/tfjs";
import { disposeTree, mapTree, type Random, type State, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Rates } from "../kinds/common.ts";
import type { DenoiseOptions, Loss, Measured } from "../kinds/loss.ts";
import { addNoise, predict } from "./model.ts";

/** What is trained on. */
export interface Lesson {
  /** Normalised, `[batch, height, width, channels]`. */
  readonly images: tf.Tensor4D;
  /** int32 `[batch]`, where the dataset has labels. */
  readonly label: tf.Tensor | undefined;
  /** The average of the weights. */
  readonly average: State;
  readonly random: Random;
}

/** The objective as a function of the network, and the buffers after it. */
export type Objective = (network: State) => Measured & { buffers: TensorRecord };

/** The objective of a batch. What does not depend on the weights is computed here, outside the gradient. */
export function objectiveOf(graph: Graph, lesson: Lesson): Objective {
  const loss = graph.one("loss").stage;
  const { images, label, average, random } = lesson;
  const training = { training: true, random: random.fork("network") };
  if (loss.train === undefined) {
    const { target, ...noisy } = addNoise(graph, images, random);
    return (network) => {
      const { components, buffers } = predict(graph, network, { ...noisy, label }, training);
      return { ...loss.measure(components, target, noisy.rates), buffers };
    };
  }
  const labels = label === undefined ? {} : { labels: label as tf.Tensor1D };
  return ({ trainable, buffers: before }) => {
    let buffers = before;
    const kept: TensorRecord[] = [];
    const denoise = (noisy: tf.Tensor4D, rates: Rates, options: DenoiseOptions = {}) => {
      const { average: byAverage = false, features: names, to, condition } = options;
      checkAsked(loss, options);
      const question = { noisy, rates, label, to, condition };
      const mode = {
        ...(byAverage ? { training: false } : training),
        ...(names === undefined ? {} : { features: names }),
      };
      const answer = predict(graph, byAverage ? average : { trainable, buffers }, question, mode);
      // Running statistics of all calls, one after the other; kept, because the loss may tidy up after a call.
      if (!byAverage) kept.push(buffers = mapTree(answer.buffers, (tensor) => tf.keep(tf.clone(tensor))));
      return { ...answer.components, features: answer.features };
    };
    const measured = loss.train!({ images, ...labels, denoise, random: random.fork("loss") });
    const after = mapTree(buffers, (tensor) => tf.clone(tensor));
    disposeTree(kept);
    return { ...measured, buffers: after };
  };
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
