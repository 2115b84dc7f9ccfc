/** Tests of the training step and its relatives, on small stages. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { disposeTree, leaves, seedTensor, type Tree } from "../../lib/tensor/mod.ts";
import { addNoise } from "./model.ts";
import { type Batch, initialState, type TrainState, upload } from "./states.ts";
import { cpu, toyGraph } from "../run/testing.ts";
import { buildEvaluationStep, buildTrainStep, buildZeroOutputLoss } from "./train_step.ts";

const shape = { height: 4, width: 4, channels: 3 };
const pictureBytes = 48;
const batchOf = (items: readonly number[]): Batch =>
  upload({
    size: items.length,
    item: Int32Array.from(items),
    image: Uint8Array.from(
      items.flatMap((item) => Array.from({ length: pictureBytes }, (_, i) => (i * 7 + item * 31) % 256)),
    ),
  }, shape);
const statistics = () => ({ mean: tf.fill([3], 0.5) });
const values = (tree: Tree) => Object.fromEntries(leaves(tree).map(([path, tensor]) => [path, [...tensor.dataSync()]]));

async function train(steps: number, from?: TrainState): Promise<TrainState> {
  const graph = toyGraph();
  const step = cpu.compile(buildTrainStep(graph), { name: "train", donate: [0] });
  let state = from ?? initialState(graph);
  for (let i = 0; i < steps; i++) {
    const at = state.step.dataSync()[0]!;
    const result = await step(state, batchOf([3 * at, 3 * at + 1, 3 * at + 2]), statistics(), seedTensor(42));
    disposeTree([result.errors, result.update]);
    state = result.state;
  }
  return state;
}

Deno.test("the training step lowers the loss, counts steps as int32 and moves weights, buffers and average", async () => {
  await cpu.start();
  const graph = toyGraph();
  const step = buildTrainStep(graph);
  let state = initialState(graph);
  const before = values(state);
  const losses: number[] = [];
  for (let i = 0; i < 60; i++) {
    const result = step(state, batchOf([0, 1, 2, 3]), statistics(), seedTensor(1));
    losses.push(result.errors.loss!.dataSync()[0]!);
    state = result.state;
  }
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  assert.ok(mean(losses.slice(-10)) < 0.8 * mean(losses.slice(0, 10)), String(losses));
  assert.equal(state.step.dtype, "int32");
  assert.deepEqual([...state.step.dataSync()], [60]);
  const after = values(state);
  assert.deepEqual(Object.keys(after), Object.keys(before), "a step keeps names and order");
  assert.deepEqual(after.skipped, [0]);
  const moved = Object.keys(after).filter((path) => path !== "skipped");
  for (const path of moved) assert.notDeepEqual(after[path], before[path], path);
});

Deno.test("the training step gives the same bits whether it is run in one go or in two", async () => {
  await cpu.start();
  const whole = values(await train(6));
  const half = await train(3);
  assert.deepEqual(values(await train(3, half)), whole);
});

Deno.test("the training step frees what it used and consumes the donated state", async () => {
  await cpu.start();
  const graph = toyGraph();
  const step = cpu.compile(buildTrainStep(graph), { name: "train", donate: [0] });
  let state = initialState(graph);
  const [batch, given, seed] = [batchOf([0, 1]), statistics(), seedTensor(1)];
  const one = await step(state, batch, given, seed);
  disposeTree([one.errors, one.update]);
  assert.ok(leaves(state).every(([, tensor]) => tensor.isDisposed));
  state = one.state;
  const count = tf.memory().numTensors;
  for (let i = 0; i < 3; i++) {
    const result = await step(state, batch, given, seed);
    disposeTree([result.errors, result.update]);
    state = result.state;
  }
  assert.equal(tf.memory().numTensors, count);
});

Deno.test("the draws of a picture depend on its item, the step and the seed alone", async () => {
  await cpu.start();
  const graph = toyGraph();
  const evaluate = buildEvaluationStep(graph);
  const { average } = initialState(graph);
  const run = (items: number[], seed = 9) => {
    const { target } = evaluate(average, batchOf(items), statistics(), seedTensor(seed));
    return target.noise.arraySync() as number[][][][];
  };
  const together = run([5, 6, 7]);
  assert.deepEqual(run([7])[0], together[2]);
  assert.deepEqual(run([6, 5])[1], together[0]);
  assert.deepEqual(run([5, 6, 7]), together, "the same every time");
  assert.notDeepEqual(run([5, 6, 7], 10), together);
  assert.notDeepEqual(together[0], together[1]);
});

Deno.test("buildEvaluationStep() uses pictures without augmentation and the average weights", async () => {
  await cpu.start();
  const graph = toyGraph();
  const state = initialState(graph);
  const evaluate = buildEvaluationStep(graph);
  const batch = batchOf([1, 2]);
  const { real, predicted, target } = evaluate(state.average, batch, statistics(), seedTensor(3));
  assert.deepEqual([...real.dataSync()], [...tf.div(tf.cast(batch.image, "float32"), 255).dataSync()]);
  assert.deepEqual(predicted.noise.shape, [2, 4, 4, 3]);
  assert.deepEqual([...target.signal.dataSync()], [...tf.mul(tf.sub(real, 0.5), 2).dataSync()]);
  const other = { trainable: { ...state.average.trainable, bias: tf.ones([3]) }, buffers: state.average.buffers };
  assert.notDeepEqual(
    [...evaluate(other, batch, statistics(), seedTensor(3)).predicted.noise.dataSync()],
    [...predicted.noise.dataSync()],
  );
});

Deno.test("addNoise() keeps the relations between image, noise and velocity", async () => {
  await cpu.start();
  const graph = toyGraph();
  const random = (await import("../../lib/tensor/mod.ts")).createRandom({
    seed: seedTensor(1),
    stream: "test",
    step: tf.scalar(0, "int32"),
    items: tf.tensor1d([0, 1], "int32"),
  });
  const images = tf.randomNormal<tf.Rank.R4>([2, 4, 4, 3]);
  const { noisy, rates: { signal, noise }, target } = addNoise(graph, images, random);
  const far = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;
  assert.ok(far(tf.sub(tf.mul(signal, noisy), tf.mul(noise, target.velocity)), images) < 1e-5, "signal from velocity");
  assert.ok(
    far(tf.add(tf.mul(noise, noisy), tf.mul(signal, target.velocity)), target.noise) < 1e-5,
    "noise from velocity",
  );
});

Deno.test("buildZeroOutputLoss() is sqrt(2 / pi) for the mean absolute error of noise", async () => {
  await cpu.start();
  const zero = buildZeroOutputLoss(toyGraph());
  const items = Array.from({ length: 512 }, (_, i) => i);
  const [loss] = zero(batchOf(items), statistics(), seedTensor(0)).dataSync();
  assert.ok(Math.abs(loss! - Math.sqrt(2 / Math.PI)) < 0.01, String(loss)); // 24,576 draws: deviation 0.0038
});
