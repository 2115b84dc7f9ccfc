/** Laws of optimizers. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import { assertFinite, assertTreesClose, compiled, draws, type Laws, scalarValue, shapesOf } from "./laws.ts";
import type { Optimizer } from "../kinds/optimizer.ts";

/** Weights, drawn. */
function weights(name: string): TensorRecord {
  const random = draws([0]).fork(name);
  return {
    "a.kernel": tf.reshape(random.fork("a").normal([3, 4]), [3, 4]),
    "a.bias": tf.reshape(random.normal([4]), [4]),
  };
}

/** One update, as in a compiled step. */
function update(
  optimizer: Optimizer,
  trainable: TensorRecord,
  gradients: TensorRecord,
  state: TensorRecord,
  step: number,
) {
  return compiled(
    (trainable: TensorRecord, gradients: TensorRecord, state: TensorRecord, step) =>
      optimizer.update({
        ...{ trainable, gradients, state, step: step as tf.Scalar },
        course: { steps: tf.scalar(100, "int32"), epochSteps: tf.scalar(10, "int32") },
      }),
    trainable,
    gradients,
    state,
    tf.scalar(step, "int32"),
  );
}

export const optimizerLaws: Laws<"optimizer"> = {
  "keeps names and shapes": async ({ create }) => {
    const optimizer = await create();
    const trainable = weights("weights"), state = optimizer.init(trainable);
    const after = await update(optimizer, trainable, weights("gradients"), state, 1);
    assert.deepEqual(shapesOf(after.trainable), shapesOf(trainable));
    assert.deepEqual(shapesOf(after.state), shapesOf(state));
    assertFinite(after, "result");
  },
  "does the same twice": async ({ create }) => {
    const optimizer = await create();
    const trainable = weights("weights"), gradients = weights("gradients"), state = optimizer.init(trainable);
    const both = [
      await update(optimizer, trainable, gradients, state, 3),
      await update(optimizer, trainable, gradients, state, 3),
    ];
    assertTreesClose(both[0]!, both[1]!, 0, "result");
  },
  "goes downhill": async ({ create }) => {
    const optimizer = await create();
    const height = (trainable: TensorRecord) =>
      Object.values(trainable).reduce((sum, weight) => sum + scalarValue(tf.sum(tf.square(tf.sub(weight, 2)))), 0);
    let trainable = weights("weights"), state = optimizer.init(trainable);
    const before = height(trainable);
    for (let step = 1; step <= 20; step++) {
      const gradients = Object.fromEntries(
        Object.entries(trainable).map(([name, weight]) => [name, tf.mul(2, tf.sub(weight, 2))]),
      );
      ({ trainable, state } = await update(optimizer, trainable, gradients, state, step));
    }
    const after = height(trainable);
    assert.ok(after < before, `twenty steps lower ${before} to ${after}`);
  },
  "takes steps beyond those that float32 can count": async ({ create }) => {
    const optimizer = await create();
    const trainable = weights("weights");
    const after = await update(optimizer, trainable, weights("gradients"), optimizer.init(trainable), 2 ** 24 + 1);
    assertFinite(after, "result");
  },
};
