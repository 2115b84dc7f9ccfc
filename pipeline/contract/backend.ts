/** Laws of backends. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { tfjsBackend } from "../../lib/tensor/backend.ts";
import { createRandom, seedTensor } from "../../lib/tensor/random_create.ts";
import { valueAndGrad } from "../../lib/tensor/gradients.ts";
import type { Backend } from "../kinds/backend.ts";
import { assertTreesCloseOnDevice, draws, type Laws, type Subject } from "./laws.ts";

/** Runs with the backend started, and stopped after. */
async function started({ create }: Subject<"backend">, use: (backend: Backend) => Promise<void>): Promise<void> {
  const backend = await create();
  await backend.start();
  tf.engine().startScope();
  try {
    await use(backend);
  } finally {
    tf.engine().endScope(); // before the backend that holds them goes
    await backend.stop();
  }
}

/** A function of trees with more than one result. */
const both = ({ x, y }: { x: tf.Tensor; y: tf.Tensor }) => ({ sum: tf.add(x, y), list: [tf.mul(x, y), tf.neg(x)] });

export const backendLaws: Laws<"backend"> = {
  "starts twice, and says what it is": (subject) =>
    started(subject, async (backend) => {
      await backend.start();
      assert.ok(backend.name.length > 0);
      assert.ok(backend.description.length > 0);
      assert.ok(!backend.description.includes("\n"), "one line");
    }),
  "compiles a function of trees to what the function gives": (subject) =>
    started(subject, async (backend) => {
      const compiled = backend.compile(both, { name: "both" });
      for (const length of [3, 3, 5]) {
        const argument = { x: tf.linspace(0, 1, length), y: tf.linspace(2, 4, length) };
        await assertTreesCloseOnDevice(await compiled(argument), both(argument), 1e-6, `result for ${length} values`);
        assert.ok(!argument.x.isDisposed && !argument.y.isDisposed, "arguments stay");
      }
    }),
  "consumes what it may, and nothing else": (subject) =>
    started(subject, async (backend) => {
      const compiled = backend.compile((x: tf.Tensor, y: tf.Tensor) => tf.add(x, y), { name: "add", donate: [0] });
      const x = tf.tensor1d([1, 2]), y = tf.tensor1d([3, 4]);
      const sum = await compiled(x, y);
      assert.deepEqual([...await sum.data()], [4, 6]);
      assert.ok(x.isDisposed, "a donated argument cannot be used again");
      assert.ok(!y.isDisposed, "another can");
    }),
  "repeats a step as often as it is told, where it has loops": (subject) =>
    started(subject, async (backend) => {
      const step = (
        { x, sum }: { x: tf.Tensor; sum: tf.Tensor },
        tick: { add: tf.Tensor; turn: tf.Tensor },
        factor: tf.Tensor,
      ) => ({ x: tf.add(tf.mul(x, factor), tick.add), sum: tf.add(sum, tick.turn) });
      const repeated = backend.repeat?.(step, { name: "step" });
      if (repeated === undefined) return;
      const ticks = { add: tf.tensor2d([[1, 2], [3, 4], [5, 6]]), turn: tf.tensor1d([0, 1, 2], "int32") };
      const begin = { x: tf.tensor1d([1, 1]), sum: tf.scalar(0, "int32") };
      const factor = tf.scalar(2);
      const middle = await repeated(begin, [0, 2], ticks, factor);
      assert.ok(begin.x.isDisposed && begin.sum.isDisposed, "what is carried is consumed");
      const after = await repeated(middle, [2, 3], ticks, factor);
      await assertTreesCloseOnDevice(
        after,
        { x: tf.tensor1d([23, 30]), sum: tf.scalar(3, "int32") },
        1e-6,
        "result of three turns",
      );
      assert.ok(!ticks.add.isDisposed && !factor.isDisposed, "other arguments stay");
    }),
  "refuses a plain number": (subject) =>
    started(subject, async (backend) => {
      const compiled = backend.compile((x: tf.Tensor) => tf.neg(x), { name: "neg" });
      await assert.rejects(async () => await compiled(3 as never), TypeError);
    }),
  "refuses the reading of values in a compiled function": (subject) =>
    started(subject, async (backend) => {
      const compiled = backend.compile((x: tf.Tensor) => tf.mul(x, x.dataSync()[0]!), { name: "peek" });
      await assert.rejects(async () => await compiled(tf.tensor1d([1])), /peek/);
      const good = backend.compile((x: tf.Tensor) => tf.mul(x, 2), { name: "good" });
      assert.deepEqual([...await (await good(tf.tensor1d([1]))).data()], [2], "and works on afterwards");
    }),
  "compiles a gradient": (subject) =>
    started(subject, async (backend) => {
      const compiled = backend.compile(
        (weights: { w: tf.Tensor }, x: tf.Tensor) =>
          valueAndGrad(({ w }) => ({ loss: tf.sum<tf.Scalar>(tf.square(tf.mul(w!, x))), aux: {} }))(weights).gradients,
        { name: "gradient" },
      );
      const gradients = await compiled({ w: tf.tensor1d([1, 2]) }, tf.tensor1d([3, 4]));
      await assertTreesCloseOnDevice(gradients, { w: tf.tensor1d([18, 64]) }, 1e-6, "gradient of the sum of (w x)²");
    }),
  "draws the bits that every backend draws": (subject) =>
    started(subject, async (backend) => {
      const compiled = backend.compile(
        (seed: tf.Tensor, step: tf.Tensor, items: tf.Tensor) => {
          const random = createRandom({ seed, stream: "contract", step, items });
          return { bits: random.bits([4]), uniform: random.uniform([4]), normal: random.normal([4]) };
        },
        { name: "draw" },
      );
      const key = [seedTensor(1234), tf.scalar(1, "int32"), tf.tensor1d([5, 6], "int32")] as const;
      const drawn = await compiled(...key);
      const values = {
        bits: [...await drawn.bits.data()],
        uniform: [...await drawn.uniform.data()],
        normal: [...await drawn.normal.data()],
      };
      await tfjsBackend("cpu").start();
      const random = draws([5, 6]);
      assert.deepEqual(values.bits, [...random.bits([4]).dataSync()], "bits");
      assert.deepEqual(values.uniform, [...random.uniform([4]).dataSync()], "uniform numbers");
      for (const [i, value] of random.normal([4]).dataSync().entries()) {
        assert.ok(Math.abs(value - values.normal[i]!) < 1e-5, `normal number ${i}`);
      }
    }),
};
