/** The loss of consistency tuning: numbers of a restatement, its laws, and what it refuses. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { draws, normal, onBackend, scalarValue } from "../../pipeline/contract/laws.ts";
import { standIns } from "../../pipeline/contract/stand_ins.ts";
import type { Denoised, Loss } from "../../pipeline/kinds/loss.ts";
import type { Random, Rates } from "../../plugin.ts";
import consistency from "../../plugins/loss/consistency.ts";
import denoising from "../../plugins/loss/denoising.ts";
import edm from "../../plugins/parametrization/edm.ts";
import flow from "../../plugins/parametrization/flow.ts";
import noise from "../../plugins/parametrization/noise.ts";
import signal from "../../plugins/parametrization/signal.ts";
import numbers from "./consistency.json" with { type: "json" };
import { builtins, DenoiseError, readRecipe, wire } from "../../mod.ts";

const stageSteps = 100;
const image = { height: 4, width: 4, channels: 3 };

/** The loss, of a parametrization. */
async function make(options: Record<string, unknown>, plugin = edm): Promise<Loss> {
  const parametrization = await plugin.create({ options: plugin.options.parse({}) as never });
  return await consistency.create({
    options: consistency.options.parse(options) as never,
    schedule: standIns.schedule,
    image,
    parametrization,
  });
}

/** Images of 2×2 pixels. */
const four = (values: readonly number[][]) => tf.tensor4d(values.flat(), [values.length, 2, 2, 1]);

/** Draws that are given: uniform numbers, and the noise. */
const given = (uniform: readonly number[], noise: tf.Tensor4D): Random => ({
  fork: () => given(uniform, noise),
  bits: () => assert.fail("no bits are drawn"),
  uniform: () => tf.tensor4d([...uniform], [uniform.length, 1, 1, 1]),
  normal: () => noise,
});

/** What the loss gets besides images and network, of these draws. */
const toolsOf = (loss: Loss, random: Random, step: number, count: number) => ({
  levels: () => loss.levels(random, count),
  step: tf.scalar(step, "int32"),
  random,
  state: { trainable: {}, buffers: {} },
});

/** How much of a standard normal distribution lies below x: the series of Marsaglia 2004, section 3. */
function below(x: number): number {
  let term = x, sum = x;
  for (let i = 3; i < 200; i += 2) sum += term *= x * x / i;
  return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

const sigmas = ({ signal, noise }: Rates) => Array.from(tf.div(noise, signal).dataSync());
const close = (actual: number, expected: number, what: string, tolerance = 1e-4) =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), 1e-3),
    `${what}: ${actual}, not ${expected}`,
  );

Deno.test("consistency compares the levels, and weighs the distances, of the restatement of ECT", () =>
  onBackend("cpu", async () => {
    const parametrization = await edm.create({ options: edm.options.parse({}) });
    const eps = four(numbers.noise);
    const uniform = numbers.levels.map((t) => below((Math.log(t) + 0.4) / 2));
    assert.equal(numbers.cases.length, 5);
    for (const { stage, q, k, b, c, r, losses } of numbers.cases) {
      // ECT's distance is the root of a sum, ours that of a mean: it is less by the root of how many numbers an image has.
      const mapping = k === 0 ? { mapping: "constant" } : { k, b };
      const loss = await make({ q, ...mapping, c: c / 2, stage_steps: stageSteps });
      const called: number[][] = [];
      const denoise = (noisy: tf.Tensor4D, rates: Rates): Denoised => {
        called.push(sigmas(rates));
        const { image, level } = parametrization.input(noisy, rates);
        const output = tf.add<tf.Tensor4D>(tf.mul(image, 0.3), level);
        return { ...parametrization.components(output, noisy, rates), features: {} };
      };
      const { objective } = loss.train!({
        ...toolsOf(loss, given(uniform, eps), stage * stageSteps + stageSteps - 1, numbers.levels.length),
        images: four(numbers.images),
        denoise,
      });
      const [t, less] = called;
      numbers.levels.forEach((level, i) => close(t![i]!, level, "t"));
      r.forEach((level, i) => close(less![i]!, level, `r at t ${numbers.levels[i]}, stage ${stage} of q ${q}`));
      const mean = losses.reduce((sum, each) => sum + each / 2, 0) / losses.length;
      close(scalarValue(objective), mean, `loss of stage ${stage} with q ${q}`);
    }
  }));

Deno.test("consistency is the denoising loss where r is the image, and nears zero as r nears t", () =>
  onBackend("cpu", async () => {
    const shape = { height: 4, width: 4, channels: 3 };
    const [images, random] = [normal("images", 8, shape), draws([1, 2, 3, 4, 5, 6, 7, 8])];
    const parametrization = await edm.create({ options: edm.options.parse({}) });
    const seen: { rates: Rates; noisy: tf.Tensor4D }[] = [];
    const denoise = (noisy: tf.Tensor4D, rates: Rates): Denoised => {
      seen.push({ rates, noisy });
      return { ...parametrization.components(tf.mul(noisy, 0.2), noisy, rates), features: {} };
    };
    const train = (loss: Loss) =>
      scalarValue(loss.train!({ ...toolsOf(loss, random, 0, 8), images, denoise }).objective);
    const options = { error: "mse", weights: "edm" };
    // q little above 1: in the first stage, the distance of the levels is more than t.
    const first = train(await make({ ...options, q: 1.0001 }));
    const [at, less] = seen;
    assert.deepEqual(sigmas(less!.rates), Array(8).fill(0));
    const plain = await denoising.create({
      options: denoising.options.parse({ weighting: "signal", error: "mse", weights: "edm" }) as never,
      ...{ schedule: standIns.schedule, image, parametrization },
    });
    const { signal: predicted } = denoise(at!.noisy, at!.rates);
    const target = { signal: images, noise: images, velocity: images };
    const expected = plain.measure({ ...target, signal: predicted }, target, at!.rates).objective;
    close(first, scalarValue(expected), "loss of the first stage", 1e-5);

    const near = async (q: number) => train(await make({ weights: "none", error: "mse", q }));
    assert.ok(await near(1e5) < 1e-8 * await near(2), "the nearer the levels, the nearer the images");
  }));

Deno.test("consistency passes no gradient through the prediction at r", () =>
  onBackend("cpu", async () => {
    const images = normal("images", 2, { height: 4, width: 4, channels: 3 });
    const loss = await make({ error: "mse" });
    const slope = (moved: "t" | "r") =>
      scalarValue(
        tf.grad((weight: tf.Tensor) => { // added, so that there is a gradient in any case
          let calls = 0;
          const denoise = (noisy: tf.Tensor4D): Denoised => {
            const signal = tf.mul<tf.Tensor4D>(noisy, (calls++ === 0) === (moved === "t") ? weight : 0.7);
            return { signal, noise: signal, velocity: signal, features: {} };
          };
          return loss.train!({ ...toolsOf(loss, draws([1, 2]), 0, 2), images, denoise }).objective.add(weight);
        })(tf.scalar(0.3)),
      );
    assert.notEqual(slope("t"), 1);
    assert.equal(slope("r"), 1);
  }));

Deno.test("consistency moves on from stage to stage, and stays in the last one", () =>
  onBackend("cpu", async () => {
    const images = normal("images", 1, { height: 4, width: 4, channels: 3 });
    const gap = async (step: number, options = {}) => {
      const loss = await make({ mapping: "constant", stage_steps: 10, last_stage: 2, ...options });
      const levels: number[] = [];
      const denoise = (noisy: tf.Tensor4D, rates: Rates): Denoised => {
        levels.push(...sigmas(rates));
        return { signal: noisy, noise: noisy, velocity: noisy, features: {} };
      };
      loss.train!({ ...toolsOf(loss, draws([1]), step, 1), images, denoise });
      return Number((1 - levels[1]! / levels[0]!).toFixed(6));
    };
    const gaps = [];
    for (const step of [0, 9, 10, 19, 20, 30, 16_000_000]) gaps.push(await gap(step));
    assert.deepEqual(gaps, [0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.125]);
    const until = async (q: number) => Math.round(1 / await gap(1_000_000, { q, last_stage: undefined }));
    assert.deepEqual([await until(2), await until(4), await until(256)], [256, 256, 256]);
  }));

Deno.test("consistency refuses parametrizations that cannot jump to the image, and options that say nothing", async () => {
  for (const [plugin, options] of [[noise, {}], [signal, {}], [flow, { predicts: "image" }]] as const) {
    const parametrization = await plugin.create({ options: plugin.options.parse(options) as never });
    assert.throws(
      () =>
        consistency.create({
          options: consistency.options.parse({}),
          schedule: standIns.schedule,
          image,
          parametrization,
        }),
      /This parametrization predicts/,
      plugin.name,
    );
  }
  await assert.rejects(
    make({ q: 2, last_stage: 17 }),
    /Stage 17 divides the distance of the levels by 262144: float32/,
  );
  await assert.rejects(make({ mapping: "constant", k: 3 }), /Option k does not belong to mapping constant/);
  await assert.rejects(make({ error: "mse", c: 0.1 }), /Option c does not belong to error mse/);
  const read = readRecipe({
    dataset: { use: "emoji", image_size: 8, batch_size: 4 },
    network: { use: "residual-unet", widths: [4, 8] },
    parametrization: "noise",
    loss: "consistency",
    train: { steps: 1 },
  }, { plugins: builtins });
  const error = await wire(await read).then(() => undefined, (error) => error);
  assert.ok(error instanceof DenoiseError);
  assert.match(error.problems[0]!.message, /Cannot use loss\/consistency: this parametrization/);
  assert.match(error.problems[0]!.help.join(), /parametrization: edm, velocity or flow/);
});
