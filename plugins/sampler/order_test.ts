/** Orders of convergence, fitted in float64: beyond the second, float32 has too few digits to show them. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { z } from "zod";
import { draws, onBackend } from "../../pipeline/contract/laws.ts";
import { kinds } from "../../pipeline/kinds/mod.ts";
import { signalOf } from "denoise/plugin";
import type { Sampler } from "../../pipeline/kinds/sampler.ts";
import cosine from "../schedule/cosine.ts";
import multistep from "./multistep.ts";
import secondOrder from "./second-order.ts";
import ddim from "./ddim.ts";

type Options = Readonly<Record<string, unknown>>;
const schedule = await cosine.create({ options: {} });
const plugins = { ddim, "second-order": secondOrder, multistep };
type Name = keyof typeof plugins;

async function make(name: Name, options: Options): Promise<Sampler> {
  const { options: schema, create } = plugins[name];
  const all = { ...z.object(kinds.sampler.options).parse({}), ...schema.strict().parse(options) };
  return await create({ options: all, schedule } as never) as Sampler;
}

/** The noise that is expected of pixels that are -1 or 1, with a spread of 0.5 around each. */
function noiseOf(image: number, signal: number, noise: number): number {
  const variance = (0.5 * signal) ** 2 + noise ** 2;
  const mean = Math.tanh(image * signal / variance);
  const clean = mean + (0.25 * signal / variance) * (image - signal * mean);
  return (image - signal * clean) / noise;
}

/** Rates in float64 of a noise rate over the signal rate. */
function at(place: number): [signal: number, noise: number] {
  const signal = 1 / Math.sqrt(1 + place ** 2);
  return [signal, place * signal];
}

/** What `step` does in float32 tensors, in float64 for one pixel of a deterministic sampler. */
function solve(rows: readonly (readonly number[])[], image: number, alpha: number | undefined): number {
  const past: number[] = [];
  for (const [signal, noise, nextSignal, nextNoise, , ...rest] of rows as (readonly number[] & Five)[]) {
    const own = noiseOf(image, signal, noise);
    const [between, weights] = alpha === undefined ? [[], rest] : [rest.slice(0, 2), rest.slice(2)];
    past.unshift(own);
    let estimate = weights.length === 0 ? own : weights.reduce((sum, weight, i) => sum + weight * (past[i] ?? 0), 0);
    if (alpha !== undefined) {
      const [signalThere, noiseThere] = between as [number, number];
      const ahead = signalThere * (image - noise * estimate) / signal + noiseThere * estimate;
      const share = 1 / (2 * alpha);
      estimate = (1 - share) * estimate + share * noiseOf(ahead, signalThere, noiseThere);
    }
    image = nextSignal * (image - noise * estimate) / signal + nextNoise * estimate;
  }
  return image;
}
type Five = [number, number, number, number, number];

/** The end of the probability flow, by the classical method of fourth order with steps far too small for this. */
function exact(image: number, steps = 20_000): number {
  const place = (logSnr: number) => Math.exp(-logSnr / 2);
  const [start, end] = [schedule.logSnr(1), schedule.logSnr(0)];
  // In log-SNR: image / signal rate changes by the noise, times what noise rate / signal rate changes.
  let scaled = image / at(place(start))[0];
  const slope = (logSnr: number, scaled: number) => {
    const [signal, noise] = at(place(logSnr));
    return -0.5 * place(logSnr) * noiseOf(scaled * signal, signal, noise);
  };
  const h = (end - start) / steps;
  for (let step = 0; step < steps; step++) {
    const l = start + step * h;
    const a = slope(l, scaled), b = slope(l + h / 2, scaled + h / 2 * a);
    const c = slope(l + h / 2, scaled + h / 2 * b), d = slope(l + h, scaled + h * c);
    scaled += h / 6 * (a + 2 * b + 2 * c + d);
  }
  return scaled * at(place(end))[0];
}

const pixels = [-1.3, 0.2, 0.9, 2];
const ends = pixels.map((pixel) => exact(pixel));

/** Slope of log error against log steps, over `steps`. */
async function measuredOrder(name: Name, options: Options, steps: readonly number[]): Promise<number> {
  const points = await Promise.all(steps.map(async (steps) => {
    const rows = (await make(name, { ...options, steps })).plan();
    const alpha = (await make(name, options), options.second_order_alpha as number | undefined);
    const error = Math.max(...pixels.map((pixel, i) => Math.abs(solve(rows, pixel, alpha) - ends[i]!)));
    return [Math.log(steps), Math.log(error)] as const;
  }));
  const mean = (i: 0 | 1) => points.reduce((sum, point) => sum + point[i], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  return -points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) /
    points.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

const cases: readonly (readonly [name: Name, options: Options, order: number])[] = [
  ["ddim", {}, 1],
  ...[0.5, 2 / 3, 1].map((second_order_alpha) => ["second-order", { second_order_alpha }, 2] as const),
  ...[1, 2, 3, 4, 5].map((order) => ["multistep", { order }, Math.min(order, 2)] as const),
  ...[1, 2, 3, 4, 5].map((order) => ["multistep", { order, weights: "exact" }, order] as const),
  ["multistep", { order: 2, second_order_alpha: 0.5 }, 2],
  ["multistep", { order: 2, second_order_alpha: 1 }, 1],
  ["multistep", { order: 1, second_order_alpha: 1 }, 2],
];

for (const [name, options, order] of cases) {
  Deno.test(`${name} ${JSON.stringify(options)} converges with order ${order}, as it says`, async () => {
    assert.equal((await make(name, options)).order, order);
    const given = name === "second-order" ? { second_order_alpha: 0.5, ...options } : options;
    const measured = await measuredOrder(name, given, [256, 362, 512, 724]);
    console.log(`  measured ${measured.toFixed(2)}`);
    assert.ok(Math.abs(measured - order) < 0.25, `measured ${measured.toFixed(2)}`);
  });
}

Deno.test("samplers do in float32 tensors what their orders are fitted for in float64", () =>
  onBackend("cpu", async () => {
    for (const [name, options] of cases) {
      const sampler = await make(name, { ...options, steps: 12 });
      const noise = tf.tensor4d(pixels, [pixels.length, 1, 1, 1]);
      let state = sampler.init(noise);
      for (const [step, row] of sampler.plan().entries()) {
        state = sampler.step(state, tf.tensor1d([...row]), {
          denoise: (image, rates) => {
            const [signal] = rates.signal.dataSync(), [level] = rates.noise.dataSync();
            const noises = Array.from(image.dataSync(), (pixel) => noiseOf(pixel, signal!, level!));
            const noise = tf.tensor4d(noises, image.shape);
            return { signal: signalOf(image, noise, rates), noise, velocity: noise };
          },
          clip: (signal) => signal,
          random: draws([0, 1, 2, 3], step),
        }).state;
      }
      const alpha = options.second_order_alpha as number | undefined;
      const found = state.image.dataSync();
      for (const [i, pixel] of pixels.entries()) {
        assert.ok(
          Math.abs(found[i]! - solve(sampler.plan(), pixel, alpha)) < 1e-4,
          `${name} ${JSON.stringify(options)}`,
        );
      }
    }
  }));
