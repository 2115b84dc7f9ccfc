/**
 * UniPC: a predictor as DPM-Solver++, and a corrector that uses the signal of the step that is just being taken.
 *
 * Zhao et al. 2023, arXiv:2302.04867, algorithms 5 and 6 (data prediction), weights by eq. 11. `B(h)` scales the
 * equations: bh1 is h, bh2 is e^h - 1; here with -h, as of predicted signals.
 */
import { isZero, type Point } from "denoise/plugin";
import type { LinearStep } from "./linear.ts";
import { factorial, phi } from "./phi.ts";
import { distinct } from "./dpmpp.ts";

/** Which B(h). */
export type Scale = "bh1" | "bh2";

/**
 * The predictor and corrector over a grid. What the network sees are predictions; a corrected image is where the next
 * prediction starts.
 *
 * @param orderAt order of the predictor of a step, at most
 */
export function unipc(points: readonly Point[], scale: Scale, orderAt: (step: number) => number): LinearStep[] {
  const orders: number[] = [];
  return points.slice(1).map((to, step) => {
    const nodes = points.slice(0, step + 1).reverse(); // newest first: of this step, of the one before …
    const order = isZero(to) ? 1 : Math.min(orderAt(step), distinct(nodes));
    orders.push(order);
    const predictor = move(nodes, to, order, scale);
    // The corrector goes over the last step once more, with this step's signal and with that step's order.
    const before = nodes.slice(1);
    const corrector = step === 0 ? undefined : correct(before, nodes[0]!, orders[step - 1]!, scale);
    return {
      at: nodes[0]!,
      ...predictor,
      anchor: corrector === undefined
        ? { anchor: 0, image: 1 }
        : { anchor: corrector.image, image: 0, signals: corrector.signals },
    };
  });
}

/** The prediction from `nodes[0]` to `to`: weights of the image there, and of the signals at the nodes. */
function move(nodes: readonly Point[], to: Point, order: number, scale: Scale): { image: number; signals: number[] } {
  const from = nodes[0]!, h = to.lambda - from.lambda;
  const first = { image: to.noise / from.noise, signals: [to.signal * (h === Infinity ? 1 : -Math.expm1(-h))] };
  if (order === 1 || h === 0) return first;
  const places = nodes.slice(1, order).map(({ lambda }) => (lambda - from.lambda) / h);
  // The paper's weight 1/2 is not the solution of its equation for one place, but of the same order.
  const weights = order === 2 ? [0.5] : solve(...equations(places, h, scale));
  return withDifferences(first, places, weights, to.signal * bOf(scale, h));
}

/** The correction of the step from `nodes[0]` to `at`: weights of the image before, and of the signals at `at` and nodes. */
function correct(
  nodes: readonly Point[],
  at: Point,
  order: number,
  scale: Scale,
): { image: number; signals: number[] } | undefined {
  const from = nodes[0]!, h = at.lambda - from.lambda;
  // From nothing but noise, and over a step of no length, there is nothing to correct.
  if (h === Infinity || h === 0) return undefined;
  const first = { image: at.noise / from.noise, signals: [-at.signal * Math.expm1(-h)] };
  const places = [...nodes.slice(1, order).map(({ lambda }) => (lambda - from.lambda) / h), 1];
  const weights = order === 1 ? [0.5] : solve(...equations(places, h, scale));
  const { image, signals } = withDifferences(first, places, weights, at.signal * bOf(scale, h));
  const own = signals.pop()!; // of the last place, which is this step's: the newest
  return { image, signals: [own, ...signals] };
}

/** B(h), of predicted signals: negative. */
function bOf(scale: Scale, h: number): number {
  return scale === "bh1" ? -h : Math.expm1(-h);
}

/** Adds `-alpha B(h) sum of weight · (D - D0) / place` to a step of first order. */
function withDifferences(
  { image, signals: [own] }: { image: number; signals: readonly number[] },
  places: readonly number[],
  weights: readonly number[],
  scaled: number,
): { image: number; signals: number[] } {
  const shares = places.map((place, i) => -scaled * weights[i]! / place);
  return { image, signals: [own! - shares.reduce((sum, share) => sum + share, 0), ...shares] };
}

/** Equations for the weights: powers of the places, and `n! h phi_(n + 1)(-h)` over B(h), n from 1 on. */
function equations(places: readonly number[], h: number, scale: Scale): [matrix: number[][], right: number[]] {
  const rows = places.map((_, power) => places.map((place) => place ** power));
  // (-h) phi_(n + 1)(-h) n! / B(h): the paper's phi is that of the exponential integrators.
  return [rows, places.map((_, i) => -h * phi(i + 2, -h) * factorial(i + 1) / bOf(scale, h))];
}

/** Solves a small system by elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < rows.length; column++) {
    const best = rows.slice(column).reduce(
      (best, row, i) => Math.abs(row[column]!) > Math.abs(rows[best]![column]!) ? column + i : best,
      column,
    );
    [rows[column], rows[best]] = [rows[best]!, rows[column]!];
    for (const [i, row] of rows.entries()) {
      if (i === column) continue;
      const factor = row[column]! / rows[column]![column]!;
      for (let j = column; j < row.length; j++) row[j]! -= factor * rows[column]![j]!;
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}
