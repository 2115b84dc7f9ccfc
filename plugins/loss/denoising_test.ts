import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { draws, normal, numbers, onBackend, scalarValue } from "../../pipeline/contract/laws.ts";
import { standIns } from "../../pipeline/contract/stand_ins.ts";
import { makeDenoising } from "../../tests/denoising.ts";
import denoising from "./denoising.ts";
import { Refusal } from "../../plugin.ts";

const image = { height: 8, width: 8, channels: 3 };

const make = (options: object) => makeDenoising(options, image);

Deno.test("denoising is 0.7979 by MAE and 1 by MSE where the noise is taken for zero", () =>
  onBackend("cpu", async () => {
    const noise = normal("noise", 400, image);
    const all = { signal: noise, noise, velocity: noise };
    const zero = { signal: tf.zerosLike(noise), noise: tf.zerosLike(noise), velocity: tf.zerosLike(noise) };
    const value = async (error: string) => scalarValue((await make({ error })).measure(zero, all).errors.loss);
    assert.ok(Math.abs(await value("mae") - Math.sqrt(2 / Math.PI)) < 0.01);
    assert.ok(Math.abs(await value("mse") - 1) < 0.02);
  }));

Deno.test("denoising trains on the component that it is told, and shows all three", () =>
  onBackend("cpu", async () => {
    const of = (value: number) => tf.fill<tf.Rank.R4>([2, 4, 4, 3], value);
    const predicted = { signal: of(1), noise: of(2), velocity: of(3) };
    const target = { signal: of(0), noise: of(0), velocity: of(0) };
    for (const [weighting, value] of Object.entries({ signal: 1, noise: 2, velocity: 3 })) {
      const { objective, errors } = (await make({ weighting, reduction: "sum" })).measure(predicted, target);
      assert.deepEqual(["loss", "image", "noise", "velocity"].map((name) => scalarValue(errors[name]!)), [
        value,
        1,
        2,
        3,
      ]);
      assert.equal(scalarValue(objective), value * 2 * 4 * 4, "the sum over batch, height and width");
    }
  }));

Deno.test("denoising draws levels uniform in time or in noise power", () =>
  onBackend("cpu", async () => {
    const random = draws(numbers(4000));
    const uniform = Array.from(random.uniform([1]).dataSync());
    const power = (await make({ levels: "uniform-noise-power" })).levels(random, 4000).noise.square().dataSync();
    uniform.forEach((value, i) => assert.ok(Math.abs(power[i]! - value) < 1e-6));
    const noise = (await make({ levels: "uniform-time" })).levels(random, 4000).noise.dataSync();
    const expected = standIns.schedule.rates(tf.tensor1d(uniform)).noise.dataSync();
    expected.forEach((value, i) => assert.ok(Math.abs(noise[i]! - value) < 1e-6));
  }));

Deno.test("options that the chosen levels, weights or weighting make nothing of are refused; their defaults are not", async () => {
  const cases: [option: string, value: unknown, taken: object, refused: object][] = [
    ["level_mean", -0.4, { levels: "logit-normal" }, { levels: "mode" }],
    ["level_std", 2, { levels: "log-logistic" }, {}],
    ["mode_scale", 1, { levels: "mode" }, { levels: "log-normal" }],
    ["least_sigma", 0.01, { levels: "log-uniform" }, { levels: "uniform-noise-power" }],
    ["most_sigma", 90, { levels: "log-logistic" }, { levels: "log-normal" }],
    ["gamma", 3, { weights: "soft-min-snr" }, { weights: "truncated-snr" }],
    ["p2_k", 2, { weights: "p2" }, {}],
    ["sigmoid_bias", -1, { weights: "sigmoid" }, { weights: "cosmap" }],
    ["sigmoid_size", 64, { weights: "sigmoid" }, { weights: "sigma-sqrt" }],
    ["sigma_data", 0.5, { weights: "edm" }, { weights: "min-snr" }],
    ["least_time", 0.05, { weighting: "flow" }, { weighting: "velocity" }],
  ];
  for (const [option, value, taken, refused] of cases) {
    await make({ ...taken, [option]: value });
    await make({ ...refused, [option]: denoising.options.parse({})[option as "gamma"] });
    const error = await make({ ...refused, [option]: value }).then(() => undefined, (error) => error);
    assert(error instanceof Refusal, `${option} with ${JSON.stringify(refused)}`);
    assert.equal(error.option, option);
    assert.match(error.help.join(), /^leave it out, or take /);
    assert(error.unused);
  }
});
