/** Methods of second order with a second look some way into the step, in the coordinate of one of the paths. */
import { isZero, type Point, pointOfSigma } from "denoise/plugin";
import { churned } from "./churn.ts";
import type { Churn } from "./churn.ts";
import { toZero, type TwoStageStep } from "./two_stage.ts";

/**
 * How a path measures noise: an image is `signal + level · noise` there once it is scaled, and moves along
 * `(image - signal) / level`, which is what is averaged.
 */
export const paths = {
  /** sigma: noise rate / signal rate. The image is scaled by 1 / signal rate. */
  sigma: { level: ({ sigma }: Point) => sigma, scale: ({ signal }: Point) => 1 / signal },
  /** The time of flow matching, noise rate / (signal rate + noise rate), which is 1 where there is no signal. */
  flow: {
    level: ({ signal, noise }: Point) => noise / (signal + noise),
    scale: ({ signal, noise }: Point) => 1 / (signal + noise),
  },
} as const;

/** Names of paths. */
export type Path = keyof typeof paths;

/**
 * A step of second order. With slopes `d = (x - D) / level` at the start and somewhere ahead:
 * `x' = x + length · ((1 - share) · d_start + share · d_ahead)`.
 *
 * @param ahead where the second look is
 * @param to where the step ends
 * @param share of the second slope
 */
export function secondOrder(
  from: Point,
  ahead: Point,
  to: Point,
  share: number,
  path: Path = "sigma",
  before?: TwoStageStep["before"],
): TwoStageStep {
  if (isZero(to) && (isZero(ahead) || path === "sigma")) return toZero(from, before);
  const { level, scale } = paths[path];
  const [start, middle, end] = [from, ahead, to].map(level) as [number, number, number];
  const [scaleFrom, scaleAhead, scaleTo] = [from, ahead, to].map(scale) as [number, number, number];
  const keep = middle / start; // what is left of the noise at the second look
  const length = end - start;
  // The slope ahead is (keep · x + (1 - keep) · D - D') / middle, the one at the start (x - D) / start.
  return {
    at: from,
    ...(before === undefined ? {} : { before }),
    ahead: { at: ahead, image: keep * scaleFrom / scaleAhead, signal: (1 - keep) / scaleAhead },
    next: {
      image: (1 + length / start) * scaleFrom / scaleTo,
      signals: [
        length * (share * (1 - keep) / middle - (1 - share) / start) / scaleTo,
        -length * share / middle / scaleTo,
      ],
    },
  };
}

/** Steps of second order over a grid, each with noise that is added before it. `ahead`: where the second look is. */
export function secondOrderSteps(
  points: readonly Point[],
  churn: Churn,
  { ahead, share, path }: { ahead: (from: Point, to: Point) => Point; share: number; path?: Path },
): TwoStageStep[] {
  return points.slice(1).map((to, step) => {
    const before = churned(points[step]!, points.length - 1, churn);
    return secondOrder(before.at, ahead(before.at, to), to, share, path, before);
  });
}

/** The point in the middle of two in log-SNR: the geometric mean of their sigmas. */
export const middleInLog = (from: Point, to: Point): Point => pointOfSigma(Math.sqrt(from.sigma * to.sigma));

/** The point in the middle of two in sigma. */
export const middleInSigma = (from: Point, to: Point): Point => pointOfSigma((from.sigma + to.sigma) / 2);
