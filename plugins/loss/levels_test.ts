/** Draws of noise levels: each picture its own, or a range of its own. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { draws, onBackend } from "../../pipeline/contract/laws.ts";
import { standIns } from "../../pipeline/contract/stand_ins.ts";
import denoising from "./denoising.ts";

const items = Array.from({ length: 64 }, (_, i) => i);

Deno.test("stratified levels lie one in each of as many ranges as there are pictures", () =>
  onBackend("cpu", async () => {
    const powers = async (stratified: boolean) => {
      const options = denoising.options.parse({ levels: "uniform-noise-power", stratified });
      const { levels } = await denoising.create({ options, schedule: standIns.schedule });
      return [...tf.square(levels(draws(items), items.length).noise).dataSync()];
    };
    const ranges = (all: readonly number[]) =>
      new Set(all.map((power) => Math.floor(power * items.length - 1e-4))).size;
    assert.ok(ranges(await powers(true)) >= items.length - 1);
    assert.ok(ranges(await powers(false)) < 0.8 * items.length, "others fall where they will");
  }));
