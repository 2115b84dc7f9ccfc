/** Tests of generating images, on small stages. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { seedTensor } from "../../lib/tensor/mod.ts";
import { buildGenerate, type GenerateOptions } from "./generate.ts";
import { initialNoise } from "./noise.ts";
import { initialState } from "./states.ts";
import { cpu, toyGraph, toySampler, toyStages } from "../run/testing.ts";

const shape = { height: 4, width: 4, channels: 3 };
const items = Array.from({ length: 64 }, (_, i) => i);

async function images(
  options: Partial<GenerateOptions> = {},
  graph = toyGraph(shape, { sampler: [toySampler(5, { fresh: 0.1 })] }),
): Promise<number[][]> {
  await cpu.start();
  const generate = buildGenerate(cpu, graph, graph.sampler("toy"));
  const { average } = initialState(graph);
  const all: number[][] = [];
  const before = tf.memory().numTensors;
  const statistics = { mean: tf.fill([3], 0.5) };
  for await (const batch of generate({ state: average, statistics, seed: 7, items, ...options })) {
    for (let i = 0; i < batch.shape[0]; i++) all.push([...tf.slice(batch, i, 1).dataSync()]);
    batch.dispose();
  }
  statistics.mean.dispose();
  assert.equal(tf.memory().numTensors - before, all.length, "generate() frees what it made (the test's slices stay)");
  return all;
}

Deno.test("generate() gives each image for its seed and item, whatever the batch", async () => {
  const together = await images({ batch: 64 });
  assert.equal(together.length, 64);
  for (const options of [{ batch: 1 }, { batch: 10 }, { batch: 100 }]) {
    const apart = await images(options);
    assert.equal(apart.length, 64);
    for (const [i, image] of apart.entries()) {
      for (const [j, value] of image.entries()) assert.ok(Math.abs(value - together[i]![j]!) < 1e-4, `image ${i}`);
    }
  }
  assert.deepEqual(await images({ items: [63] }), [together[63]]);
  assert.notDeepEqual(await images({ items: [63], seed: 8 }), [together[63]]);
  assert.equal(new Set(together.map(String)).size, 64, "no two images are the same");
});

Deno.test("generate() tells once that images hold NaN, also where pictures would hide it", async () => {
  const sampler = toySampler(3);
  const graph = (value: number) =>
    toyGraph(shape, {
      sampler: [{
        ...sampler,
        step: (...given) => ({
          ...sampler.step(...given),
          signal: tf.fill([given[0].image.shape[0]!, 4, 4, 3], value),
        }),
      }],
      normalizer: [{ ...toyStages(shape).normalizer[0]!, denormalize: (_, images) => tf.zerosLike(images) }],
    });
  for (const [value, times] of [[NaN, 1], [Infinity, 1], [0.5, 0]] as const) {
    let told = 0;
    await images({ items: [0, 1, 2, 3], batch: 2, notFinite: () => void told++ }, graph(value));
    assert.equal(told, times, String(value));
  }
});

Deno.test("generate() draws again in each step of a stochastic sampler", async () => {
  const drawn: number[][] = [];
  const sampler = toySampler(3);
  const graph = toyGraph(shape, {
    sampler: [{
      ...sampler,
      step(state, row, tools) {
        const random = tools.random.normal([4, 4, 3]) as tf.Tensor4D;
        return { ...sampler.step(state, row, tools), signal: random };
      },
    }],
    normalizer: [{
      ...toyStages(shape).normalizer[0]!,
      denormalize: (_, images) => tf.clone(images),
    }],
  });
  for (const steps of [1, 2, 3]) {
    const plan = sampler.plan().slice(0, steps);
    const cut = toyGraph(shape, {
      normalizer: graph.all("normalizer").map(({ stage }) => stage),
      sampler: [{ ...graph.sampler("toy").stage, steps, plan: () => plan }],
    });
    drawn.push((await images({ items: [0] }, cut))[0]!);
  }
  assert.equal(new Set(drawn.map(String)).size, 3);
});

Deno.test("generate() clips predicted signals to the range of real pixels where the option asks for it", async () => {
  const seen: number[] = [];
  const graph = (clip: boolean) =>
    toyGraph(shape, {
      sampler: [{
        ...toySampler(1),
        step(state, row, { denoise, clip }) {
          const image = tf.mul<tf.Tensor4D>(state.image, 100);
          const { signal } = denoise(image, { signal: tf.scalar(0.1), noise: tf.scalar(0.9) });
          void row;
          return { state: { image }, signal: clip(tf.mul<tf.Tensor4D>(signal, 1.5)) };
        },
      }],
      normalizer: [{
        ...toyStages(shape).normalizer[0]!,
        denormalize: (_, images) => tf.clone(images), // shows the signal as it is
      }],
    }, { sampler: { clip } });
  for (const clip of [false, true]) seen.push(Math.max(...(await images({}, graph(clip))).flat().map(Math.abs)));
  assert.ok(seen[0]! > 10, "without clip the signal goes beyond the range");
  assert.equal(seen[1], 1, "pixels 0 and 1 normalise to -1 and 1");
});

Deno.test("generate() reports every step and stops where it is told to", async () => {
  const steps: string[] = [];
  await images({ batch: 32, progress: (done, total) => steps.push(`${done}/${total}`) });
  assert.deepEqual(steps, Array.from({ length: 10 }, (_, i) => `${i + 1}/10`));

  const controller = new AbortController();
  let done = 0;
  const stopped = images({ signal: controller.signal, progress: () => void (++done === 2 && controller.abort()) });
  await assert.rejects(stopped, { name: "AbortError" });
  assert.equal(done, 2);
});

Deno.test("generate() shows each step: the noise first, the result last, and between them what fewer steps give", async () => {
  const sampler = toySampler(4, { fresh: 0.2 });
  const graph = (plan = sampler.plan()) =>
    toyGraph(shape, { sampler: [{ ...sampler, steps: plan.length, plan: () => plan }] });
  const pixels = (tensor: tf.Tensor) => [...tensor.dataSync()];
  const few = items.slice(0, 5);
  const seen: { step: number; from: number; noisy: number[]; signal: number[] }[] = [];
  const watch: GenerateOptions["watch"] = (each) => {
    seen.push({ ...each, noisy: pixels(each.noisy), signal: pixels(each.signal) });
    return Promise.resolve();
  };
  const whole = await images({ items: few, batch: 3, watch }, graph());
  assert.deepEqual(await images({ items: few, batch: 3 }, graph()), whole, "watching changes nothing");
  assert.deepEqual(
    seen.map(({ step, from }) => [step, from]),
    [0, 3].flatMap((from) => [0, 1, 2, 3].map((i) => [i, from])),
  );
  assert.deepEqual(seen.map(({ signal }) => signal.length / 48), [3, 3, 3, 3, 2, 2, 2, 2], "no padding is shown");
  for (let step = 0; step < 4; step++) {
    const shown = seen.filter((each) => each.step === step).flatMap(({ signal }) => signal);
    const short = await images({ items: few, batch: 3 }, graph(sampler.plan().slice(0, step + 1)));
    assert.deepEqual(shown, short.flat(), `step ${step}`);
  }
  const noise = initialNoise({ seed: seedTensor(7), item: tf.tensor1d(few, "int32") }, [4, 4, 3]);
  const first = seen.filter(({ step }) => step === 0).flatMap(({ noisy }) => noisy);
  for (const [i, value] of pixels(tf.clipByValue(tf.add(tf.div(noise, 2), 0.5), 0, 1)).entries()) {
    assert.ok(Math.abs(value - first[i]!) < 1e-5);
  }
});

Deno.test("generate() between two images begins at the one and ends at the other", async () => {
  const [a, b] = await images({ items: [3, 8] }, toyGraph(shape));
  const towards = { items: [8, 8, 8], fractions: [0, 0.5, 1] };
  const [first, middle, last] = await images({ items: [3, 3, 3], towards }, toyGraph(shape));
  const apart = (x: number[], y: number[]) => Math.max(...x.map((value, i) => Math.abs(value - y[i]!)));
  assert.ok(apart(first!, a!) < 1e-4 && apart(last!, b!) < 1e-4);
  assert.ok(apart(middle!, a!) > 0.05 && apart(middle!, b!) > 0.05);
});
