/**
 * Our side of the benchmark, in a process of its own, as the peers are: answers a word on each line of its input.
 *
 * The work is the recipe of the Keras DDIM example at a batch size: `first` (from nothing compiled to the end of the
 * first step), `train` (one step), `sample` (20 steps for a batch), each in seconds until the result can be read;
 * `memory` (most bytes held so far, of the GPU where there is one); `save FILE` (weights and inputs for the peers); `loss FILE` (the loss on them).
 * With `PUBLISHED_TFJS=1`, backend `wasm` runs on the kernels that tfjs publishes.
 *
 * @module
 */
import { restorePublishedKernels } from "./plain_wasm.ts"; // before Denoise sets kernels of its own
import * as tf from "@tensorflow/tfjs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { builtins, readRecipe, wire } from "../../mod.ts";
import { buildGenerate } from "../../pipeline/programs/generate.ts";
import { predict } from "../../pipeline/programs/model.ts";
import { readSafetensors, writeSafetensors } from "../../pipeline/run/safetensors.ts";
import { initialState, upload } from "../../pipeline/programs/states.ts";
import { buildTrainStep } from "../../pipeline/programs/train_step.ts";
import { disposeTree, seedTensor, type TensorRecord } from "../../lib/tensor/mod.ts";
import type { XlaDevice } from "../../lib/xla/backend/device.ts";

const [batch, ...overrides] = Deno.args as [string, ...string[]];
const recipe = await readRecipe(fileURLToPath(new URL("../../recipes/keras-ddim.yaml", import.meta.url)), {
  plugins: builtins,
  overrides: [`dataset.batch_size=${batch}`, ...overrides],
});
const graph = await wire(recipe);
const backend = graph.one("backend").stage;
if (Deno.env.get("PUBLISHED_TFJS") === "1") await restorePublishedKernels();
await backend.start();

const size = Number(batch);
const { height, width, channels } = graph.datasetImage;
const statistics = graph.one("normalizer").stage.blank(graph.datasetImage);
const step = backend.compile(buildTrainStep(graph), { name: "training step", donate: [0], batch: [1] });
const generate = buildGenerate(backend, graph, graph.sampler("preview"));
const seed = seedTensor(recipe.seed);
const item = Int32Array.from({ length: size }, (_, i) => i);
const image = Uint8Array.from({ length: size * height * width * channels }, (_, i) => (i * 2654435761) >>> 24);
let state = initialState(graph);
await state.step.data();

async function train(): Promise<number> {
  const pictures = upload({ image, item, size }, graph.datasetImage);
  const start = performance.now();
  const after = await step(state, pictures, statistics, seed);
  await after.errors.loss!.data();
  const seconds = (performance.now() - start) / 1e3;
  state = after.state;
  disposeTree([pictures, after.errors, after.update]);
  return seconds;
}

async function sample(): Promise<number> {
  const start = performance.now();
  for await (const images of generate({ state: state.average, statistics, seed: recipe.seed, items: [...item] })) {
    await images.data();
    images.dispose();
  }
  return (performance.now() - start) / 1e3;
}

/** The weights as they are now, and images, noises and times that look random and are always the same. */
async function save(path: string): Promise<number> {
  const wave = (shape: number[], phase: number) => ({
    dtype: "F32" as const,
    shape,
    data: Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => {
      const x = Math.sin((i + 1) * 12.9898 + phase) * 43758.5453;
      return x - Math.floor(x);
    }),
  });
  const centred = (shape: number[], phase: number) => {
    const numbers = wave(shape, phase);
    return { ...numbers, data: numbers.data.map((x) => 3.4 * (x - 0.5)) };
  };
  const picture = [size, height, width, channels];
  const weights: Record<string, ReturnType<typeof wave>> = {};
  for (const [part, record] of Object.entries({ trainable: state.network.trainable, buffers: state.network.buffers })) {
    for (const [name, tensor] of Object.entries(record)) {
      const data = new Float32Array(await tensor.data());
      weights[`${part}/${name}`] = { dtype: "F32", shape: tensor.shape, data };
    }
  }
  // The last convolution starts as zeros, and would hide every other weight.
  const last = weights["trainable/output_conv.kernel"]!;
  last.data = centred(last.shape, 5).data.map((x) => 0.1 * x);
  await writeSafetensors(path, {
    ...weights,
    images: centred(picture, 1),
    noises: centred(picture, 2),
    times: wave([size, 1, 1, 1], 3),
  });
  return 0;
}

/** The most that the process took of its memory, or of the GPU's. */
function memory(): number {
  const { device } = tf.backend() as { device?: XlaDevice };
  return device?.client.devices[0]?.memory()?.peak ?? process.resourceUsage().maxRSS * 1024;
}

/** Mean absolute error of the predicted noise, in training mode. */
async function loss(path: string): Promise<number> {
  const { tensors } = await readSafetensors(path);
  const given = (name: string) => tf.tensor(tensors[name]!.data as Float32Array, [...tensors[name]!.shape]);
  const record = (part: string): TensorRecord =>
    Object.fromEntries(
      Object.keys(tensors).filter((name) => name.startsWith(part)).map((
        name,
      ) => [name.slice(part.length), given(name)]),
    );
  const measure = backend.compile(
    (network: { trainable: TensorRecord; buffers: TensorRecord }, inputs: TensorRecord) => {
      const { images, noises, times } = inputs as Record<string, tf.Tensor4D>;
      const rates = graph.one("schedule").stage.rates(times!);
      const noisy = tf.add(tf.mul(rates.signal, images!), tf.mul(rates.noise, noises!)) as tf.Tensor4D;
      const { components } = predict(graph, network, { noisy, rates, statistics: {} }, { training: true });
      return tf.mean(tf.abs(tf.sub(noises!, components.noise))) as tf.Tensor;
    },
    { name: "loss" },
  );
  const result = await measure(
    { trainable: record("trainable/"), buffers: record("buffers/") },
    { images: given("images"), noises: given("noises"), times: given("times") },
  );
  return (await result.data())[0]!;
}

const answers: Readonly<Record<string, (argument: string) => number | Promise<number>>> = {
  first: train,
  train,
  sample,
  save,
  loss,
  memory,
};

console.log(backend.description);
for await (const line of createInterface({ input: process.stdin })) {
  const [word, argument = ""] = line.split("\t") as [string, string?];
  console.log(await answers[word]!(argument));
}
Deno.exit(0);
