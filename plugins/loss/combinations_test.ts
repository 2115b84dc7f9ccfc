import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { draws, normal, numbers, onBackend, scalarValue } from "../../pipeline/contract/laws.ts";
import { makeDenoising } from "../../tests/denoising.ts";
import type { TensorRecord } from "../../lib/tensor/tree.ts";
import { valueAndGrad } from "../../lib/tensor/gradients.ts";
import edm from "../parametrization/edm.ts";
import flow from "../parametrization/flow.ts";
import noise from "../parametrization/noise.ts";
import signal from "../parametrization/signal.ts";
import velocity from "../parametrization/velocity.ts";
import { velocityOf } from "../../pipeline/kinds/diffusion.ts";
import { startOf } from "../../pipeline/kinds/loss_start.ts";
import denoising from "./denoising.ts";

const image = { height: 8, width: 8, channels: 3 };
const names = { noise: "noise", signal: "image", velocity: "velocity" } as const;

Deno.test("every parametrization trains on every weighting and error, and the errors of all three are tracked", () =>
  onBackend("cpu", async () => {
    const [signalRate, noiseRate] = [0.8, 0.6];
    const rates = { signal: tf.fill([2, 1, 1, 1], signalRate), noise: tf.fill([2, 1, 1, 1], noiseRate) };
    const clean = normal("clean", 2, image), drawn = normal("noise", 2, image);
    const mix = (a: number, b: number) => tf.add(tf.mul(clean, a), tf.mul(drawn, b)) as tf.Tensor4D;
    const noisy = mix(signalRate, noiseRate);
    const target = { signal: clean, noise: drawn, velocity: mix(-noiseRate, signalRate) };
    for (const plugin of [noise, signal, velocity]) {
      const parametrization = await plugin.create({ options: {} });
      const known = target[plugin.name as keyof typeof target];
      const output = tf.add(known, tf.mul(normal("error", 2, image), 0.1)) as tf.Tensor4D;
      for (const weighting of ["noise", "signal", "velocity"] as const) {
        for (const error of ["mae", "mse"]) {
          const loss = await makeDenoising({ weighting, error }, image);
          const measure = (output: tf.Tensor4D) =>
            loss.measure(parametrization.components(output, noisy, rates), target);
          const { errors, objective } = measure(output);
          const [one, two, three] = (["noise", "image", "velocity"] as const).map((name) => scalarValue(errors[name]!));
          // One error seen three ways: of the velocity it is that of the noise over the signal rate, and so on.
          const power = error === "mae" ? 1 : 2;
          const where = `${plugin.name}, ${weighting}, ${error}`;
          assert.ok(Math.abs(one! / (three! * signalRate ** power) - 1) < 1e-4, where);
          assert.ok(Math.abs(two! / (three! * noiseRate ** power) - 1) < 1e-4, where);
          assert.ok(three! > 0.005, where);
          assert.equal(scalarValue(objective), scalarValue(errors[names[weighting]]!), where);
          assert.equal(scalarValue(errors.loss), scalarValue(errors[names[weighting]]!), where);
          assert.ok(scalarValue(measure(known as tf.Tensor4D).errors.loss) < 1e-6, where);
        }
      }
    }
  }));

const batch = 4;
const small = { height: 2, width: 2, channels: 1 };
const { levels: levelsOption, weights: weightsOption, weighting: weightingOption, error: errorOption } =
  denoising.options.shape;
const values = <T extends string>(option: { unwrap(): { options: readonly T[] } }) => option.unwrap().options;

/** Every parametrization, and what it has measured where it measures something. */
async function everyParametrization() {
  const plain = await Promise.all([noise, signal, velocity].map((plugin) => plugin.create({ options: {} })));
  const edms = await Promise.all(
    ([0.5, "measured"] as const).map((sigma_data) => edm.create({ options: { sigma_data } })),
  );
  const flows = await Promise.all(
    (["velocity", "image"] as const).map((predicts) => flow.create({ options: { predicts } })),
  );
  return [...plain, ...edms, ...flows].map((stage) => {
    const measured: TensorRecord = stage.blank === undefined ? {} : { sigma_data: tf.scalar(0.7) };
    return { stage, measured };
  });
}

Deno.test("every parametrization trains a step at all levels, on every component, error and reduction: all is finite", () =>
  onBackend("cpu", async () => {
    const images = normal("images", batch, small), drawn = normal("noise", batch, small);
    const start = { weight: tf.scalar(0.4), bias: tf.scalar(0.1) };
    const weights = values(weightsOption);
    let tried = 0;
    for (const { stage, measured } of await everyParametrization()) {
      for (const levels of values(levelsOption)) {
        for (const weighting of values(weightingOption)) {
          for (const error of values(errorOption)) {
            for (const reduction of ["mean", "sum"]) {
              // Weights and what the loss learns take turns: all of them come with each of the others.
              const turn = tried++;
              const options = {
                ...{ levels, weighting, error, reduction, stratified: true },
                weights: weights[turn % weights.length],
                uncertainty: turn % 2 === 1,
                importance: turn % 5 === 0 ? 4 : undefined,
                least_time: turn % 7 === 0 && weighting === "flow" ? 0.05 : 0,
                per_log_snr: turn % 11 === 0,
              };
              const loss = await makeDenoising(options, small, stage);
              tf.tidy(() => {
                const context = { state: startOf(loss, draws([0])), measured };
                const rates = loss.levels(draws(numbers(batch), turn), batch, context);
                const noisy = tf.add<tf.Tensor4D>(tf.mul(rates.signal, images), tf.mul(rates.noise, drawn));
                const target = {
                  ...{ signal: images, noise: drawn },
                  velocity: velocityOf({ signal: images, noise: drawn }, rates),
                };
                const input = stage.input(noisy, rates, measured);
                const { aux: { errors }, loss: objective, gradients } = valueAndGrad(({ weight, bias }) => {
                  const output = tf.add<tf.Tensor4D>(tf.mul(input.image, weight!), tf.mul(bias!, input.level));
                  const predicted = stage.components(output, noisy, rates, measured);
                  const { objective, errors } = loss.measure(predicted, target, rates, context);
                  return { loss: objective, aux: { errors } };
                })(start);
                const found = [objective, ...Object.values(errors), ...Object.values(gradients)].map(scalarValue);
                assert.ok(found.every(Number.isFinite), `${JSON.stringify(options)}: ${found}`);
                assert.ok(found.at(-1) !== 0 && found.at(-2) !== 0, `${JSON.stringify(options)} has a gradient`);
              });
            }
          }
        }
      }
    }
    assert.equal(tried, 7 * values(levelsOption).length * 4 * 3 * 2);
  }));
