/** Ancestral steps: down to less noise than asked for, and up again by fresh noise. */
import { type Point, pointOfSigma } from "denoise/plugin";

/** A step in two parts: where it goes down to, and the standard deviation of the noise that brings it up, at `to`. */
export interface DownAndUp {
  readonly down: Point;
  readonly fresh: number;
}

/**
 * The parts of a step. k-diffusion, `get_ancestral_step`: with eta 1 the noise is that of DDPM's posterior.
 *
 * @param eta share of the noise; as much as `to` has at most
 */
export function downAndUp(from: Point, to: Point, eta: number): DownAndUp {
  const up = Math.min(to.sigma, eta * to.sigma * Math.sqrt(1 - (to.sigma / from.sigma) ** 2));
  return { down: pointOfSigma(Math.sqrt(to.sigma ** 2 - up ** 2)), fresh: to.signal * up };
}

/**
 * Weights of image and signal that remove noise along a straight line, down to the sigma of `down` at the signal rate of
 * `to`: the exact solution where the signal does not change. Song et al. 2020, arXiv:2010.02502, eq. 12.
 */
export function straight(from: Point, down: Point, to: Point = down): { image: number; signal: number } {
  const left = down.sigma / from.noise; // of what is noise in the image, per signal rate
  return { image: to.signal * left, signal: to.signal * (1 - left * from.signal) };
}
