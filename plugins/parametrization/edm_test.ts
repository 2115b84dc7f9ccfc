/** EDM's σ_data, measured of the training pictures. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { normal, onBackend, scalarValue } from "../../pipeline/contract/laws.ts";
import edm from "./edm.ts";

const image = { height: 4, width: 4, channels: 3 };
const make = (sigma_data: number | "measured") => Promise.resolve(edm.create({ options: { sigma_data } }));
const once = (...chunks: number[][]) =>
  async function* () {
    for (const chunk of chunks) yield await Promise.resolve(Float32Array.from(chunk));
  };

Deno.test("a measured sigma_data is the standard deviation of all numbers, and works as the number would", () =>
  onBackend("cpu", async () => {
    const stage = await make("measured");
    const measured = await stage.fit!(once([1, -1, 1], [-1, 0.5, -0.5]), image);
    const wanted = Math.sqrt((4 + 0.5) / 6);
    assert.ok(Math.abs(scalarValue(measured.sigma_data!) - wanted) < 1e-6);
    const number = await make(wanted);
    const [noisy, output] = [normal("noisy", 2, image), normal("output", 2, image)];
    const rates = { signal: tf.scalar(0.6), noise: tf.scalar(0.8) };
    const close = (a: tf.Tensor, b: tf.Tensor) => assert.ok(tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]! < 1e-6);
    close(stage.input(noisy, rates, measured).image, number.input(noisy, rates).image);
    const [found, known] = [stage.components(output, noisy, rates, measured), number.components(output, noisy, rates)];
    for (const part of ["signal", "noise", "velocity"] as const) close(found[part], known[part]);
    assert.throws(() => stage.input(noisy, rates), /not measured: sigma_data/);
    assert.equal(number.fit, undefined);
  }));

Deno.test("pictures of one colour have no sigma_data", async () => {
  const stage = await make("measured");
  await assert.rejects(stage.fit!(once([0.25, 0.25], [0.25]), image), /all of one colour/);
});
