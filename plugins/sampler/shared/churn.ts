/** Churn: noise that is added before a step, so that the step makes good what earlier ones did wrong. */
import { isZero, type Point, pointOfSigma } from "denoise/plugin";

/** Options `churnOptions`, checked. */
export interface Churn {
  readonly churn: number;
  readonly churn_min: number;
  readonly churn_max?: number | undefined;
  readonly noise_scale: number;
}

/**
 * Where the image is after noise is added, and the weights that get it there. Karras et al. 2022, arXiv:2206.00364,
 * algorithm 2, lines 4 to 6: sigma grows by a share of S_churn / steps, sqrt(2) - 1 at most.
 */
export function churned(
  at: Point,
  steps: number,
  { churn, churn_min, churn_max = Infinity, noise_scale }: Churn,
): { at: Point; image: number; fresh: number } {
  const { sigma } = at;
  const gamma = sigma >= churn_min && sigma <= churn_max ? Math.min(churn / steps, Math.SQRT2 - 1) : 0;
  if (gamma === 0 || sigma === Infinity || isZero(at)) return { at, image: 1, fresh: 0 };
  const higher = pointOfSigma(sigma * (1 + gamma));
  return {
    at: higher,
    image: higher.signal / at.signal,
    fresh: higher.signal * Math.sqrt(higher.sigma ** 2 - sigma ** 2) * noise_scale,
  };
}
