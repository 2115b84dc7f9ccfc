/**
 * The step that `second-order` and `multistep` share: take the noisy image apart, improve the estimate of its noise by
 * earlier ones or by a second evaluation, put it together again with less noise.
 */
import {
  type GridSchedule,
  isZero,
  overGrid,
  type Point,
  ratesOf,
  refuse,
  type Sampler,
  signalOf,
  splitRow,
  tensorOf,
  tf,
} from "denoise/plugin";
import { intervals } from "./intervals.ts";

/** What a solver is made of. */
export interface Solver {
  /** Of the points between two of the grid. */
  readonly schedule: GridSchedule;
  /** The grid: one more than there are steps. */
  readonly points: readonly Point[];
  readonly stochasticity: number;
  readonly variance_preserving: boolean;
  /** How far into a step its second evaluation lies, in 0 to 1; undefined where there is none. */
  readonly alpha?: number | undefined;
  /** Weights of the noise estimates of each step, this step's first, one row a step; undefined where none is combined. */
  readonly weights?: ((points: readonly Point[]) => readonly (readonly number[])[]) | undefined;
  /** Order of convergence. */
  readonly order: number;
}

/** A solver of the probability flow. @throws {Refusal} where there is too much stochasticity, or no signal at first */
export function solver({ points, ...all }: Solver): Sampler {
  if (points[0]!.signal === 0) {
    refuse({
      option: "spacing",
      what: "This sampler divides by the signal rate, and the grid starts where there is no signal",
      fix: "set sigma_max, such as sigma_max: 80, or use ddim or dpmpp, whose first step needs none",
    });
  }
  return overGrid(points, (points) => stepper({ points, ...all }));
}

function stepper(
  { schedule, points, alpha, weights: weightsOf, order, ...fresh }: Solver,
): Omit<Sampler, "steps" | "levels" | "skip"> {
  const stochastic = fresh.stochasticity > 0;
  const weights = weightsOf?.(points);
  const past = weights?.[0]?.slice(1).map((_, i) => `noise${i + 1}`) ?? []; // estimates of the steps before, newest first
  const rows = intervals(points, fresh).map((interval, step) => [
    ...interval,
    ...(alpha === undefined ? [] : ratesBetween(schedule, points[step]!, points[step + 1]!, alpha)),
    ...(weights?.[step] ?? []),
  ]);
  return {
    order,
    stochastic,
    evaluationsPerStep: alpha === undefined ? 1 : 2,
    plan: () => rows,
    init: (noise) => ({ image: noise, ...Object.fromEntries(past.map((name) => [name, tf.zerosLike(noise)])) }),
    step(state, row, { denoise, clip, random }) {
      const { image } = state;
      const [signal, noise, nextSignal, nextNoise, fresh, ...rest] = splitRow(row, 5);
      const rates = { signal, noise };
      const withNoise = (noise: tf.Tensor4D) => ({ signal: clip(signalOf(image, noise, rates)), noise });
      const own = denoise(image, rates);
      const estimates = [own.noise, ...past.map((name) => tensorOf<tf.Tensor4D>(state, name))];
      let estimate: { signal: tf.Tensor4D; noise: tf.Tensor4D } = own;
      if (weights !== undefined) {
        const shares = rest.slice(alpha === undefined ? 0 : 2);
        estimate = withNoise(tf.addN(shares.map((share, i) => tf.mul(share, estimates[i]!))));
      }
      if (alpha !== undefined) {
        const [, , , , , signal, noise] = splitRow(row, 7); // rates where the second evaluation is
        const ahead = tf.add<tf.Tensor4D>(tf.mul(signal, estimate.signal), tf.mul(noise, estimate.noise));
        const second = denoise(ahead, { signal, noise }).noise;
        const share = 1 / (2 * alpha); // of the second evaluation: the family of second-order Runge-Kutta methods
        estimate = withNoise(tf.add(tf.mul(1 - share, estimate.noise), tf.mul(share, second)));
      }
      let next = tf.add<tf.Tensor4D>(tf.mul(nextSignal, estimate.signal), tf.mul(nextNoise, estimate.noise));
      if (stochastic) next = tf.add(next, tf.mul(fresh, random.normal(image.shape.slice(1))));
      // This step's estimate joins those that are kept, and the oldest drops out.
      const kept = Object.fromEntries(past.map((name, i) => [name, estimates[i]!]));
      return { state: { image: next, ...kept }, signal: estimate.signal };
    },
  };
}

/**
 * Signal and noise rate at a part of the way from a point to the next: by time where the grid has times, by log-SNR
 * otherwise. Of a step to the image itself, where it starts: both looks then say the same.
 */
function ratesBetween(schedule: GridSchedule, from: Point, to: Point, part: number): [signal: number, noise: number] {
  if (isZero(to)) return [from.signal, from.noise];
  const { signal, noise } = from.time !== undefined && to.time !== undefined
    ? ratesOf(schedule.logSnr(from.time - part * (from.time - to.time)))
    : ratesOf(from.logSnr + part * (to.logSnr - from.logSnr));
  return [signal, noise];
}
