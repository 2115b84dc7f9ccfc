/**
 * The step that all solvers of the probability flow share: take the noisy image apart, improve the estimate of its noise
 * by earlier ones or by a second evaluation, put it together again with less noise.
 */
import { tf } from "denoise/plugin";
import { type Interval, intervals, type LogSnr, ratesOf } from "./rates.ts";

/** What a solver is made of. */
export interface Solver {
  readonly schedule: LogSnr;
  /** Falls from 1 to 0: one more than there are steps. */
  readonly times: readonly number[];
  readonly stochasticity: number;
  readonly variance_preserving: boolean;
  /** How far into a step its second evaluation lies, in 0 to 1; undefined where there is none. */
  readonly alpha?: number | undefined;
  /** Weights of the noise estimates of each step, this step's first, one row a step; undefined where none is combined. */
  readonly weights?: readonly (readonly number[])[] | undefined;
  /** Order of convergence. */
  readonly order: number;
}

type State = { image: tf.Tensor } & Record<string, tf.Tensor>;
interface Tools {
  denoise(image: tf.Tensor4D, rates: { signal: tf.Tensor; noise: tf.Tensor }): { signal: tf.Tensor; noise: tf.Tensor };
  clip(signal: tf.Tensor4D): tf.Tensor4D;
  readonly random: { normal(shape: number[]): tf.Tensor };
}

/** A sampler; see `Sampler` for what it returns. @throws {Refusal} where there is too much stochasticity */
export function solver({ schedule, times, alpha, weights, order, ...noise }: Solver) {
  const stochastic = noise.stochasticity > 0;
  const past = weights === undefined ? [] : weights[0]!.slice(1).map((_, i) => `noise${i + 1}`);
  const rows = intervals(schedule, times, noise).map((interval, step) => [
    ...rowOf(interval),
    ...(alpha === undefined ? [] : ratesOf(schedule.logSnr(times[step]! - alpha * (times[step]! - times[step + 1]!)))),
    ...(weights?.[step] ?? []),
  ]);
  return {
    steps: rows.length,
    order,
    stochastic,
    evaluationsPerStep: alpha === undefined ? 1 : 2,
    plan: () => rows,
    init: (noise: tf.Tensor4D): State => ({
      image: noise,
      ...Object.fromEntries(past.map((name) => [name, tf.zerosLike(noise)])),
    }),
    step(state: State, row: tf.Tensor1D, { denoise, clip, random }: Tools): { state: State; signal: tf.Tensor } {
      const cells = tf.split(tf.reshape(row, [1, row.size, 1, 1]), row.size, 1) as tf.Tensor4D[];
      const [signalRate, noiseRate, nextSignal, nextNoise, fresh] = cells.splice(0, 5) as Five;
      const image = state.image as tf.Tensor4D;
      const withNoise = (noise: tf.Tensor) => ({
        signal: clip(tf.div(tf.sub(image, tf.mul(noiseRate, noise)), signalRate)),
        noise,
      });
      const own = denoise(image, { signal: signalRate, noise: noiseRate });
      let estimate: { signal: tf.Tensor; noise: tf.Tensor } = own;
      const between = alpha === undefined ? undefined : cells.splice(0, 2) as [tf.Tensor4D, tf.Tensor4D];
      if (weights !== undefined) {
        const estimates = [own.noise, ...past.map((name) => state[name]!)];
        estimate = withNoise(tf.addN(estimates.map((noise, i) => tf.mul(cells[i]!, noise))));
      }
      if (alpha !== undefined) {
        const [signal, noise] = between!;
        const ahead = tf.add(tf.mul(signal, estimate.signal), tf.mul(noise, estimate.noise)) as tf.Tensor4D;
        const second = denoise(ahead, { signal, noise }).noise;
        const share = 1 / (2 * alpha); // of the second evaluation: the family of second-order Runge-Kutta methods
        estimate = withNoise(tf.add(tf.mul(1 - share, estimate.noise), tf.mul(share, second)));
      }
      const next = tf.add(tf.mul(nextSignal, estimate.signal), tf.mul(nextNoise, estimate.noise));
      // The oldest estimate drops out, and this step's joins.
      const kept = past.map((name, i) => [name, i === 0 ? own.noise : state[past[i - 1]!]!]);
      return {
        state: {
          image: stochastic ? tf.add(next, tf.mul(fresh, random.normal(image.shape.slice(1)))) : next,
          ...Object.fromEntries(kept),
        },
        signal: estimate.signal,
      };
    },
  };
}

type Five = [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];

/** The numbers of every step, in the order in which `step` takes them. */
function rowOf({ signal, noise, nextSignal, nextNoise, fresh }: Interval): number[] {
  return [signal, noise, nextSignal, nextNoise, fresh];
}
