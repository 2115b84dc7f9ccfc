/**
 * Averages whose weights are a power function of training time (Karras et al. 2023, arXiv:2312.02696, section 3.1 and
 * appendix C): after a part t of the training, what the network was at τ counts in proportion to τ^γ.
 */

/** The largest relative standard deviation that a profile has: that of γ = 0, which weighs all of the training alike. */
export const widestStd: number = Math.sqrt(1 / 12);

/** The standard deviation of a profile over the time of training, 0 to `widestStd`, from its exponent γ (equation 123). */
export function stdOfExponent(exponent: number): number {
  return Math.sqrt((exponent + 1) / ((exponent + 2) ** 2 * (exponent + 3)));
}

/**
 * The exponent γ of a profile, from its relative standard deviation: the largest root of
 * `γ³ + 7 γ² + (16 − std⁻²) γ + 12 − std⁻²` (algorithm 2).
 *
 * @throws {RangeError} where no profile has that deviation
 */
export function exponentOfStd(std: number): number {
  if (!(std > 0 && std <= widestStd)) throw new RangeError(`Cannot have an average of std ${std}: 0 to ${widestStd}`);
  const [b, c] = [16 - std ** -2, 12 - std ** -2];
  // Newton's method from above the largest root, where the cubic is convex: it comes down to it.
  let exponent = 1 / std;
  for (let i = 0; i < 100; i++) {
    const step = (((exponent + 7) * exponent + b) * exponent + c) / ((3 * exponent + 14) * exponent + b);
    exponent -= step;
    if (Math.abs(step) <= 1e-15 * Math.abs(exponent)) break;
  }
  return exponent;
}
