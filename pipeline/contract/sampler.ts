/** Laws of samplers. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Components, Rates } from "../kinds/common.ts";
import { noiseOf, powersOf, velocityOf } from "../kinds/diffusion.ts";
import {
  assertFinite,
  assertTreesClose,
  compiled,
  draws,
  forbidden,
  type Laws,
  normal,
  numbers,
  shapesOf,
} from "./laws.ts";
import type { Sampler, SamplerTools, Seen } from "../kinds/sampler.ts";
import { standIns } from "./stand_ins.ts";

/** What a sampler asks the network for. */
export type Denoise = (image: tf.Tensor4D, rates: Rates) => Seen;

/** Components of a noisy image whose signal is known. */
function withSignal(signal: tf.Tensor4D, noisy: tf.Tensor4D, rates: Rates): Components {
  const noise = noiseOf(noisy, signal, rates);
  return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
}

/** Standard deviation of the pictures of `gaussian`. */
const spread = 0.5;

/** The best answer where every pixel is normal: its mean, given the noisy one. */
const gaussian: Denoise = (noisy, rates) => {
  const power = tf.add(tf.mul(tf.square(rates.signal), spread ** 2), tf.square(rates.noise));
  return withSignal(tf.mul(noisy, tf.div(tf.mul(rates.signal, spread ** 2), power)), noisy, rates);
};

/** Jumps as a network does that was not trained to: straight on, by what it sees now. */
export const jumper = (denoise: Denoise): NonNullable<SamplerTools["jump"]> => (noisy, from, to) => {
  const parts = denoise(noisy, from);
  return { ...parts, image: tf.add(tf.mul(to.signal, parts.signal), tf.mul(to.noise, parts.noise)) };
};

/** Runs every step as a backend would. */
async function sample(sampler: Sampler, noise: tf.Tensor4D, denoise: Denoise, items = numbers(noise.shape[0])) {
  let state = sampler.init(noise), signal: tf.Tensor | undefined;
  const first = shapesOf(state);
  let calls = 0;
  for (const [step, row] of sampler.plan().entries()) {
    const random = sampler.stochastic ? draws(items, step) : forbidden;
    const counting: Denoise = (image, rates) => (calls++, denoise(image, rates));
    const after = await compiled(
      (state, row) =>
        sampler.step(state as ReturnType<Sampler["init"]>, row as tf.Tensor1D, {
          denoise: counting,
          ...(sampler.asks?.jump ? { jump: jumper(counting) } : {}),
          clip: (signal) => signal,
          random,
        }),
      state,
      tf.tensor1d([...row], "float32"),
    );
    state = after.state as typeof state;
    signal = after.signal;
    assert.deepEqual(shapesOf(state), first, `state after step ${step + 1}`);
    assert.deepEqual(signal.shape, noise.shape, `signal after step ${step + 1}`);
  }
  return { image: state.image, signal: signal!, calls };
}

export const samplerLaws: Laws<"sampler"> = {
  "plans one row a step, all of one length": async ({ create }) => {
    const sampler = await create();
    const plan = sampler.plan();
    assert.equal(plan.length, sampler.steps);
    for (const row of plan) {
      assert.equal(row.length, plan[0]!.length);
      assert.ok(row.every(Number.isFinite), `row is finite: ${row}`);
    }
  },
  "asks the network as often as it says": async ({ create, image }) => {
    const sampler = await create();
    const { calls } = await sample(sampler, normal("start", 1, image), gaussian);
    assert.equal(calls, sampler.evaluationsPerStep * sampler.steps);
  },
  "returns the picture that the network always predicts": async ({ create, image }) => {
    const sampler = await create();
    const known = normal("known", 2, image);
    const { signal } = await sample(
      sampler,
      normal("start", 2, image),
      (noisy, rates) => withSignal(known, noisy, rates),
    );
    assertTreesClose(signal, known, 1e-4, "result");
  },
  "does the same for a picture alone, in a batch, and again": async ({ create, image }) => {
    const sampler = await create();
    const noise = normal("start", 3, image);
    const all = await sample(sampler, noise, gaussian);
    assertFinite(all.signal, "result");
    assertTreesClose((await sample(sampler, noise, gaussian)).signal, all.signal, 0, "result of a second time");
    const alone = await sample(sampler, tf.slice(noise, 1, 1), gaussian, [1]);
    assertTreesClose(alone.signal, tf.slice(all.signal, 1, 1), 1e-5, "result of a picture alone");
  },
  "starts each step from what denoise says, where it lets guidance change the noise": async ({ create, image }) => {
    const sampler = await create();
    if (!sampler.renoises) return console.log("it does not: guidance that changes the noise is refused");
    const [known, other] = [normal("known", 2, image), normal("other", 2, image)];
    const always: Denoise = (_, rates) => {
      const made = tf.add<tf.Tensor4D>(tf.mul(rates.signal, known), tf.mul(rates.noise, other));
      return { ...withSignal(known, made, rates), noise: other, image: made };
    };
    const first = { ...sampler, steps: 1, plan: () => sampler.plan().slice(0, 1) };
    const one = await sample(first, normal("start", 2, image), always);
    const two = await sample(first, normal("another start", 2, image), always);
    assertTreesClose(two.image, one.image, 1e-5, "image from another start");
  },
  "converges with its order as the steps shrink": async ({ plugin, create, image }) => {
    if (!("steps" in plugin.options.shape)) {
      return console.log(`${plugin.name} has no option "steps": its order is not tried`);
    }
    if ((await create()).stochastic) return console.log(`${plugin.name} is stochastic here: its order is not tried`);
    const { order, levels = [] } = await create();
    if (levels.at(-1) === Infinity) {
      return console.log(`${plugin.name} goes to the image itself in one step: its order is not tried`);
    }
    const noise = normal("start", 1, image);
    // Along the probability flow, the noisy image of a normal pixel keeps its place within the standard deviation.
    const { logSnr } = standIns.schedule;
    const deviation = (logSnr: number) => {
      const { signal, noise } = powersOf(logSnr);
      return Math.sqrt(signal * spread ** 2 + noise);
    };
    const exact = tf.mul(noise, deviation(levels.at(-1) ?? logSnr(0)) / deviation(levels[0] ?? logSnr(1)));
    const errors: number[] = [];
    let measured = 0, fine = Infinity;
    const holds = () => fine < 1e-5 || measured > order - 0.35;
    // Methods of high order show it in small steps only: they are given two more chances.
    for (const steps of [16, 32, 64, 128, 256]) {
      if (steps > 64 && holds()) break;
      const sampler = await create({ steps });
      const { image } = await sample(sampler, noise, gaussian);
      fine = tf.max(tf.abs(tf.sub(image, exact))).dataSync()[0]!;
      errors.push(fine);
      measured = Math.log2((errors.at(-3) ?? Infinity) / fine) / 2;
    }
    assert.ok(
      holds(),
      `it claims order ${order}, but converges with order ${
        measured.toFixed(2)
      }: errors with more and more steps are ${errors}`,
    );
  },
};
