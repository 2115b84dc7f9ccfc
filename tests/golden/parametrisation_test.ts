/** Golden parametrisations: components of noisy images from a network's output, and the losses with their gradients. */
import * as tf from "@tensorflow/tfjs";
import type { Components } from "../../pipeline/kinds/common.ts";
import type { Loss } from "../../pipeline/kinds/loss.ts";
import { golden } from "./golden.ts";
import { onEachBackend } from "../backends.ts";
import { make, tensor, understand, understandTopic, waitsFor } from "./harness.ts";
import { Ledger } from "./ledger.ts";

const topic = golden("parametrisation");
const components = { pred_velocities: "velocity", pred_images: "signal", pred_noises: "noise" } as const;

if (topic !== undefined) {
  const ledger = new Ledger(topic);
  understandTopic(topic, ["clip", "loss"]);
  const given = ["images", "noises", "noise_powers", "predictions", "normalizer_mean", "normalizer_variance"];
  const mixed = ["noise_rates", "signal_rates", "noisy_images", "velocities"];
  const cases = topic.tensors.filter(({ name }) => ![...given, ...mixed].includes(name));

  onEachBackend("golden parametrisation", async (backend) => {
    for (const name of given) ledger.input(name);
    const read = (name: string) => tensor<tf.Rank.R4>(topic.get(name));
    const images = read("images"), noises = read("noises"), powers = read("noise_powers"), output = read("predictions");
    const rates = { signal: tf.sqrt(tf.sub(1, powers)), noise: tf.sqrt(powers) };
    const noisy = tf.add(tf.mul(rates.signal, images), tf.mul(rates.noise, noises)) as tf.Tensor4D;
    const velocity = tf.sub<tf.Tensor4D>(tf.mul(rates.signal, noises), tf.mul(rates.noise, images));
    const target: Components = { signal: images, noise: noises, velocity };
    const own = { noise_rates: rates.noise, signal_rates: rates.signal, noisy_images: noisy, velocities: velocity };
    for (const name of mixed) {
      await ledger.compareTensor(`mixtures on ${backend}`, name, own[name as keyof typeof own], { max: 1e-5 });
    }

    const normalizer = await make("normalizer", "mean-variance");
    const statistics = { mean: read("normalizer_mean"), variance: read("normalizer_variance") };
    const black = normalizer.normalize(statistics, tf.zeros([1, 1, 1, images.shape[3]]));
    const white = normalizer.normalize(statistics, tf.ones([1, 1, 1, images.shape[3]]));

    for (const { name, settings } of cases) {
      understand(settings, ["prediction_type", "loss_type", "loss"], name);
      const [part, ...rest] = name.split("/");
      if (part !== "clip" && part !== "noclip" && part !== "keras-io") {
        throw new Error(`Cannot tell whether "${name}" clips`);
      }
      const prediction = String(settings.prediction_type ?? rest[0]);
      const missing = await waitsFor("parametrization", prediction);
      if (missing !== undefined) {
        ledger.pend(name, missing);
        continue;
      }
      const parametrization = await make("parametrization", prediction);
      const predict = (output: tf.Tensor4D): Components => {
        const all = parametrization.components(output, noisy, rates);
        return part === "clip" ? { ...all, signal: tf.minimum(tf.maximum(all.signal, black), white) } : all;
      };
      const last = rest.at(-1)!;
      if (last in components) {
        const component = predict(output)[components[last as keyof typeof components]];
        await ledger.compareTensor(`components on ${backend}`, name, component, { max: 1e-5 });
        continue;
      }
      const options = { weighting: settings.loss_type, error: settings.loss, reduction: "sum" };
      const loss: Loss = await make("loss", "denoising", options);
      if (last === "mean") {
        const { errors } = loss.measure(predict(output), target);
        await ledger.compareTensor(`losses on ${backend}`, name, errors.loss, { relative: 1e-5 });
      } else if (last === "per_image") {
        const one = (all: Components, i: number): Components => ({
          signal: tf.slice(all.signal, i, 1),
          noise: tf.slice(all.noise, i, 1),
          velocity: tf.slice(all.velocity, i, 1),
        });
        const predicted = predict(output);
        const losses = Array.from(
          { length: images.shape[0] },
          (_, i) => loss.measure(one(predicted, i), one(target, i)).errors.loss,
        );
        await ledger.compareTensor(`losses on ${backend}`, name, tf.stack(losses), { relative: 1e-5 });
      } else if (last === "gradient") {
        const gradient = tf.grad((x) => loss.measure(predict(x as tf.Tensor4D), target).objective)(output);
        await ledger.compareTensor(`gradients on ${backend}`, name, gradient, { max: 1e-5 });
      } else {
        throw new Error(`Cannot tell what "${last}" of "${name}" is`);
      }
    }
  });

  Deno.test("golden parametrisation: every tensor is settled", () => ledger.close());
}
