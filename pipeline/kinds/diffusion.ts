/**
 * The mathematics that plugins share: powers and rates of a log-SNR, and the parts of a noisy image.
 *
 * A noisy image is `signal rate · image + noise rate · noise`, where the squares of the two rates, the powers, sum to one.
 */
import * as tf from "@tensorflow/tfjs";
import type { Rates } from "./common.ts";

/**
 * Signal and noise power of a log-SNR λ: `sigmoid(λ)` and `sigmoid(-λ)`, in 0 to 1. Host float64.
 *
 * Kingma et al. 2021, arXiv:2107.00630, section 3.2. Each keeps its digits, however small: neither is computed as one
 * minus the other.
 *
 * @param logSnr `ln(signal power / noise power)`
 */
export function powersOf(logSnr: number): { signal: number; noise: number } {
  return { signal: 1 / (1 + Math.exp(-logSnr)), noise: 1 / (1 + Math.exp(logSnr)) };
}

/**
 * Signal and noise rate of a log-SNR: the square roots of its powers, in 0 to 1. Of a number in float64, as in a plan; of
 * a tensor in float32, of its shape.
 *
 * @param logSnr `ln(signal power / noise power)`, such as `schedule.logSnr(time)`
 */
export function ratesOf(logSnr: number): { signal: number; noise: number };
/** The same of a tensor of log-SNRs, on the device. */
export function ratesOf(logSnr: tf.Tensor): Rates;
export function ratesOf(logSnr: number | tf.Tensor): { signal: number | tf.Tensor; noise: number | tf.Tensor } {
  if (typeof logSnr === "number") {
    return { signal: 1 / Math.sqrt(1 + Math.exp(-logSnr)), noise: 1 / Math.sqrt(1 + Math.exp(logSnr)) };
  }
  return { signal: tf.sqrt(tf.sigmoid(logSnr)), noise: tf.sqrt(tf.sigmoid(tf.neg(logSnr))) };
}

/**
 * Noise rate over signal rate at a log-SNR λ, in 0 to infinity: `exp(-λ / 2)`. The σ of Karras et al. 2022,
 * arXiv:2206.00364, whose noisy image is `image + σ · noise`: ours divided by its signal rate. Host float64.
 */
export function sigmaOf(logSnr: number): number {
  return Math.exp(-logSnr / 2);
}

/** The log-SNR of a σ of Karras et al.: `-2 ln σ`. Infinity at 0. Host float64. */
export function logSnrOfSigma(sigma: number): number {
  return -2 * Math.log(sigma);
}

/**
 * Time on the straight path of flow matching at a log-SNR λ, from 0 (the image) to 1 (the noise): `sigmoid(-λ / 2)`.
 * Lipman et al. 2022, arXiv:2210.02747, and Liu et al. 2022, arXiv:2209.03003, whose noisy image is
 * `(1 - t) · image + t · noise`: ours divided by the sum of its rates. Host float64.
 */
export function flowTimeOf(logSnr: number): number {
  return 1 / (1 + Math.exp(logSnr / 2));
}

/** The log-SNR of a time on the straight path of flow matching: `2 ln((1 - t) / t)`. Infinite at 0 and 1. Host float64. */
export function logSnrOfFlowTime(time: number): number {
  return 2 * (Math.log1p(-time) - Math.log(time));
}

/** The log-SNR of a signal power, the ᾱ of Ho et al. 2020, arXiv:2006.11239: `ln(ᾱ / (1 - ᾱ))`. Host float64. */
export function logSnrOfSignalPower(power: number): number {
  return Math.log(power) - Math.log1p(-power);
}

/** The signal (the clean image) in a noisy image whose noise is known: `(noisy - noise rate · noise) / signal rate`. */
export function signalOf<T extends tf.Tensor>(noisy: T, noise: tf.Tensor, rates: Rates): T {
  return tf.div(tf.sub(noisy, tf.mul(rates.noise, noise)), rates.signal);
}

/** The noise in a noisy image whose signal is known: `(noisy - signal rate · signal) / noise rate`. */
export function noiseOf<T extends tf.Tensor>(noisy: T, signal: tf.Tensor, rates: Rates): T {
  return tf.div(tf.sub(noisy, tf.mul(rates.signal, signal)), rates.noise);
}

/**
 * Velocity: `signal rate · noise - noise rate · signal`, of the shape of both parts.
 *
 * Salimans and Ho 2022, arXiv:2202.00512, appendix D.
 */
export function velocityOf<T extends tf.Tensor>(parts: { signal: T; noise: T }, rates: Rates): T {
  return tf.sub(tf.mul(rates.signal, parts.noise), tf.mul(rates.noise, parts.signal));
}

/** A list that begins with `Count` times `T`. */
export type AtLeast<T, Count extends number, Found extends readonly T[] = []> = number extends Count ? T[]
  : Found["length"] extends Count ? [...Found, ...T[]]
  : AtLeast<T, Count, [...Found, T]>;

/**
 * The numbers of a row of a sampler's plan, each as a tensor `[1, 1, 1, 1]` that scales images.
 *
 * ```ts
 * import { splitRow, tf } from "denoise/plugin";
 *
 * const [signal, noise, ...weights] = splitRow(tf.tensor1d([0.8, 0.6, 1.5, -0.5]), 2);
 * console.log(signal.shape, noise.shape, weights.length);
 * ```
 *
 * @param count how many numbers the row has at least
 * @throws {RangeError} where the row has fewer
 */
export function splitRow<Count extends number>(row: tf.Tensor1D, count: Count): AtLeast<tf.Tensor4D, Count> {
  if (row.size < count) throw new RangeError(`Cannot take ${count} numbers from a row of ${row.size}`);
  return tf.split<tf.Tensor4D>(tf.reshape(row, [1, row.size, 1, 1]), row.size, 1) as AtLeast<tf.Tensor4D, Count>;
}
