/** Gradients to the next training state; gradients that are not finite change nothing. */
import * as tf from "@tensorflow/tfjs";
import { leaves, mapTree, ops, rounded, type Tree } from "../../lib/tensor/mod.ts";
import type { Graph } from "../graph/types.ts";
import type { Course } from "../kinds/optimizer.ts";
import { updatedOthers } from "./averages.ts";
import type { Gathered } from "./gather.ts";
import type { TrainState } from "./states.ts";
import { apart, together } from "./trained.ts";

/** Scalars that say how an update went. A type, so that it is a tree of tensors. */
export type UpdateTerms = {
  /** Length of all gradients together, before anything clips it. NaN or infinite: the step was skipped. */
  gradient_norm: tf.Tensor;
  /** int32: steps skipped since the start, this one among them. */
  skipped: tf.Tensor;
  /** Of this step, where the optimizer tells. */
  learning_rate?: tf.Tensor;
};

/**
 * Gradients → optimizer → average. Where a gradient is NaN or infinite, or all together are too long for float32, weights,
 * buffers, average and what optimizer and loss keep stay as they are; `step` counts, and so does `skipped`.
 */
export function buildUpdate(
  graph: Graph,
): (
  state: TrainState,
  gathered: Pick<Gathered, "gradients" | "buffers">,
  course?: Course,
) => { state: TrainState; update: UpdateTerms } {
  const optimizer = graph.one("optimizer").stage;
  const ema = graph.one("ema").stage;
  return (state, { gradients, buffers }, course) => {
    const norm = ops.lengthOf(gradients);
    const step = tf.add<tf.Scalar>(state.step, tf.scalar(1, "int32"));
    const trainable = together(state.network.trainable, state.loss);
    const { learningRate, ...updated } = optimizer.update({
      ...{ trainable, gradients, state: state.optimizer, step, norm },
      ...(course === undefined ? {} : { course }),
    });
    const after = apart(updated.trainable);
    // Otherwise statistics of earlier versions were others in their last bit: what was computed last is now a choice.
    const statistics = mapTree(buffers.network, (tensor) => rounded(tensor));
    const network = { trainable: after.network, buffers: statistics };
    const next = {
      network,
      average: ema.update(state.average, network, step),
      ...updatedOthers(ema, state.averages, network, step),
      optimizer: updated.state,
      ...(state.loss === undefined ? {} : { loss: { trainable: after.loss, buffers: buffers.loss } }),
    };
    const finite = tf.less(norm, Infinity); // of NaN nothing is less
    const skipped = tf.add(state.skipped, tf.cast(tf.logicalNot(finite), "int32"));
    return {
      state: { ...chosen(finite, next, state), step, skipped },
      update: {
        gradient_norm: norm,
        skipped: tf.clone(skipped),
        ...(learningRate === undefined ? {} : { learning_rate: learningRate }),
      },
    };
  };
}

/** Every tensor of `next` where `condition` is true, and that of `before` under the same path elsewhere. */
function chosen<T extends Tree>(condition: tf.Tensor, next: T, before: Tree): T {
  const old = new Map(leaves(before));
  return mapTree(next, (tensor, path) => {
    const was = old.get(path)!;
    return tensor === was ? tensor : tf.where(condition, tensor, was);
  });
}
