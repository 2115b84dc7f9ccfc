/** Laws of moving averages. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { disposeTree, leaves, type State } from "../../lib/tensor/tree.ts";
import type { Ema } from "../kinds/ema.ts";
import { assertTreesClose, compiled, draws, type Laws, shapesOf } from "./laws.ts";

function network(name: string): State {
  const random = draws([0]).fork(name);
  return {
    trainable: { "a.kernel": tf.reshape(random.fork("kernel").normal([3, 4]), [3, 4]) },
    buffers: { "a.moving_mean": tf.reshape(random.normal([4]), [4]) },
  };
}

function update(ema: Ema, average: State, state: State, step: number): Promise<State> {
  return compiled(
    (average: State, state: State, step) => ema.update(average, state, step as tf.Scalar),
    average,
    state,
    tf.scalar(step, "int32"),
  );
}

export const emaLaws: Laws<"ema"> = {
  "starts with tensors of its own, and the network's values": async ({ create }) => {
    const ema = await create();
    const state = network("network");
    const average = ema.init(state);
    assert.deepEqual(shapesOf(average), shapesOf(state));
    assertTreesClose(average.trainable, state.trainable, 0, "weights");
    disposeTree(state);
    for (const [path, tensor] of leaves(average)) {
      assert.ok(!tensor.isDisposed && tensor.dataSync().every(Number.isFinite), `"${path}" outlives the network's`);
    }
  },
  "stays where the network stays": async ({ create }) => {
    const ema = await create();
    const state = network("network");
    let average = ema.init(state);
    for (const step of [1, 2, 1000]) average = await update(ema, average, state, step);
    assertTreesClose(average, state, 1e-6, "average of a constant");
  },
  "lies between the average before and the network": async ({ create }) => {
    const ema = await create();
    const before = network("before"), state = network("network");
    for (const step of [1, 100, 2 ** 24 + 1]) {
      const after = await update(ema, before, state, step);
      assert.deepEqual(shapesOf(after), shapesOf(state));
      for (const [i, [path, tensor]] of leaves(after).entries()) {
        const [a, b] = [leaves(before)[i]![1].dataSync(), leaves(state)[i]![1].dataSync()];
        const between = (value: number, j: number) =>
          value >= Math.min(a[j]!, b[j]!) - 1e-6 && value <= Math.max(a[j]!, b[j]!) + 1e-6;
        assert.ok(Array.from(tensor.dataSync()).every(between), `"${path}" lies between in step ${step}`);
      }
    }
  },
  "comes nearer to a network that stays": async ({ create }) => {
    const ema = await create();
    const state = network("network");
    const distance = (average: State) =>
      tf.norm(tf.sub(average.trainable["a.kernel"]!, state.trainable["a.kernel"]!)).dataSync()[0]!;
    let average = ema.init(network("before"));
    const before = distance(average);
    for (let step = 1; step <= 10; step++) average = await update(ema, average, state, step);
    assert.ok(distance(average) < before, `${before} falls, not to ${distance(average)}`);
  },
};
