/**
 * PNDM: Runge-Kutta or a repeated step first, then Adams-Bashforth, each with the transfer that DDIM's step is.
 *
 * Liu et al. 2022, arXiv:2202.09778, eq. 11 to 13. An evaluation of the network a row, so that rows differ.
 */
import { type Point, type Sampler, splitRow, tensorOf, tf } from "denoise/plugin";

/** A row: one evaluation, and a transfer from an image to another level. Host, float64. */
export interface Transfer {
  /** Where the network is asked. */
  readonly at: Point;
  /** The level that the transfer starts from, and where it goes. */
  readonly from: Point;
  readonly to: Point;
  /** Whether it starts from the image that the group of rows started with, not from this row's. */
  readonly again: boolean;
  /** Whether the noise joins those that are kept for later steps. */
  readonly keeps: boolean;
  /** Weights of the noises: this row's, then those that are kept, newest first. */
  readonly weights: readonly [number, number, number, number];
  /** What this row's noise adds to the group's sum, which starts anew where the row does not start again. */
  readonly adds: number;
  /** Weight of the group's sum, without what this row adds. */
  readonly onSum: number;
}

const names = ["noise1", "noise2", "noise3"] as const;

/** A sampler of such rows. */
export function pndmSampler(rows: readonly Transfer[]): Omit<Sampler, "steps"> {
  const plan = rows.map(({ at, from, to, again, keeps, weights, adds, onSum }) => {
    const others = onSum !== 0 || weights.slice(1).some((weight) => weight !== 0) || at !== from;
    return [
      ...[at.signal, at.noise, to.signal, to.noise],
      // The signal of the sum of noises: the network's own but for what the noises differ by, or that of another image.
      ...(again ? [0, 0, 1 / from.signal, from.sigma] : others ? [1, from.sigma, 0, from.sigma] : [1, 0, 0, 0]),
      ...[again ? 1 : 0, keeps ? 1 : 0, adds, onSum],
      ...weights,
    ];
  });
  return {
    order: 2,
    stochastic: false,
    evaluationsPerStep: 1,
    plan: () => plan,
    init: (noise) => {
      const empty = Object.fromEntries([...names, "sum", "started"].map((name) => [name, tf.zerosLike(noise)]));
      return { image: noise, ...empty };
    },
    step(state, row, { denoise, clip }) {
      const [rateOfSignal, rateOfNoise, nextSignal, nextNoise, ...rest] = splitRow(row, 16);
      const [sees, onOwn, onStart, onEstimate, again, keeps, adds, onSum, ...weights] = rest;
      const own = denoise(state.image, { signal: rateOfSignal, noise: rateOfNoise });
      const kept = names.map((name) => tensorOf<tf.Tensor4D>(state, name));
      const sum = tensorOf<tf.Tensor4D>(state, "sum");
      const mix = (share: tf.Tensor, a: tf.Tensor, b: tf.Tensor) =>
        tf.add<tf.Tensor4D>(tf.mul(share, a), tf.mul(tf.sub(1, share), b));
      const estimate = tf.addN([
        tf.mul<tf.Tensor4D>(onSum, sum),
        ...[own.noise, ...kept].map((noise, i) => tf.mul<tf.Tensor4D>(weights[i]!, noise)),
      ]);
      const started = mix(again, tensorOf(state, "started"), state.image);
      const signal = clip(tf.addN([
        tf.mul<tf.Tensor4D>(sees, own.signal),
        tf.mul<tf.Tensor4D>(onOwn, own.noise),
        tf.mul<tf.Tensor4D>(onStart, started),
        tf.neg<tf.Tensor4D>(tf.mul(onEstimate, estimate)),
      ]));
      const image = tf.add<tf.Tensor4D>(tf.mul(nextSignal, signal), tf.mul(nextNoise, estimate));
      const history = names.map((name, i) => [name, mix(keeps, i === 0 ? own.noise : kept[i - 1]!, kept[i]!)]);
      const summed = tf.add<tf.Tensor4D>(tf.mul(again, sum), tf.mul(adds, own.noise));
      return { state: { image, ...Object.fromEntries(history), sum: summed, started }, signal };
    },
  };
}

/** Adams-Bashforth by how many noises there are, this row's included. */
const bashforth = [
  [1, 0, 0, 0],
  [3 / 2, -1 / 2, 0, 0],
  [23 / 12, -16 / 12, 5 / 12, 0],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const;

/** A move from a level to another. */
export type Move = readonly [from: Point, to: Point];

/** Rows of plain Adams-Bashforth steps, with `known` noises kept before the first. */
export function bashforthRows(moves: readonly Move[], known = 0): Transfer[] {
  return moves.map(([from, to], i) => ({
    ...{ at: from, from, to, again: false, keeps: true, adds: 0, onSum: 0 },
    weights: bashforth[Math.min(known + i, 3)]!,
  }));
}

/** The four rows of a Runge-Kutta step, with `middle` between its ends. Eq. 13 of the paper. */
export function rungeKuttaRows([from, to]: Move, middle: Point): Transfer[] {
  const shared = { from, onSum: 0 };
  return [
    { ...shared, at: from, to: middle, again: false, keeps: true, weights: [1, 0, 0, 0], adds: 1 / 6 },
    { ...shared, at: middle, to: middle, again: true, keeps: false, weights: [1, 0, 0, 0], adds: 1 / 3 },
    { ...shared, at: middle, to, again: true, keeps: false, weights: [1, 0, 0, 0], adds: 1 / 3 },
    { ...shared, at: to, to, again: true, keeps: false, weights: [1 / 6, 0, 0, 0], adds: 0, onSum: 1 },
  ];
}

/** The two rows of a step that is done again with the mean of the noises at both ends: Heun's. */
export function repeatedRows([from, to]: Move, seen: Point): Transfer[] {
  return [
    { at: from, from, to, again: false, keeps: true, weights: [1, 0, 0, 0], adds: 0, onSum: 0 },
    { at: seen, from, to, again: true, keeps: false, weights: [1 / 2, 1 / 2, 0, 0], adds: 0, onSum: 0 },
  ];
}
