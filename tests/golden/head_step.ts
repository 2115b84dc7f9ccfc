/** A golden training step of clear-diffusion-keras at HEAD: noise powers instead of times, predicted images clipped. */
import * as tf from "@tensorflow/tfjs";
import type { Network } from "../../pipeline/kinds/network.ts";
import { valueAndGrad } from "../../lib/tensor/gradients.ts";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import type { Golden } from "./golden.ts";
import { make, tensor, trainingStateOf } from "./harness.ts";
import type { Ledger, Tolerance } from "./ledger.ts";

/** The case, and the network that it describes. */
export interface HeadStep {
  readonly topic: Golden;
  readonly ledger: Ledger;
  readonly run: string;
  // deno-lint-ignore no-explicit-any -- described by the fixtures
  readonly description: any;
  readonly network: Network;
  readonly backend: string;
  /** The embedding that the network made last, kept. */
  seen(): tf.Tensor;
}

/** Runs the one step of a case, and compares losses, gradients, weights and averages. */
export async function headStep({ topic, ledger, run, description, network, backend, seen }: HeadStep): Promise<void> {
  const compare = (what: string, name: string, actual: tf.Tensor, tolerance: Tolerance) =>
    ledger.compareTensor(`${what} on ${backend}`, `${run}/${name}`, actual, tolerance);
  const read = (name: string) => tensor<tf.Rank.R4>(ledger.input(`${run}/${name}`));
  const { learning_rate, weight_decay, ema: decay, prediction_type, loss_type } = description;
  const schedule = await make("schedule", "cosine");
  const parametrization = await make("parametrization", prediction_type);
  const loss = await make("loss", "denoising", {
    weighting: loss_type,
    error: description.loss,
    levels: "uniform-noise-power",
    reduction: "sum",
  }, { schedule });
  const optimizer = await make("optimizer", "adamw", { learning_rate, weight_decay });
  const ema = await make("ema", "exponential", { decay, warmup: false });
  const normalizer = await make("normalizer", "mean-variance");

  const pixels = tensor<tf.Rank.R4>(topic.get("keras-io/pixels"));
  const bytes = Uint8Array.from(await pixels.data(), (pixel) => Math.round(255 * pixel));
  const [, height, width, channels] = pixels.shape;
  const statistics = await normalizer.fit(async function* () {
    yield* await Promise.resolve([bytes]);
  }, { height, width, channels });
  const images = normalizer.normalize(statistics, pixels);
  await compare("normalizer", "images", images, { max: 1e-5 });

  const power = read("noise_powers"), noise = read("noises");
  const rates = loss.levels({ fork: () => never(), bits: never, normal: never, uniform: () => power }, power.shape[0]);
  const noisy = tf.add(tf.mul(rates.signal, images), tf.mul(rates.noise, noise)) as tf.Tensor4D;
  const velocity = tf.sub<tf.Tensor4D>(tf.mul(rates.signal, noise), tf.mul(rates.noise, images));
  const [low, high] = [0, 1].map((pixel) => normalizer.normalize(statistics, tf.fill([1, 1, 1, channels], pixel)));

  const state = trainingStateOf(description.weights);
  const { aux: errors, gradients } = valueAndGrad((trainable) => {
    const input = parametrization.input(noisy, rates);
    const { output } = network.apply({ trainable, buffers: state.buffers }, input, { training: true });
    const predicted = parametrization.components(output, noisy, rates);
    const signal = tf.minimum<tf.Tensor4D>(tf.maximum(predicted.signal, low!), high!);
    const { objective, errors } = loss.measure({ ...predicted, signal }, { signal: images, noise, velocity });
    return { loss: objective, aux: errors as TensorRecord };
  })(state.trainable);
  await ledger.compareTensor(`embedding on ${backend}`, `${run}/embedding`, seen(), { absolute: 1e-3 });
  for (const name of ["velocity", "image", "noise"]) {
    await compare("losses", `${name}_loss`, errors[name]!, { relative: 1e-5 });
  }
  const norms = tf.stack(description.trainable_paths.map((path: string) => tf.norm(gradients[path]!)));
  // Relative to the largest: that of a key's bias is zero but for rounding, since softmax takes no notice of it.
  await compare("gradient norms", "gradient_norms", norms, { max: 2e-4 });

  const step = tf.scalar(1, "int32");
  const moments = optimizer.init(state.trainable);
  const { trainable } = optimizer.update({ trainable: state.trainable, gradients, state: moments, step });
  const average = ema.update(trainingStateOf(description.ema_weights), { trainable, buffers: {} }, step);
  for (const path of description.six_weights as string[]) {
    await compare("gradients", `gradient/${path}`, gradients[path]!, { max: 2e-4 });
    await compare("weights", `weight/${path}`, trainable[path]!, { absolute: 1e-5 });
    await compare("averages", `ema/${path}`, average.trainable[path]!, { absolute: 1e-5 });
  }
}

function never(): never {
  throw new Error("Cannot draw more than noise levels here: the fixture gives the rest");
}
