/** Contract tests notice what is broken: for each law that a mistake is likely to break, a stage with that mistake. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { augmentationLaws } from "./augmentation.ts";
import { datasetLaws } from "./dataset.ts";
import { emaLaws } from "./ema.ts";
import { type Laws, onBackend } from "./laws.ts";
import { lossLaws } from "./loss.ts";
import { metricLaws } from "./metric.ts";
import { ratesOf, splitRow } from "../kinds/diffusion.ts";
import type { Kind, Kinds } from "../kinds/mod.ts";
import { networkLaws } from "./network.ts";
import { normalizerLaws } from "./normalizer.ts";
import { optimizerLaws } from "./optimizer.ts";
import { parametrizationLaws } from "./parametrization.ts";
import { samplerLaws } from "./sampler.ts";
import { scheduleLaws } from "./schedule.ts";
import { standIns } from "./stand_ins.ts";

/** Tests that the laws that `stage` breaks are those named by `broken`, by their first words. */
function breaks<K extends Kind>(
  what: string,
  laws: Laws<K>,
  stage: (steps: number) => Kinds[NoInfer<K>],
  broken: string[],
): void {
  Deno.test(`contract notices ${what}`, () =>
    onBackend("cpu", async () => {
      const failed: string[] = [];
      for (const [law, test] of Object.entries(laws)) {
        const create = ({ steps = 4 } = {}) => Promise.resolve(stage(steps as number));
        const plugin = { name: what, options: { shape: { steps: 1 } } } as never;
        try {
          await test({ plugin, create, image: { height: 8, width: 8, channels: 3 }, download: false });
        } catch (error) {
          assert.ok(error instanceof Error);
          failed.push(law);
        }
      }
      assert.equal(failed.length, broken.length, `laws broken: ${failed.join("; ")}`);
      for (const [i, start] of broken.entries()) {
        assert.ok(failed[i]!.startsWith(start), `"${failed[i]}" starts with "${start}"`);
      }
    }));
}

const { schedule, parametrization, normalizer, network, sampler } = standIns;

breaks("nothing in a schedule that is right", scheduleLaws, () => schedule, []);
breaks("a schedule that rises", scheduleLaws, () => ({
  logSnr: (time) => schedule.logSnr(1 - time),
  rates: (time) => schedule.rates(tf.sub(1, time)),
}), ["has a log-SNR that falls"]);
breaks("rates that are not those of the log-SNR", scheduleLaws, () => ({
  ...schedule,
  rates: (time) => schedule.rates(tf.mul(time, 0.99)),
}), ["has rates on the device"]);
breaks("a reading of values", scheduleLaws, () => ({
  ...schedule,
  rates: (time) => schedule.rates(tf.tensor(time.arraySync())),
}), ["has rates on the device"]);

breaks("nothing in a parametrization that is right", parametrizationLaws, () => parametrization, []);
breaks("a velocity of the wrong sign", parametrizationLaws, () => ({
  ...parametrization,
  components: (output, noisy, rates) => ({
    ...parametrization.components(output, noisy, rates),
    velocity: tf.neg(output),
  }),
}), ["sees the same image", "has an output"]);

breaks("nothing in a normalizer that is right", normalizerLaws, () => normalizer, []);
breaks("a normalizer that does not clip", normalizerLaws, () => ({
  ...normalizer,
  denormalize: (_, images) => tf.div(tf.add(images, 1), 2),
}), ["clips"]);
breaks("a normalizer that bends", normalizerLaws, () => ({
  ...normalizer,
  normalize: (_, pixels) => tf.square(pixels),
  denormalize: (_, images) => tf.clipByValue(tf.sqrt(tf.relu(images)), 0, 1),
}), ["is a rising straight line"]);

breaks("a network that mixes the batch", networkLaws, () => ({
  ...network,
  apply: (state, { image, level }) => ({
    output: tf.add<tf.Tensor4D>(tf.mul(tf.sub(image, tf.mean(image, 0)), state.trainable.scale!), level),
    buffers: state.buffers,
  }),
}), ["does the same for a picture alone"]);
breaks("a network that neither hears the level nor uses its weights", networkLaws, () => ({
  ...network,
  apply: ({ buffers }, { image }) => ({ output: image, buffers }),
}), ["looks at the noise level", "passes a gradient"]);

breaks("a loss that grows with the batch", lossLaws, () => ({
  levels: (random) => {
    const power = random.uniform([1, 1, 1]);
    return { signal: tf.sqrt(tf.sub(1, power)), noise: tf.sqrt(power) };
  },
  measure: (predicted, target) => {
    const loss = tf.sum<tf.Scalar>(tf.square(tf.sub(predicted.noise, target.noise)));
    return { objective: loss, errors: { loss } };
  },
}), ["shows errors that do not depend"]);
breaks("a loss that is negative", lossLaws, () => ({
  ...standIns.loss,
  measure: (predicted, target) => {
    const { objective } = standIns.loss.measure(predicted, target);
    return { objective: tf.neg(objective), errors: { loss: tf.sub<tf.Scalar>(1, objective) } };
  },
}), ["is zero"]);

breaks("an optimizer that climbs", optimizerLaws, () => ({
  init: () => ({}),
  update: ({ trainable, gradients }) => ({
    trainable: Object.fromEntries(
      Object.entries(trainable).map(([name, w]) => [name, tf.add(w, tf.mul(0.1, gradients[name]!))]),
    ),
    state: {},
  }),
}), ["goes downhill"]);
breaks("an optimizer with a memory of its own", optimizerLaws, () => {
  let calls = 0;
  return {
    init: () => ({}),
    update: ({ trainable, gradients }) => ({
      trainable: Object.fromEntries(
        Object.entries(trainable).map(([name, w]) => [name, tf.sub(w, tf.mul(0.1 / ++calls, gradients[name]!))]),
      ),
      state: {},
    }),
  };
}, ["does the same twice"]);

breaks("an average that shares the network's tensors", emaLaws, () => ({
  init: (network) => network,
  update: (average) => average,
}), ["starts with tensors", "comes nearer"]);

breaks("a sampler that is of first order and says second", samplerLaws, (steps) => ({ ...ddim(steps), order: 2 }), [
  "converges",
]);
breaks(
  "a sampler that counts its evaluations wrongly",
  samplerLaws,
  (steps) => ({ ...ddim(steps), evaluationsPerStep: 2 }),
  ["asks"],
);
breaks("a sampler whose count of steps changes its type", samplerLaws, (steps) => {
  const right = ddim(steps);
  return {
    ...right,
    init: (noise) => ({ ...right.init(noise), count: tf.scalar(0, "int32") }),
    step: (state, ...rest) => {
      const after = right.step(state, ...rest);
      return { ...after, state: { ...after.state, count: tf.add(state.count!, 1) } };
    },
  };
}, ["asks", "returns", "does the same", "converges"]);
breaks("a sampler that returns the noisy image", samplerLaws, (steps) => {
  const right = ddim(steps);
  return { ...right, step: (...args) => ({ ...right.step(...args), signal: right.step(...args).state.image }) };
}, ["asks", "returns the picture"]);
breaks("a stochastic sampler that says it is not", samplerLaws, (steps) => {
  const right = ddim(steps);
  return {
    ...right,
    step: (state, row, tools) => {
      const after = right.step(state, row, tools);
      return { ...after, state: { image: tf.add(after.state.image, tools.random.normal([8, 8, 3])) } };
    },
  };
}, ["asks", "returns", "does the same", "converges"]);

/** DDIM. */
function ddim(steps: number): Kinds["sampler"] {
  const rates = (time: number) => {
    const { signal, noise } = ratesOf(schedule.logSnr(time));
    return [signal, noise];
  };
  return {
    ...sampler,
    steps,
    plan: () => Array.from({ length: steps }, (_, i) => [...rates(1 - i / steps), ...rates(1 - (i + 1) / steps)]),
    step: ({ image }, row, { denoise }) => {
      const [signal, noise, nextSignal, nextNoise] = splitRow(row, 4);
      const predicted = denoise(image, { signal, noise });
      const next = tf.add<tf.Tensor4D>(tf.mul(nextSignal, predicted.signal), tf.mul(nextNoise, predicted.noise));
      return { state: { image: next }, signal: predicted.signal };
    },
  };
}

breaks("a flip that depends on the place in the batch", augmentationLaws, () => ({
  shape: (image) => image,
  apply: (images) => tf.concat([tf.reverse(tf.slice(images, 0, 1), 2), tf.slice(images, 1)]),
}), ["does to a picture"]);
breaks("an augmentation whose shape is another", augmentationLaws, () => ({
  shape: ({ height, width, channels }) => ({ height: 2 * height, width, channels }),
  apply: (images) => images,
}), ["returns pictures"]);

breaks("a dataset whose splits overlap and whose pictures are short", datasetLaws, () => ({
  image: { height: 2, width: 2, channels: 3 },
  open: () =>
    Promise.resolve({
      fingerprint: "",
      items: [{ name: "a" }, { name: "b" }],
      splits: { train: [0, 1], validation: [1] },
      pixels: () => Promise.resolve(new Uint8Array(11)),
    }),
}), ["splits", "gives the bytes"]);

breaks("a metric that announces other numbers", metricLaws, () => ({
  better: { a: "lower" },
  measure: () => Promise.resolve({ b: 1 }),
}), ["returns the numbers"]);
