import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { tensorOf } from "../../lib/tensor/tree.ts";
import { assertTreesClose, onBackend } from "../contract/laws.ts";
import {
  flowTimeOf,
  logSnrOfFlowTime,
  logSnrOfSigma,
  logSnrOfSignalPower,
  noiseOf,
  powersOf,
  ratesOf,
  sigmaOf,
  signalOf,
  splitRow,
  velocityOf,
} from "./diffusion.ts";

Deno.test("powers sum to one, rates are their roots, and a log-SNR is the logarithm of their ratio", () => {
  for (const logSnr of [-30, -7.5, 0, 2.5, 30]) {
    const [powers, rates] = [powersOf(logSnr), ratesOf(logSnr)];
    assert.ok(Math.abs(powers.signal + powers.noise - 1) < 1e-15);
    assert.ok(Math.abs(Math.log(powers.signal / powers.noise) - logSnr) < 1e-12);
    for (const part of ["signal", "noise"] as const) {
      assert.ok(Math.abs(rates[part] ** 2 / powers[part] - 1) < 1e-15, `${part} at ${logSnr}`);
    }
  }
});

Deno.test("coordinates of the path are those of the rates, and back", () => {
  for (const logSnr of [-30, -7.5, 0, 2.5, 30]) {
    const { signal, noise } = ratesOf(logSnr), powers = powersOf(logSnr);
    const near = (found: number, wanted: number) =>
      assert.ok(Math.abs(found - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${found}, not ${wanted}`);
    near(sigmaOf(logSnr), noise / signal);
    near(logSnrOfSigma(sigmaOf(logSnr)), logSnr);
    near(flowTimeOf(logSnr), noise / (signal + noise));
    if (logSnr > -20) near(logSnrOfFlowTime(flowTimeOf(logSnr)), logSnr); // 1 - t loses its digits near 1
    if (logSnr < 20) near(logSnrOfSignalPower(powers.signal), logSnr);
  }
  assert.deepEqual([logSnrOfSigma(0), logSnrOfFlowTime(0), logSnrOfFlowTime(1)], [Infinity, Infinity, -Infinity]);
});

Deno.test("rates of a tensor are those of its numbers", () =>
  onBackend("cpu", () => {
    const logSnrs = [-7.5, 0, 2.5];
    const { signal, noise } = ratesOf(tf.tensor(logSnrs));
    assertTreesClose(signal, tf.tensor(logSnrs.map((logSnr) => ratesOf(logSnr).signal)), 1e-6, "signal");
    assertTreesClose(noise, tf.tensor(logSnrs.map((logSnr) => ratesOf(logSnr).noise)), 1e-6, "noise");
  }));

Deno.test("signal and noise are found again in a noisy image, and in its velocity", () =>
  onBackend("cpu", () => {
    const signal = tf.tensor([1, -0.5, 0.25]), noise = tf.tensor([-2, 0.1, 1]);
    const rates = { signal: tf.scalar(0.8), noise: tf.scalar(0.6) };
    const noisy = tf.add(tf.mul(rates.signal, signal), tf.mul(rates.noise, noise));
    assertTreesClose(signalOf(noisy, noise, rates), signal, 1e-6, "signal");
    assertTreesClose(noiseOf(noisy, signal, rates), noise, 1e-6, "noise");
    const velocity = velocityOf({ signal, noise }, rates);
    assertTreesClose(tf.sub(tf.mul(rates.signal, noisy), tf.mul(rates.noise, velocity)), signal, 1e-6, "signal again");
  }));

Deno.test("splitRow() takes a row apart, the numbers beyond those that are counted too", () =>
  onBackend("cpu", () => {
    const [signal, noise, ...weights] = splitRow(tf.tensor1d([1, 2, 3, 4]), 2);
    for (const [i, part] of [signal, noise, ...weights].entries()) {
      assert.deepEqual(part.shape, [1, 1, 1, 1]);
      assert.equal(part.dataSync()[0], i + 1);
    }
    assert.equal(weights.length, 2);
    assert.throws(() => splitRow(tf.tensor1d([1, 2]), 3), /Cannot take 3 numbers from a row of 2/);
  }));

Deno.test("tensorOf() names the tensor that a record lacks", () =>
  onBackend("cpu", () => {
    const record = { kernel: tf.ones([2]) };
    assert.equal(tensorOf(record, "kernel"), record.kernel);
    assert.throws(() => tensorOf(record, "bias"), /Found no tensor "bias" among kernel/);
  }));
