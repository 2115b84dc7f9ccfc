/** Points of a sampler's grid: noise levels, by log-SNR, with what follows from it. Host, float64. */
import { logSnrOfSigma, ratesOf, sigmaOf } from "../kinds/diffusion.ts";
import { refuse } from "../kinds/refuse.ts";
import type { Sampler } from "../kinds/sampler.ts";

/**
 * A noise level. The log-SNR is the coordinate of all grids; each sampler states its formula in that of its paper.
 *
 * The ends are points, too: all noise has log-SNR `-Infinity`, the image itself `Infinity`.
 */
export interface Point {
  /** `ln(signal power / noise power)`. */
  readonly logSnr: number;
  /** alpha: signal rate, in 0 to 1; the squares of the two rates sum to one. */
  readonly signal: number;
  /** Noise rate, in 0 to 1. */
  readonly noise: number;
  /** sigma: noise rate / signal rate, from 0 to Infinity. Karras et al. 2022, arXiv:2206.00364. */
  readonly sigma: number;
  /** lambda: `ln(signal rate / noise rate)`, half the log-SNR. Lu et al. 2022, arXiv:2206.00927. */
  readonly lambda: number;
  /** Time of the schedule, 0 to 1, where the grid is made of times. */
  readonly time?: number;
}

/** The point of a log-SNR, which may be infinite. */
export function pointOf(logSnr: number): Point {
  return { logSnr, ...ratesOf(logSnr), sigma: sigmaOf(logSnr), lambda: logSnr / 2 };
}

/** The point of a sigma from 0 to Infinity. */
export function pointOfSigma(sigma: number): Point {
  return pointOf(logSnrOfSigma(sigma));
}

/** Whether this is the image itself, without noise. */
export const isZero = ({ noise }: Point): boolean => noise === 0;

/** A sampler that is a function of its grid: its first steps can be left out, to start from a picture. */
export function overGrid(
  points: readonly Point[],
  build: (points: readonly Point[]) => Omit<Sampler, "steps" | "levels" | "skip">,
): Sampler {
  return {
    steps: points.length - 1,
    ...build(points),
    levels: points.map(({ logSnr }) => logSnr),
    skip: (count) => overGrid(points.slice(count), build),
  };
}

/**
 * Refuses a grid that starts with nothing but noise, for samplers whose steps are lengths in sigma or in its logarithm.
 *
 * @throws {Refusal} where the first sigma is infinite
 */
export function startsBelowAllNoise([first]: readonly Point[], name: string): void {
  if (first!.sigma < Infinity) return;
  refuse({
    option: "spacing",
    what: `Sampler ${name} takes steps in noise rate / signal rate, and this grid starts where there is no signal`,
    fix: "set sigma_max, such as sigma_max: 80, or use dpmpp, whose first step needs none",
  });
}
