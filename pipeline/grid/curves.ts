/**
 * Curves from the first sigma of a grid to its last, by how far along one is, 0 to 1. Host, float64.
 *
 * Sigma is noise rate / signal rate.
 */
import { betaQuantile } from "./beta_quantile.ts";
import { tableAt, tables } from "./tables.ts";

/** Ends of a curve: `from` is the larger sigma. */
export interface Ends {
  readonly from: number;
  readonly to: number;
}

/** A curve between two ends. */
export type Curve = (ends: Ends, along: number) => number;

/** Even in the root `rho` of sigma. Karras et al. 2022, arXiv:2206.00364, eq. 5. */
export const karras = (rho: number): Curve => ({ from, to }, along) =>
  (from ** (1 / rho) * (1 - along) + to ** (1 / rho) * along) ** rho;

/** Even in the logarithm of sigma, and so in log-SNR. */
export const exponential: Curve = ({ from, to }, along) =>
  Math.exp(Math.log(from) * (1 - along) + Math.log(to) * along);

/** The logarithm of sigma falls as a power of what is left of the way; `rho` 1 is exponential. k-diffusion. */
export const polyexponential = (rho: number): Curve => ({ from, to }, along) =>
  Math.exp(Math.log(to) + (1 - along) ** rho * (Math.log(from) - Math.log(to)));

/** Quantiles of a beta distribution: dense at both ends. Lee et al. 2024, arXiv:2407.12173. */
export const beta = (a: number, b: number): Curve => ({ from, to }, along) =>
  to + betaQuantile(1 - along, a, b) * (from - to);

/**
 * Even in the time of flow matching, `t = noise rate / (signal rate + noise rate)`, once it is moved towards the noise:
 * `t = shift u / (1 + (shift - 1) u)`, even in u. Esser et al. 2024, arXiv:2403.03206, eq. 23.
 */
export const flow = (shift: number): Curve => ({ from, to }, along) => {
  const u = (sigma: number) => sigma === Infinity ? 1 : sigma / (sigma + shift);
  const at = u(from) * (1 - along) + u(to) * along;
  return at === 1 ? Infinity : shift * at / (1 - at); // sigma = t / (1 - t)
};

/** The shift for pictures of so many tokens, as FLUX has it: from e^0.5 at 256 to e^1.15 at 4,096. */
export function shiftForTokens(tokens: number): number {
  return Math.exp(0.5 + (tokens - 256) * (1.15 - 0.5) / (4096 - 256));
}

/** The curve of a table, moved (in the logarithm of sigma) so that it runs between the ends. */
export const aligned = (table: keyof typeof tables): Curve => ({ from, to }, along) => {
  const [first, last] = [Math.log(tables[table][0]), Math.log(tables[table].at(-1)!)];
  const way = (Math.log(tableAt(table, along)) - first) / (last - first);
  return exponential({ from, to }, way);
};
