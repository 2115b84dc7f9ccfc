/** Draws of noise levels: each picture its own, or a range of its own. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { draws, onBackend } from "../../pipeline/contract/laws.ts";
import { makeDenoising } from "../../tests/denoising.ts";
import denoising from "./denoising.ts";

const image = { height: 8, width: 8, channels: 3 };
const items = Array.from({ length: 64 }, (_, i) => i);

Deno.test("stratified levels lie one in each of as many ranges as there are pictures", () =>
  onBackend("cpu", async () => {
    const powers = async (stratified: boolean) => {
      const { levels } = await makeDenoising({ levels: "uniform-noise-power", stratified }, image);
      return [...tf.square(levels(draws(items), items.length).noise).dataSync()];
    };
    const ranges = (all: readonly number[]) =>
      new Set(all.map((power) => Math.floor(power * items.length - 1e-4))).size;
    assert.ok(ranges(await powers(true)) >= items.length - 1);
    assert.ok(ranges(await powers(false)) < 0.8 * items.length, "others fall where they will");
  }));

Deno.test("levels that are meant for smaller pictures have a log-SNR lower by twice the logarithm of the ratio of sides", () =>
  onBackend("cpu", async () => {
    const logSnrs = async (options: object, image: { height: number; width: number }) => {
      const loss = await makeDenoising({ levels: "logit-normal", ...options }, { ...image, channels: 3 });
      const { signal, noise } = loss.levels(draws(items), items.length);
      return [...tf.mul(2, tf.log(tf.div(signal, noise))).dataSync()];
    };
    const plain = await logSnrs({}, image);
    const close = (found: number[], shift: number) =>
      found.forEach((value, i) => assert.ok(Math.abs(value - plain[i]! - shift) < 1e-4, `${value} - ${plain[i]}`));
    close(await logSnrs({ level_size: 8 }, image), 0);
    close(await logSnrs({ level_size: 8 }, { height: 32, width: 32 }), -2 * Math.log(4));
    close(await logSnrs({ level_size: 8 }, { height: 16, width: 4 }), 0);
    close(await logSnrs({ level_size: 8 }, { height: 2, width: 2 }), 2 * Math.log(4));
  }));

Deno.test("log-uniform and log-logistic levels lie between their ends, the former evenly", () =>
  onBackend("cpu", async () => {
    for (const levels of ["log-uniform", "log-logistic"]) {
      const options = { levels, stratified: true, least_sigma: 0.01, most_sigma: 100 };
      const { levels: draw } = await makeDenoising(options, image);
      const { signal, noise } = draw(draws(items), items.length);
      const logs = [...tf.log(tf.div(noise, signal)).dataSync()];
      const places = logs.map((log) => (log - Math.log(0.01)) / Math.log(1e4));
      assert.ok(places.every((place) => place > -1e-5 && place < 1 + 1e-5), levels);
      if (levels === "log-uniform") {
        places.forEach((place, i) => assert.ok(place >= i / 64 - 1e-5 && place <= (i + 1) / 64 + 1e-5));
      }
    }
    const wrong = denoising.options.safeParse({ least_sigma: 2, most_sigma: 1 });
    assert.match(String(wrong.error), /most_sigma/);
  }));
