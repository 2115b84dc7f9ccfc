/** Weights of noise levels that no fixture holds: the sigmoid with its bias, and the least time of predicted images. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { draws, normal, numbers, onBackend, scalarValue } from "../../pipeline/contract/laws.ts";
import { makeDenoising } from "../../tests/denoising.ts";
import { logSnrOfFlowTime, ratesOf } from "../../pipeline/kinds/diffusion.ts";
import type { Components, Rates } from "../../pipeline/kinds/common.ts";
import flow from "../parametrization/flow.ts";

const image = { height: 4, width: 4, channels: 3 };
const make = (options: object, size = image) => makeDenoising(options, size);
const rates = (logSnr: number): Rates => ratesOf(tf.fill([2, 1, 1, 1], logSnr));
const off = (by: number): Components => {
  const all = tf.fill<tf.Rank.R4>([2, 4, 4, 3], by);
  return { signal: all, noise: all, velocity: all };
};

Deno.test("sigmoid weighs the error of the noise by sigmoid(bias - log-SNR), and the bias follows the size of pictures", () =>
  onBackend("cpu", async () => {
    const weight = async (logSnr: number, options: object, size = image) => {
      const loss = await make({ weights: "sigmoid", weighting: "noise", error: "mse", ...options }, size);
      return scalarValue(loss.measure(off(1), off(0), rates(logSnr)).objective);
    };
    const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
    const close = (found: number, wanted: number) =>
      assert.ok(Math.abs(found / wanted - 1) < 1e-4, `${found}, ${wanted}`);
    for (const logSnr of [-6, -3, 0, 4]) {
      close(await weight(logSnr, {}), sigmoid(-logSnr));
      close(await weight(logSnr, { sigmoid_bias: -3 }), sigmoid(-3 - logSnr));
      // Hoogeboom et al. 2024: e^bias sigmoid(log-SNR - bias) on the error of the image, which is the same.
      close(
        await weight(logSnr, { sigmoid_bias: -3, weighting: "signal" }),
        Math.exp(-3) * sigmoid(logSnr + 3),
      );
      // Four times the side: as on the small picture at a log-SNR that is higher by 2 ln 4.
      const large = { height: 16, width: 16, channels: 3 };
      close(
        await weight(logSnr, { sigmoid_bias: -1, sigmoid_size: 4 }, large),
        await weight(logSnr + 2 * Math.log(4), { sigmoid_bias: -1 }),
      );
    }
  }));

Deno.test("below the least time, a predicted image has the error of the velocity over that time, whatever the error", () =>
  onBackend("cpu", async () => {
    const least = 0.05;
    const { components } = await flow.create({ options: { predicts: "image" } });
    const [clean, noise] = [normal("clean", 2, image), normal("noise", 2, image)];
    const predicted = tf.add<tf.Tensor4D>(clean, tf.mul(0.1, normal("error", 2, image)));
    for (const time of [0.01, 0.04, 0.05, 0.3, 0.9]) {
      const at = rates(logSnrOfFlowTime(time));
      const noisy = tf.add<tf.Tensor4D>(tf.mul(at.signal, clean), tf.mul(at.noise, noise));
      // Li and He 2025, arXiv:2511.13720: (image - noisy) / max(1 - t, least), of the prediction and of the target.
      const difference = tf.div(tf.sub(predicted, clean), Math.max(time, least)) as tf.Tensor4D;
      const perImage = tf.mean(tf.square(difference), [1, 2, 3]);
      const wanted = {
        mse: tf.mean(tf.square(difference)),
        mae: tf.mean(tf.abs(difference)),
        "pseudo-huber": tf.mean(tf.sub(tf.sqrt(tf.add(perImage, 0.00054 ** 2)), 0.00054)),
      };
      for (const [error, value] of Object.entries(wanted)) {
        const loss = await make({ weighting: "flow", error, least_time: least });
        const target = components(clean, noisy, at);
        const { objective } = loss.measure(components(predicted, noisy, at), target, at);
        assert.ok(Math.abs(scalarValue(objective) / scalarValue(value) - 1) < 1e-3, `${error} at ${time}`);
      }
    }
  }));

Deno.test("per_log_snr counts all log-SNRs alike, whatever the levels", () =>
  onBackend("cpu", async () => {
    const count = 700;
    for (const levels of ["uniform-time", "uniform-noise-power", "logit-normal", "mode"]) {
      const loss = await make({ levels, weighting: "noise", error: "mse", per_log_snr: true, stratified: true });
      const drawn = loss.levels(draws(numbers(count)), count);
      // An error of one within two ranges of the same length, and of none elsewhere: both have the same mean.
      const logSnrs = tf.mul(2, tf.log(tf.div(drawn.signal, drawn.noise)));
      const [dense, sparse] = [[-1, 0], [1, 2]].map(([from, to]) => {
        const within = tf.logicalAnd(tf.greater(logSnrs, from!), tf.lessEqual(logSnrs, to!));
        const error = tf.cast(within, "float32") as tf.Tensor4D;
        const zero = tf.zerosLike(error);
        const parts = (all: tf.Tensor4D) => ({ signal: all, noise: all, velocity: all });
        return scalarValue(loss.measure(parts(error), parts(zero), drawn).objective);
      });
      assert.ok(Math.abs(dense! - 1) < 0.05 && Math.abs(sparse! - 1) < 0.05, `${levels}: ${dense}, ${sparse}`);
    }
  }));
