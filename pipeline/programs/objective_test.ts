/** Tests of losses that call the network themselves, and of what networks are called with, on small stages. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import {
  createRandom,
  initializers,
  leaves,
  ops,
  type Random,
  seedTensor,
  type State,
  type Tree,
} from "../../lib/tensor/mod.ts";
import { plugin, z } from "../../plugin.ts";
import type { Loss, LossTools } from "../kinds/loss.ts";
import type { Network, NetworkInput, NetworkMode } from "../kinds/network.ts";
import type { Sampler, SamplerTools } from "../kinds/sampler.ts";
import { cpu, toyGraph, toyStages } from "../run/testing.ts";
import { buildGenerate } from "./generate.ts";
import { pixels } from "./model.ts";
import { type Batch, initialState, upload } from "./states.ts";
import { buildEvaluationStep, buildTrainStep } from "./train_step.ts";

const image = { height: 4, width: 4, channels: 3 };
const half = () => ({ signal: tf.fill([1, 1, 1, 1], 0.6), noise: tf.fill([1, 1, 1, 1], 0.8) });
const [toyNetwork] = toyStages(image).network as [Network];
const [toyLoss] = toyStages(image).loss as [Loss];
const statistics = () => ({ mean: tf.fill([3], 0.5) });
const values = (tree: Tree) => Object.fromEntries(leaves(tree).map(([path, tensor]) => [path, [...tensor.dataSync()]]));
const batchOf = (items: readonly number[]): Batch =>
  upload({
    size: items.length,
    item: Int32Array.from(items),
    image: Uint8Array.from(items.flatMap((item) => Array.from({ length: 48 }, (_, i) => (i * 7 + item * 31) % 256))),
  }, image);

/** A loss that is only what it trains on. */
const lossOf = (train: (tools: LossTools) => tf.Tensor, asks: Loss["asks"] = {}): Loss => ({
  ...toyLoss,
  asks,
  train(tools) {
    const loss = train(tools) as tf.Scalar;
    return { objective: loss, errors: { loss } };
  },
});

/** One training step of a network by a loss: its loss, and the state before and after. */
function stepOf(loss: Loss, network: Network = toyNetwork, at = 0) {
  const graph = toyGraph(image, { loss: [loss], network: [network] });
  const before = { ...initialState(graph), step: tf.scalar(at, "int32") };
  const { state, errors } = buildTrainStep(graph)(before, batchOf([0, 1, 2]), statistics(), seedTensor(1));
  return { loss: errors.loss!.dataSync()[0]!, before, after: state };
}

/** The toy network, half of whose output is dropped in training. */
const dropping = plugin({
  kind: "network",
  name: "dropping",
  summary: "Drops half of its output in training",
  options: z.object({}),
  create: (): Network => ({
    ...toyNetwork,
    apply(state: State, input: NetworkInput, mode: NetworkMode) {
      const { output, buffers } = toyNetwork.apply(state, input, mode);
      const draw = mode.random?.fork("dropout").uniform(image.height === 4 ? [4, 4, 3] : []);
      const kept = draw === undefined ? output : tf.mul(output, tf.cast(tf.greater(draw, 0.5), "float32"));
      return { output: kept as tf.Tensor4D, buffers };
    },
  }),
});

Deno.test("all calls of a step drop the same, those of another step drop other values", async () => {
  await cpu.start();
  const network = dropping.create({ options: {} }) as Network;
  const apart = lossOf(({ images, denoise }) => {
    const [one, other] = [denoise(images, half()), denoise(images, half())];
    const isDropped = ({ noise }: typeof one) => [...noise.dataSync()].map((value) => value === 0);
    assert.deepEqual(isDropped(one), isDropped(other));
    const dropped = isDropped(one).filter(Boolean).length / one.noise.size;
    assert.ok(dropped > 0.3 && dropped < 0.7, `${dropped} is dropped`);
    const free = denoise(images, half(), { average: true }).noise.dataSync();
    assert.ok(free.every((value) => value !== 0), "the average drops nothing");
    return tf.mean(tf.abs(one.noise));
  });
  assert.notEqual(stepOf(apart, network, 1).loss, stepOf(apart, network).loss);
});

Deno.test("a loss that calls the network once, at levels it draws, trains as one whose levels are drawn for it", async () => {
  await cpu.start();
  const drawn: Loss = {
    ...toyLoss,
    levels: (_, batch) => ({ signal: tf.fill([batch, 1, 1, 1], 0.6), noise: tf.fill([batch, 1, 1, 1], 0.8) }),
  };
  const noises: tf.Tensor4D[] = [];
  const plain = stepOf({
    ...drawn,
    measure(predicted, target) {
      noises.push(tf.keep(tf.clone(target.noise)));
      return toyLoss.measure(predicted, target);
    },
  });
  const own = stepOf(lossOf(({ images, denoise }) => {
    const noise = noises[0]!; // the loss would draw its own
    const noisy = tf.add<tf.Tensor4D>(tf.mul(0.6, images), tf.mul(0.8, noise));
    const { features: _, ...predicted } = denoise(noisy, half());
    return toyLoss.measure(predicted, { ...predicted, noise }).objective;
  }));
  assert.ok(Math.abs(own.loss - plain.loss) < 1e-6);
  for (const [path, numbers] of Object.entries(values(plain.after))) {
    values(own.after)[path]!.forEach((value, i) => assert.ok(Math.abs(value - numbers[i]!) < 1e-6, path));
  }
});

Deno.test("running statistics pass through all calls by the weights, whatever is tidied between them", async () => {
  await cpu.start();
  const call = ({ images, denoise }: LossTools) => tf.tidy(() => tf.mean(tf.square(denoise(images, half()).noise)));
  const once = stepOf(lossOf(call)), twice = stepOf(lossOf((tools) => tf.add(call(tools), call(tools))));
  const [start, one, two] = [once.before, once.after, twice.after].map((
    { network },
  ) => [...network.buffers.mean!.dataSync()]);
  two!.forEach((value, i) => {
    const gathered = (one![i]! - start![i]! * 0.9) / 0.1; // what a call adds: the same pictures each time
    assert.ok(Math.abs(value - (0.9 * one![i]! + 0.1 * gathered)) < 1e-6);
  });
});

Deno.test("a gradient passes through calls by the weights, and neither through the average nor where there is to be none", async () => {
  await cpu.start();
  const moved = (train: (tools: LossTools) => tf.Tensor) => {
    const { before, after } = stepOf(lossOf(train));
    const [was, is] = [before, after].map(({ network }) => [...network.trainable.kernel!.dataSync()]);
    return is!.some((value, i) => value !== was![i]);
  };
  const error = (tools: LossTools, options = {}) =>
    tf.mean(tf.square(tools.denoise(tools.images, half(), options).noise));
  assert.equal(moved((tools) => error(tools)), true);
  assert.equal(moved((tools) => error(tools, { average: true })), false);
  assert.equal(moved((tools) => ops.withoutGradient(() => error(tools))), false);
  assert.equal(moved((tools) => tf.add(error(tools), ops.withoutGradient(() => error(tools)))), true);
});

Deno.test("a step frees what calls of the network have kept", async () => {
  await cpu.start();
  const loss = lossOf((tools) => tf.mean(tf.square(tools.denoise(tools.images, half()).noise)));
  const graph = toyGraph(image, { loss: [loss] });
  const step = cpu.compile(buildTrainStep(graph), { name: "train" });
  const [state, batch, given, seed] = [initialState(graph), batchOf([0, 1]), statistics(), seedTensor(1)];
  const count = () => tf.memory().numTensors;
  const before = count();
  const result = await step(state, batch, given, seed);
  assert.equal(count() - before, leaves(result).length);
});

/** A network that answers with what it is told besides the image. */
const telling: Network = {
  offers: { jump: true, condition: image, features: ["inside"] },
  init: () => ({ trainable: { scale: initializers.ones([1]) }, buffers: {} }),
  apply({ trainable, buffers }, { image, level, to, condition }, { features = [] }) {
    const told = tf.mul(trainable.scale!, tf.add(condition ?? tf.zerosLike(image), to ?? level));
    return {
      output: told as tf.Tensor4D,
      buffers,
      ...(features.length === 0
        ? {}
        : { features: Object.fromEntries(features.map((name) => [name, tf.mul(image, 2)])) }),
    };
  },
};

Deno.test("a loss hands the network a second level and pictures to go by, and gets features", async () => {
  await cpu.start();
  const to = () => ({ signal: tf.fill([3, 1, 1, 1], 0.8), noise: tf.fill([3, 1, 1, 1], 0.6) });
  const asks = { jump: true, condition: true, features: ["inside"] };
  const loss = lossOf(({ images, denoise }) => {
    const { noise, features } = denoise(images, half(), { to: to(), condition: images, features: ["inside"] });
    const expected = [...images.dataSync()].map((value) => Math.fround(value + Math.fround(0.36)));
    [...noise.dataSync()].forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-6));
    assert.deepEqual([...features.inside!.dataSync()], [...images.dataSync()].map((value) => 2 * value));
    return tf.mean(noise);
  }, asks);
  stepOf(loss, telling);
  for (
    const [options, says] of [
      [{ to: to() }, "jump: true"],
      [{ condition: tf.zeros<tf.Rank.R4>([3, 4, 4, 3]) }, "condition: true"],
      [{ features: ["inside"] }, 'features: ["inside"]'],
    ] as const
  ) {
    const unsaid = lossOf(({ images, denoise }) => tf.mean(denoise(images, half(), options).noise));
    assert.throws(() => stepOf(unsaid, telling), {
      message: RegExp(`asks: \\{ ${says.replace(/[[\]]/g, "\\$&")} \\}`),
    });
  }
});

/** Steps from noise to image at once. */
const oneStep = (step: (image: tf.Tensor4D, tools: SamplerTools) => { image: tf.Tensor4D; signal: tf.Tensor4D }) =>
  plugin({
    kind: "sampler",
    name: "one-step",
    summary: "One step from noise to image",
    options: z.object({}),
    create: (): Sampler => ({
      steps: 1,
      order: 1,
      stochastic: false,
      evaluationsPerStep: 1,
      asks: { jump: true },
      plan: () => [[0.6, 0.8]],
      init: (noise) => ({ image: noise }),
      step({ image: noisy }, _, tools) {
        const { image, signal } = step(noisy, tools);
        return { state: { image }, signal };
      },
    }),
  }).create({ options: { clip: false } }) as Sampler;

Deno.test("a sampler jumps by one evaluation, and the network is told the level that it jumps to", async () => {
  await cpu.start();
  const pictures = async (sampler: Sampler, network = telling) => {
    const graph = toyGraph(image, { sampler: [sampler], network: [network] });
    const generate = buildGenerate(cpu, graph, graph.all("sampler")[0]!);
    const state = initialState(graph).network;
    const [images] = await Array.fromAsync(generate({ state, statistics: statistics(), seed: 1, items: [0, 1] }));
    return [...images!.dataSync()];
  };
  const clean = { signal: tf.fill([1, 1, 1, 1], 1), noise: tf.zeros([1, 1, 1, 1]) };
  const jumped = await pictures(oneStep((noisy, { jump }) => {
    const { image } = jump!(noisy, half(), clean);
    return { image, signal: image };
  }));
  // It predicts the noise power that it is told, here 0: all of the image is signal then.
  const expected = await pictures(oneStep((noisy) => {
    const signal = tf.div<tf.Tensor4D>(noisy, 0.6);
    return { image: signal, signal };
  }));
  jumped.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-6));
  const without = oneStep((image, { jump }) => {
    assert.equal(jump, undefined, "networks that offer no jump give none");
    return { image, signal: image };
  });
  await pictures(without, toyNetwork);
});

/** A loss that scales its error by a weight of its own, counts the pictures that it has seen, and reads both. */
const keeping: Loss = {
  ...toyLoss,
  init: (random) => ({
    trainable: { scale: tf.add(1, tf.mul(0.1, tf.reshape(random.fork("scale").normal([1]), [1]))) },
    buffers: { seen: tf.scalar(0) },
  }),
  levels: (random, batch, context) =>
    context === undefined ? toyLoss.levels(random, batch) : {
      signal: tf.fill([batch, 1, 1, 1], 0.6),
      noise: tf.mul(tf.fill([batch, 1, 1, 1], 0.8), tf.onesLike(context.state.buffers.seen!)),
    },
  measure(predicted, target, rates, context) {
    const { objective, errors } = toyLoss.measure(predicted, target, rates);
    if (context === undefined) return { objective, errors };
    const { trainable: { scale }, buffers: { seen } } = context.state;
    return {
      objective: tf.mul(objective, tf.square(tf.squeeze(scale!))),
      errors,
      buffers: { seen: tf.add(seen!, target.noise.shape[0]) },
    };
  },
};

Deno.test("what a loss keeps is drawn once, trained with the network, and its buffers are those that it returns", async () => {
  await cpu.start();
  const graph = toyGraph(image, { loss: [keeping] });
  let state = initialState(graph);
  const scale = () => state.loss!.trainable.scale!.dataSync()[0]!;
  const start = scale();
  assert.deepEqual(values(initialState(graph)), values(state));
  assert.ok(
    "momentum" in state.optimizer === false && "loss/scale" in state.optimizer,
    "the optimizer has its moments",
  );
  assert.ok(!leaves(state.average).some(([path]) => path.includes("scale")), "it is not averaged");
  const step = cpu.compile(buildTrainStep(graph), { name: "train", donate: [0] });
  for (let i = 0; i < 3; i++) ({ state } = await step(state, batchOf([0, 1, 2]), statistics(), seedTensor(1)));
  assert.notEqual(scale(), start);
  assert.deepEqual([...state.loss!.buffers.seen!.dataSync()], [9]);
  assert.deepEqual(leaves(state).map(([path]) => path), leaves(initialState(graph)).map(([path]) => path));
});

Deno.test("a loss that keeps nothing leaves the state as it is", async () => {
  await cpu.start();
  assert.ok(!("loss" in initialState(toyGraph())));
});

Deno.test("a loss that trains by itself gets what it keeps", async () => {
  await cpu.start();
  const own = (tools: LossTools) => {
    const { scale } = tools.state.trainable;
    return tf.mul(tf.mean(tf.square(tools.denoise(tools.images, half()).noise)), tf.squeeze(scale!));
  };
  const { before, after } = stepOf({ ...lossOf(own), init: keeping.init! });
  const scale = ({ loss }: typeof after) => loss!.trainable.scale!.dataSync()[0]!;
  assert.notEqual(scale(after), scale(before));
  assert.deepEqual([...after.loss!.buffers.seen!.dataSync()], [0], "buffers that it does not return stay");
  const none = stepOf(lossOf(({ state, images, denoise }) => {
    assert.deepEqual(state, { trainable: {}, buffers: {} });
    return tf.mean(tf.square(denoise(images, half()).noise));
  }));
  assert.ok(!("loss" in none.after));
});

Deno.test("in training the network is told what augmentations did to each picture, all of them in order, elsewhere nothing", async () => {
  await cpu.start();
  const brighter = (numbers: number) => ({
    shape: (input: typeof image) => input,
    apply: (images: tf.Tensor4D, { random, training }: { random: Random; training: boolean }) =>
      training ? tf.add<tf.Tensor4D>(images, tf.mul(random.uniform([1, 1, 1]), 0.1)) : images,
    tells: { numbers, of: (random: Random) => tf.tile(random.uniform([1]), [1, numbers]) as tf.Tensor2D },
  });
  const seen: (number[][] | undefined)[] = [];
  const listening: Network = {
    ...toyNetwork,
    apply(state, input, mode) {
      seen.push(input.augment?.arraySync());
      return toyNetwork.apply(state, input, mode);
    },
  };
  const graph = toyGraph(image, { network: [listening], augmentation: [brighter(1), brighter(2)] });
  const state = initialState(graph);
  const step = buildTrainStep(graph);
  const toldIn = (items: readonly number[]) => {
    seen.length = 0;
    step(state, batchOf(items), statistics(), seedTensor(1));
    return [...seen];
  };
  const [told] = toldIn([0, 1, 2]);
  assert.deepEqual(told!.map((numbers) => numbers.length), [3, 3, 3]);
  assert.ok(told!.every(([a, b, c]) => a !== b && b === c), "each stage has draws of its own");
  assert.deepEqual(toldIn([2])[0], [told![2]], "a picture's are its own");
  // The very draws of `apply`: black pictures come out as bright as is told.
  const random = createRandom({
    seed: seedTensor(1),
    stream: "train",
    step: state.step,
    items: tf.tensor1d([0, 1, 2], "int32"),
  });
  const black = { ...batchOf([0, 1, 2]), image: tf.zerosLike(batchOf([0, 1, 2]).image) };
  const bright = tf.mean(pixels(graph, black, random, true), [1, 2, 3]).arraySync() as number[];
  bright.forEach((value, i) => assert.ok(Math.abs(value - 0.1 * (told![i]![0]! + told![i]![1]!)) < 1e-6));
  seen.length = 0;
  buildEvaluationStep(graph)(state.average, batchOf([0]), statistics(), seedTensor(1));
  assert.deepEqual(seen, [undefined], "validation");
  for await (
    const _ of buildGenerate(cpu, graph, graph.all("sampler")[0]!)({
      ...{ state: state.average, statistics: statistics(), seed: 1, items: [0, 1], batch: 2 },
    })
  ) { /* pictures */ }
  assert.ok(seen.length > 1 && seen.every((told) => told === undefined), "samples");
});
