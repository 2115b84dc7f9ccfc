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

/** An average and those that are kept beside it. */
function allOf(ema: Ema): Ema[] {
  return [ema, ...Object.values(ema.others ?? {})];
}

/** Zeros with a one. */
function oneAt(place: number, length: number): tf.Tensor {
  return tf.tensor1d(Array.from({ length }, (_, i) => i === place ? 1 : 0));
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
    const state = network("network");
    for (const ema of allOf(await create())) {
      let average = ema.init(state);
      for (const step of [1, 2, 1000]) average = await update(ema, average, state, step);
      assertTreesClose(average, state, 1e-6, "average of a constant");
    }
  },
  "lies between the average before and the network": async ({ create }) => {
    const before = network("before"), state = network("network");
    for (
      const [ema, step] of allOf(await create()).flatMap((ema) => [1, 100, 2 ** 24 + 1].map((n) => [ema, n] as const))
    ) {
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
  "names its averages apart, so that each can be a folder": async ({ create }) => {
    const ema = await create();
    const names = [ema.name ?? "", ...Object.keys(ema.others ?? {})];
    assert.equal(new Set(names).size, names.length, `${names} differ`);
    for (const name of names.slice(ema.name === undefined ? 1 : 0)) assert.match(name, /^[\w.-]+$/);
    for (const other of Object.values(ema.others ?? {})) assert.equal(other.others, undefined, "others have no others");
  },
  "weighs the training by the power function that it says": async ({ create }) => {
    const steps = 24;
    for (const ema of allOf(await create())) {
      const { exponent } = ema;
      if (exponent === undefined) continue;
      assert.ok(exponent >= 0, `the exponent is ${exponent}`);
      // The network is one in a place of its own after each step: the average shows what each step counts.
      const after = (step: number): State => ({ trainable: { w: oneAt(step - 1, steps) }, buffers: {} });
      let average = ema.init({ trainable: { w: tf.zeros([steps]) }, buffers: {} });
      for (let step = 1; step <= steps; step++) average = await update(ema, average, after(step), step);
      const share = (step: number) => (step / steps) ** (exponent + 1);
      average.trainable.w!.dataSync().forEach((weight, i) => {
        const expected = share(i + 1) - share(i);
        assert.ok(Math.abs(weight - expected) < 1e-6, `step ${i + 1} counts ${weight}, not ${expected}`);
      });
    }
  },
};
