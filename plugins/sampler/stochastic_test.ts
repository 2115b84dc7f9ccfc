/** Stochastic samplers on normal pixels: mean and variance of what they give, exactly, and without a single draw. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { Sampler } from "../../pipeline/kinds/sampler.ts";
import type { Random } from "../../lib/tensor/random.ts";
import { noiseOf, velocityOf } from "../../pipeline/kinds/diffusion.ts";
import { onFloat64, tensor64 } from "../../tests/float64.ts";
import ddim from "./ddim.ts";
import ddpm from "./ddpm.ts";
import dpm2Ancestral from "./dpm-2-ancestral.ts";
import dpmpp from "./dpmpp.ts";
import dpmpp2s from "./dpmpp-2s.ts";
import dpmppSde from "./dpmpp-sde.ts";
import euler from "./euler.ts";
import eulerAncestral from "./euler-ancestral.ts";
import heun from "./heun.ts";

const schedule = { logSnr: (time: number) => 7 - 14 * time, rates: (): never => assert.fail() };
/** Pixels are normal, with this mean and deviation. */
const [mean, deviation] = [0.4, 0.5];

/**
 * Mean and variance of the last image. It is a linear function of the first noise and of all draws: item `i` of the batch
 * has a 1 in place of the `i`-th of them and 0 for the others, and the last item has 0 for all.
 */
function moments(sampler: Sampler, drawsOfStep: number): { mean: number; variance: number } {
  const count = 2 + sampler.steps * drawsOfStep;
  const shape = [count, 1, 1, 1];
  const only = (item: number) => {
    const values = new Float64Array(count);
    values[item] = 1;
    return tensor64<tf.Rank.R4>(values, shape);
  };
  let drawn = 0;
  const random: Random = {
    fork: () => random,
    bits: () => assert.fail(),
    uniform: () => assert.fail(),
    normal: () => only(++drawn),
  };
  const power = tensor64([deviation ** 2], []), middle = tensor64([mean], []);
  let state = sampler.init(only(0));
  for (const row of sampler.plan()) {
    ({ state } = sampler.step(state, tensor64<tf.Rank.R1>(row, [row.length]), {
      denoise: (image, rates) => {
        const { signal: a, noise: s } = rates;
        const total = tf.add(tf.mul(tf.square(a), power), tf.square(s));
        const known = tf.mul(tf.div(tf.mul(a, power), total), tf.sub(image, tf.mul(a, middle)));
        const signal = tf.add<tf.Tensor4D>(middle, known);
        const noise = noiseOf(image, signal, rates);
        return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
      },
      clip: (signal) => signal,
      random,
    }));
  }
  assert.equal(drawn, count - 2, "draws");
  const values = state.image.dataSync();
  const nothing = values[count - 1]!;
  const moved = Array.from(values.slice(0, -1), (value) => (value - nothing) ** 2);
  return { mean: nothing, variance: moved.reduce((sum, square) => sum + square, 0) };
}

type Options = Readonly<Record<string, unknown>>;
type Any = { options: { parse(options: unknown): unknown }; create(context: never): unknown };

const cases: readonly (readonly [name: string, plugin: Any, options: Options, order: number, draws?: number])[] = [
  ["ddim with stochasticity 1", ddim as Any, { stochasticity: 1 }, 1],
  ["ddim with stochasticity 0.5", ddim as Any, { stochasticity: 0.5 }, 1],
  ["ddpm", ddpm as Any, {}, 1],
  ["ddpm, large", ddpm as Any, { variance: "large" }, 1],
  ["euler with churn", euler as Any, { churn: 10 }, 1],
  ["euler-ancestral", eulerAncestral as Any, {}, 1],
  ["euler-ancestral with eta 0.5", eulerAncestral as Any, { eta: 0.5 }, 1],
  ["heun with churn", heun as Any, { churn: 10 }, 1.5],
  ["dpm-2-ancestral", dpm2Ancestral as Any, {}, 1.5],
  ["dpmpp-2s, ancestral", dpmpp2s as Any, { eta: 1 }, 1.5],
  ["dpmpp-sde", dpmppSde as Any, {}, 1, 2],
  ["dpmpp, SDE of order 1", dpmpp as Any, { order: 1, eta: 1 }, 1],
  ["dpmpp, SDE 2M", dpmpp as Any, { order: 2, eta: 1 }, 1.5],
  ["dpmpp, SDE 2M heun", dpmpp as Any, { order: 2, eta: 1, type: "heun" }, 1.5],
  ["dpmpp, SDE 3M", dpmpp as Any, { order: 3, eta: 1, type: "heun" }, 1.5],
];

for (const [name, plugin, options, order, draws = 1] of cases) {
  Deno.test(`${name} gives normal pixels of the right mean and variance, the nearer the more steps`, () =>
    onFloat64(() => {
      const errors = [24, 48, 96].map((steps) => {
        const all = { clip: false, ...plugin.options.parse({ steps, ...options }) as Options };
        const found = moments(plugin.create({ options: all, schedule } as never) as Sampler, draws);
        const signal = 1 / (1 + Math.exp(-schedule.logSnr(0))), noise = 1 - signal;
        const right = { mean: Math.sqrt(signal) * mean, variance: signal * deviation ** 2 + noise };
        return [Math.abs(found.mean - right.mean), Math.abs(found.variance - right.variance)] as const;
      });
      const worst = errors.map((both) => Math.max(...both));
      const measured = Math.log2(worst[0]! / worst[2]!) / 2;
      console.log(`  ${worst.map((error) => error.toExponential(1)).join(", ")}: order ${measured.toFixed(2)}`);
      assert.ok(worst[2]! < (order > 1 ? 2e-3 : 2.5e-2), `${worst}`);
      assert.ok(measured > order - 0.35, `order ${measured}`);
    }));
}
