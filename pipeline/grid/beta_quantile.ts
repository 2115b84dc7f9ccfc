/** Quantiles of beta distributions. Host, float64. */

/**
 * The quantile of a beta distribution: where its distribution function is `probability`, 0 to 1.
 *
 * By halving: the function rises from 0 to 1. Right to 1e-12 for `a` and `b` of 0.1 to 10.
 */
export function betaQuantile(probability: number, a: number, b: number): number {
  if (probability <= 0) return 0;
  if (probability >= 1) return 1;
  let low = 0, high = 1;
  for (let half = 0; half < 200 && low < high; half++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (distribution(middle, a, b) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The regularized incomplete beta function, by its continued fraction. Press et al. 2007, section 6.4. */
function distribution(x: number, a: number, b: number): number {
  if (x > (a + 1) / (a + b + 2)) return 1 - distribution(1 - x, b, a);
  const scale = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  let c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), fraction = d;
  for (let m = 1; m <= 300; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return scale * fraction;
}

/** ln Gamma(x), x > 0. Lanczos's approximation with g = 7 and nine terms: right to 1e-15. */
function logGamma(x: number): number {
  const terms = [
    ...[0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059],
    ...[12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7],
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const sum = terms.reduce((sum, term, i) => i === 0 ? term : sum + term / (x - 1 + i), 0);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
