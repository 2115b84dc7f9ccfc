/** Golden training: steps of the Keras example with gradients, weights and averages; its test step; AdamW alone. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { valueAndGrad } from "../../lib/tensor/gradients.ts";
import type { State, TensorRecord } from "../../lib/tensor/tree.ts";
import adamwPlugin from "../../plugins/optimizer/adamw.ts";
import { type Golden, golden } from "./golden.ts";
import { headStep } from "./head_step.ts";
import { onEachBackend } from "../backends.ts";
import { make, networkOf, tensor, trainingStateOf, understand, understandTopic, waitsFor } from "./harness.ts";
import { Ledger } from "./ledger.ts";
import { runSampler } from "./sample.ts";

const topic = golden("train_step");
const known = [
  ...["ema", "learning_rate", "weight_decay", "loss", "min_signal_rate", "max_signal_rate"],
  ...["prediction_type", "loss_type", "six_weights", "trainable_paths"],
];

const adamwOptions = Object.keys(adamwPlugin.options.shape);

if (topic !== undefined) {
  const ledger = new Ledger(topic);

  // deno-lint-ignore no-explicit-any -- described by the fixtures
  const runs = Object.entries<any>(topic.json).filter(([, entry]) => entry?.weights !== undefined);
  understandTopic(topic, ["formula", "gradient", "optimizer", "ema"], runs.map(([name]) => name));
  for (const [name, description] of runs) {
    onEachBackend(`golden train step ${name}`, (backend) => trainStep(topic, ledger, name, description, backend));
  }

  // Settings are with the first tensor of a case; whatever is with another has to be one of them.
  for (const { name, settings } of topic.tensors) understand(settings, adamwOptions, name);
  const adamw = topic.tensors.filter(({ name }) => /^adamw\d+\/start$/.test(name));
  onEachBackend("golden AdamW", async (backend) => {
    for (const { name, settings } of adamw) {
      const folder = name.slice(0, name.lastIndexOf("/"));
      const optimizer = await make("optimizer", "adamw", settings);
      const gradients = tensor(ledger.input(`${folder}/gradients`));
      let trainable: TensorRecord = { variable: tensor(ledger.input(name)) };
      let state = optimizer.init(trainable);
      const after: tf.Tensor[] = [];
      for (let i = 0; i < gradients.shape[0]!; i++) {
        const update = { trainable, gradients: { variable: tf.gather(gradients, i) }, state, step: counter(i + 1) };
        ({ trainable, state } = optimizer.update(update));
        after.push(trainable.variable!);
      }
      await ledger.compareTensor(`AdamW on ${backend}`, `${folder}/variable`, tf.stack(after), { absolute: 2e-5 });
    }
  });

  Deno.test("golden train_step: every tensor is settled", () => ledger.close());
}

function counter(step: number): tf.Scalar {
  return tf.scalar(step, "int32");
}

async function trainStep(
  topic: Golden,
  ledger: Ledger,
  run: string,
  // deno-lint-ignore no-explicit-any -- described by the fixtures
  description: any,
  backend: string,
): Promise<void> {
  const own = topic.tensors.map(({ name }) => name).filter((name) => name.startsWith(`${run}/`));
  const noises = own.find((name) => name.endsWith("noises"))!;
  let seen: tf.Tensor | undefined;
  let given: tf.Tensor4D | undefined;
  const embed = (embedding: tf.Tensor4D) => {
    seen?.dispose();
    seen = tf.keep(tf.clone(embedding)); // what is made within a gradient is freed with it
    return given ?? embedding;
  };
  const network = networkOf(description, topic.get(noises).shape, run, { embed }, known);
  understand({ loss_type: description.loss_type, prediction_type: description.prediction_type }, known, run);

  if (topic.has(`${run}/noise_powers`)) {
    given = tensor<tf.Rank.R4>(topic.get(`${run}/embedding`));
    return await headStep({ topic, ledger, run, description, network, backend, seen: () => seen! });
  }

  const read = (name: string) => tensor<tf.Rank.R4>(ledger.input(`${run}/${name}`));
  const { learning_rate, weight_decay, ema: decay, min_signal_rate, max_signal_rate } = description;
  const prediction = description.prediction_type ?? "noise";
  const missing = await waitsFor("parametrization", prediction);
  if (missing !== undefined) return own.forEach((name) => ledger.pend(name, missing));
  const schedule = await make("schedule", "cosine", { min_signal_rate, max_signal_rate });
  const parametrization = await make("parametrization", prediction);
  const lossOptions = { weighting: description.loss_type ?? prediction, error: description.loss, reduction: "sum" };
  const loss = await make("loss", "denoising", lossOptions, { schedule });
  const optimizer = await make("optimizer", "adamw", { learning_rate, weight_decay });
  const ema = await make("ema", "exponential", { decay, warmup: false });
  const normalizer = await make("normalizer", "mean-variance");

  const compare = (what: string, name: string, actual: tf.Tensor, tolerance: Parameters<Ledger["compare"]>[3]) =>
    ledger.compareTensor(`${what} on ${backend}`, `${run}/${name}`, actual, tolerance);

  const pixels = read("pixels");
  const bytes = Uint8Array.from(await pixels.data(), (pixel) => Math.round(255 * pixel));
  const [, height, width, channels] = pixels.shape;
  const statistics = await normalizer.fit(async function* () {
    yield* await Promise.resolve([bytes]);
  }, { height, width, channels });
  await compare("normalizer", "normalizer_mean", statistics.mean!, { max: 1e-5 });
  await compare("normalizer", "normalizer_variance", statistics.variance!, { max: 1e-5 });
  const images = normalizer.normalize(statistics, pixels);
  await compare("normalizer", "normalized_images", images, { max: 1e-5 });

  let state = trainingStateOf(description.weights);
  let average = trainingStateOf(description.ema_weights);
  let moments = optimizer.init(state.trainable);

  const predict = (
    network_: State,
    noisy: tf.Tensor4D,
    rates: ReturnType<typeof schedule.rates>,
    training: boolean,
  ) => {
    const { image, level } = parametrization.input(noisy, rates);
    const { output, buffers } = network.apply(network_, { image, level }, { training });
    return { predicted: parametrization.components(output, noisy, rates), buffers };
  };
  const mix = (noise: tf.Tensor4D, times: tf.Tensor4D) => {
    const rates = schedule.rates(times);
    const noisy = tf.add(tf.mul(rates.signal, images), tf.mul(rates.noise, noise)) as tf.Tensor4D;
    const velocity = tf.sub<tf.Tensor4D>(tf.mul(rates.signal, noise), tf.mul(rates.noise, images));
    return { rates, noisy, target: { signal: images, noise, velocity } };
  };

  const steps = own.filter((name) => /\/step\d+\/noises$/.test(name)).length;
  assert.ok(steps > 0, `"${run}" has steps`);
  for (let step = 1; step <= steps; step++) {
    const at = `step${step}`;
    const { rates, noisy, target } = mix(read(`${at}/noises`), read(`${at}/diffusion_times`));
    await compare("noisy images", `${at}/noisy_images`, noisy, { max: 1e-5 });
    given = tensor<tf.Rank.R4>(topic.get(`${run}/${at}/embedding`));
    const { aux, gradients } = valueAndGrad((trainable) => {
      const { predicted, buffers } = predict({ trainable, buffers: state.buffers }, noisy, rates, true);
      const { objective, errors } = loss.measure(predicted, target);
      return { loss: objective, aux: { buffers, errors } };
    })(state.trainable);
    await ledger.compareTensor(`embedding on ${backend}`, `${run}/${at}/embedding`, seen!, { absolute: 1e-3 });
    given = undefined;
    await compare("losses", `${at}/noise_loss`, aux.errors.noise!, { relative: 1e-5 });
    await compare("losses", `${at}/image_loss`, aux.errors.image!, { relative: 1e-5 });
    const norms = tf.stack(description.trainable_paths.map((path: string) => tf.norm(gradients[path]!)));
    await compare("gradient norms", `${at}/gradient_norms`, norms, { relative: 2e-4 });

    const updated = optimizer.update({ trainable: state.trainable, gradients, state: moments, step: counter(step) });
    moments = updated.state;
    state = { trainable: updated.trainable, buffers: aux.buffers };
    average = ema.update(average, state, counter(step));

    const kinds: [folder: string, tensors: TensorRecord, what: string, tolerance: Parameters<Ledger["compare"]>[3]][] =
      [
        ["gradient", gradients, "gradients", { max: 2e-4 }],
        ["weight", { ...state.trainable, ...state.buffers }, "weights", { absolute: 1e-5 }],
        ["ema", { ...average.trainable, ...average.buffers }, "averages", { absolute: 1e-5 }],
      ];
    for (const [folder, tensors, what, tolerance] of kinds) {
      for (const name of own.filter((name) => name.startsWith(`${run}/${at}/${folder}/`))) {
        const path = name.slice(`${run}/${at}/${folder}/`.length);
        await compare(what, `${at}/${folder}/${path}`, tensors[path]!, tolerance);
      }
    }
  }

  const { rates, noisy, target } = mix(read("test/noises"), read("test/diffusion_times"));
  const { errors } = loss.measure(predict(average, noisy, rates, false).predicted, target);
  // Here the fixtures hold no embedding, whose highest angles turn by 4e-4 with the last bit of the noise power.
  await compare("test losses", "test/noise_loss", errors.noise!, { relative: 2e-4 });
  await compare("test losses", "test/image_loss", errors.image!, { relative: 2e-4 });
  await compare("real pictures", "test/kid_real", normalizer.denormalize(statistics, images), { max: 1e-5 });
  const sampler = await make("sampler", "ddim", { steps: 5 }, { schedule });
  const { result } = await runSampler(sampler, read("test/initial_noise"), {
    denoise: (image, rates) => predict(average, image, rates, false).predicted,
  });
  await compare("generated pictures", "test/kid_generated", normalizer.denormalize(statistics, result), { max: 3e-4 });
  seen?.dispose();
}
