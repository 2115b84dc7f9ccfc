/** Shortcut models: what is consistent has no error, and a toy is drawn in one step. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { createRandom, type Random, type Rates, type Sampler, seedTensor, velocityOf } from "denoise/plugin";
import { onBackend } from "../../pipeline/contract/laws.ts";
import type { DenoiseOptions } from "../../pipeline/kinds/loss.ts";
import ddim from "../sampler/ddim.ts";
import shortcutSampler from "../sampler/shortcut.ts";
import logSnrLinear from "../schedule/log-snr-linear.ts";
import shortcut, { through } from "./shortcut.ts";

/** What this loss does not look at. */
const rest = {
  state: { trainable: {}, buffers: {} },
  step: tf.scalar(0, "int32"),
  levels: () => {
    throw new Error("It draws its own");
  },
};

/** Draws of `count` pictures. */
const draws = (count: number, step: number): Random =>
  createRandom({
    seed: seedTensor(5),
    stream: "shortcut",
    step: tf.scalar(step, "int32"),
    items: tf.range(0, count, 1, "int32") as tf.Tensor1D,
  });

const scheduleOf = async (start: number, end: number) =>
  await logSnrLinear.create({ options: logSnrLinear.options.parse({ start_log_snr: start, end_log_snr: end }) });

Deno.test("through() finds the parts that make both noisy images", () =>
  onBackend("cpu", () => {
    const [signal, noise] = [tf.tensor4d([0.3, -1], [1, 2, 1, 1]), tf.tensor4d([1.2, 0.4], [1, 2, 1, 1])];
    const [at, then] = [{ signal: 0.3, noise: Math.sqrt(0.91) }, { signal: 0.8, noise: 0.6 }].map((rates) => ({
      signal: tf.scalar(rates.signal),
      noise: tf.scalar(rates.noise),
    })) as [Rates, Rates];
    const mix = (rates: Rates) => tf.add<tf.Tensor4D>(tf.mul(rates.signal, signal), tf.mul(rates.noise, noise));
    const found = through(mix(at), at, mix(then), then);
    for (const [part, wanted] of [[found.signal, signal], [found.noise, noise]] as const) {
      assert.ok(tf.max(tf.abs(tf.sub(part, wanted))).dataSync()[0]! < 1e-5);
    }
  }));

Deno.test("exact jumps are consistent: two of half the length lead where one does", () =>
  onBackend("cpu", async () => {
    const schedule = await scheduleOf(16, -6);
    const loss = await shortcut.create({ options: shortcut.options.parse({ steps: 64, share: 0.99 }), schedule });
    const spread = 0.5; // of normal pixels, whose noisy image keeps its place within the standard deviation
    const deviation = ({ signal, noise }: Rates) =>
      tf.sqrt(tf.add(tf.square(tf.mul(signal, spread)), tf.square(noise)));
    const least = schedule.rates(tf.zeros([1, 1, 1, 1]));
    const exact = (noisy: tf.Tensor4D, at: Rates, to: Rates) => {
      // The denoiser is a jump of no length; near it, the limit of short ones.
      const power = tf.square(deviation(at));
      const direct = tf.div<tf.Tensor4D>(tf.mul(tf.mul(at.signal, spread ** 2), noisy), power);
      const same = tf.less(tf.abs(tf.sub(at.noise, to.noise)), 1e-6);
      const ends = tf.lessEqual(to.noise, tf.mul(least.noise, 1.001));
      const then = { signal: tf.where(ends, tf.onesLike(to.signal), to.signal), noise: tf.where(ends, 0, to.noise) };
      const jumped = through(noisy, at, tf.mul(noisy, tf.div(deviation(then), deviation(at))) as tf.Tensor4D, then);
      const signal = tf.where(same, direct, jumped.signal) as tf.Tensor4D;
      const noise = tf.div<tf.Tensor4D>(tf.sub(noisy, tf.mul(at.signal, signal)), at.noise);
      return { signal, noise, velocity: velocityOf({ signal, noise }, at), features: {} };
    };
    const errors = (longer: number) => {
      const denoise = (noisy: tf.Tensor4D, rates: Rates, { to = rates, average = false }: DenoiseOptions = {}) => {
        const answer = exact(noisy, rates, to);
        return average ? answer : { ...answer, velocity: tf.mul<tf.Tensor4D>(answer.velocity, longer) };
      };
      const images = tf.mul<tf.Tensor4D>(draws(64, 1).normal([2, 2, 1]), spread);
      return loss.train!({ images, denoise, random: draws(64, 2), ...rest }).errors;
    };
    // The denoiser takes the shortest steps, and errs in them by little.
    const [right, wrong] = [errors(1).jump!.dataSync()[0]!, errors(1.2).jump!.dataSync()[0]!];
    assert.ok(right < 1e-3, `${right}`);
    assert.ok(wrong > 5 * right, `${wrong} for jumps that are a fifth too long, ${right} for exact ones`);
  }));

Deno.test("a network that was trained to jump draws a toy in one step, where a denoiser draws its mean", () =>
  onBackend("cpu", async () => {
    const schedule = await scheduleOf(6, -8);
    const loss = await shortcut.create({ options: shortcut.options.parse({ steps: 8, share: 0.5 }), schedule });
    const batch = 128, width = 24;
    // Pixels are 1 or -1. The network: three dense layers of the noisy pixel and both levels, which predict the velocity.
    const sizes = [[7, width], [width, width], [width, 1]] as const;
    const weights = sizes.map(([input, output], i) =>
      tf.variable(tf.mul(draws(input, 10 + i).normal([output]), Math.sqrt(1 / input)) as tf.Tensor2D)
    );
    const averages = weights.map((weight) => tf.variable(tf.clone(weight)));
    const predict = (noisy: tf.Tensor4D, at: Rates, to: Rates, using: readonly tf.Tensor[]) => {
      const told = [at.noise, at.signal, to.noise, to.signal].map((rate) =>
        tf.reshape(tf.add(rate, tf.zerosLike(noisy)), [-1, 1])
      );
      const x = tf.reshape(noisy, [-1, 1]);
      const input = tf.concat([x, ...told, tf.onesLike(x), tf.mul(x, told[1]!)], 1);
      const hidden = using.slice(0, 2).reduce<tf.Tensor>((x, weight) => tf.tanh(tf.matMul(x, weight)), input);
      const velocity = tf.reshape(tf.matMul(hidden, using[2]!), noisy.shape) as tf.Tensor4D;
      const signal = tf.sub<tf.Tensor4D>(tf.mul(at.signal, noisy), tf.mul(at.noise, velocity));
      const noise = tf.add<tf.Tensor4D>(tf.mul(at.noise, noisy), tf.mul(at.signal, velocity));
      return { signal, noise, velocity, features: {} };
    };
    const optimizer = tf.train.adam(0.01);
    for (let step = 0; step < 500; step++) {
      optimizer.minimize(() => {
        const random = draws(batch, 100 + step);
        const side = tf.sub(tf.mul(tf.cast(tf.less(random.fork("side").uniform([1, 1, 1]), 0.5), "float32"), 2), 1);
        const denoise = (noisy: tf.Tensor4D, rates: Rates, { to = rates, average = false }: DenoiseOptions = {}) =>
          predict(noisy, rates, to, average ? averages : weights);
        const images = side as tf.Tensor4D;
        return loss.train!({ images, denoise, random, ...rest }).objective;
      });
      tf.tidy(() =>
        averages.forEach((average, i) => average.assign(tf.add(tf.mul(average, 0.98), tf.mul(weights[i]!, 0.02))))
      );
    }
    const noise = draws(256, 9).normal([1, 1, 1]) as tf.Tensor4D;
    /** The part of the pixels that are nearly 1 or -1. */
    const arrived = (sampler: Sampler) => {
      let state = sampler.init(noise), signal: tf.Tensor = noise;
      for (const row of sampler.plan()) {
        ({ state, signal } = sampler.step(state, tf.tensor1d([...row]), {
          denoise: (noisy, rates) => predict(noisy, rates, rates, averages),
          jump(noisy, from, to) {
            const parts = predict(noisy, from, to, averages);
            return { ...parts, image: tf.add(tf.mul(to.signal, parts.signal), tf.mul(to.noise, parts.noise)) };
          },
          clip: (signal) => signal,
          random: draws(256, 0),
        }));
      }
      return tf.mean(tf.cast(tf.less(tf.abs(tf.sub(tf.abs(signal), 1)), 0.3), "float32")).dataSync()[0]!;
    };
    const of = async (plugin: typeof ddim | typeof shortcutSampler, steps: number) =>
      arrived(await plugin.create({ options: { ...plugin.options.parse({ steps }), clip: false }, schedule } as never));
    const table = await Promise.all([1, 2, 4].map(async (steps) => ({
      steps,
      plain: await of(ddim, steps),
      jumps: await of(shortcutSampler, steps),
    })));
    console.log(`  near 1 or -1: ${JSON.stringify(table)}`);
    for (const { steps, plain, jumps } of table) {
      assert.ok(jumps > 0.8, `${jumps} of the pixels arrive in ${steps} jumps`);
      assert.ok(jumps > plain, `${jumps} by jumps and ${plain} without, in ${steps} steps`);
    }
    assert.ok(table[0]!.plain < 0.1, "one step of a denoiser leads to the mean");
  }));
