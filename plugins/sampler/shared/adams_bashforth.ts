/**
 * Adams-Bashforth methods: the derivative of the last steps is taken for a polynomial, which is integrated over the next.
 *
 * Along the probability flow, `image / signal rate` has the noise as its derivative in `noise rate / signal rate`.
 */
import type { GridSchedule } from "denoise/plugin";

/** Weights for steps of one size, newest first. Hairer, Norsett and Wanner 1993, section III.1. */
const even: readonly (readonly number[])[] = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
  [1901 / 720, -2774 / 720, 2616 / 720, -1274 / 720, 251 / 720],
];

/** The largest order that there are weights for. */
export const mostOrder = even.length;

/**
 * Weights of clear-diffusion-keras: as if steps of one size in time were of one size in what the noise is a derivative
 * of; the first steps have lower orders. Newest first, `order` numbers a step.
 */
export function timeWeights(steps: number, order: number): number[][] {
  return Array.from({ length: steps }, (_, step) => pad(even[Math.min(step + 1, order) - 1]!, order));
}

/**
 * Times from 1 to 0 whose first steps grow, so that they can have lower orders without spoiling the order of the whole.
 *
 * Time grows as a power of the step's number, `order / 2`, over the first quarter of the steps, and evenly from there.
 * The first step, of Euler's method, is then of size h^(order / 2), and its error h^order. Steps grow by a factor that
 * falls as fast as there are more estimates to combine: estimates that lie close for their step get large weights.
 */
export function gradedTimes(steps: number, order: number): number[] {
  const power = Math.max(order / 2, 1), growing = Math.ceil(steps / 4);
  const way = (step: number) => step ** power;
  const last = way(growing + 1) - way(growing);
  const places = Array.from(
    { length: steps + 1 },
    (_, step) => step <= growing ? way(step) : way(growing) + (step - growing) * last,
  );
  return places.map((place) => 1 - place / places[steps]!);
}

/**
 * Weights for steps of any size on any schedule: integrals over the step of the Lagrange polynomials in time through the
 * last `order` estimates, divided by what the step is long. Newest first, `order` numbers a step, fewer of them used in
 * the first steps. Zhang and Chen 2022, arXiv:2204.13902, eq. 15 (tAB-DEIS), for the noise's own integral.
 */
export function exactWeights(schedule: GridSchedule, times: readonly number[], order: number): number[][] {
  return times.slice(1).map((next, step) => {
    const nodes = times.slice(Math.max(step + 1 - order, 0), step + 1).reverse();
    const first = schedule.logSnr(nodes[0]!), length = schedule.logSnr(next) - first;
    const sums = nodes.map(() => 0);
    let all = 0;
    // In log-SNR: there the noise rate over the signal rate, which grows without bounds in time, is an exponential.
    for (const { place, weight } of quadrature) {
      const time = timeOf(schedule, first + place * length, next, nodes[0]!);
      const share = weight * Math.exp(-place * length / 2);
      all += share;
      for (const [i, node] of nodes.entries()) {
        sums[i]! += nodes.reduce((part, other, j) => j === i ? part : part * (time - other) / (node - other), share);
      }
    }
    return pad(sums.map((sum) => sum / all), order);
  });
}

/** The time of a log-SNR, between two times. */
function timeOf(schedule: GridSchedule, logSnr: number, low: number, high: number): number {
  for (let half = 0; half < 60; half++) {
    const middle = (low + high) / 2;
    if (schedule.logSnr(middle) > logSnr) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Gauss-Legendre quadrature over 0 to 1: exact for polynomials below degree 48. */
export const quadrature = Array.from({ length: 24 }, (_, i) => {
  let x = Math.cos(Math.PI * (i + 0.75) / 24.5), slope = 0;
  for (let round = 0; round < 8; round++) { // Newton's method for a zero of the Legendre polynomial
    let [before, value] = [1, x];
    for (let degree = 2; degree <= 24; degree++) {
      [before, value] = [value, ((2 * degree - 1) * x * value - (degree - 1) * before) / degree];
    }
    slope = 24 * (before - x * value) / (1 - x ** 2);
    x -= value / slope;
  }
  return { place: (1 + x) / 2, weight: 1 / ((1 - x ** 2) * slope ** 2) };
});

function pad(weights: readonly number[], length: number): number[] {
  return [...weights, ...Array<number>(length - weights.length).fill(0)];
}
