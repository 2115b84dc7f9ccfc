/**
 * DPM-Solver++: the predicted signal is taken for a polynomial in lambda, and integrated exactly with the noise's decay.
 *
 * Lu et al. 2022, arXiv:2211.01095. Weights for images of power one; `h` is a step in lambda, `eta` the share of fresh
 * noise, with which everything decays by `(1 + eta) h`.
 */
import { isZero, type Point } from "denoise/plugin";
import type { LinearStep } from "./linear.ts";
import { phi } from "./phi.ts";

/** What the formulas differ in. */
export interface Formula {
  readonly eta: number;
  readonly noiseScale: number;
  /** How a first difference is integrated: by the midpoint rule, or exactly, as the "heun" of the public code does. */
  readonly type: "midpoint" | "heun";
  /** The second difference: as a second derivative wants it, or without its factor 2, as the public code has it. */
  readonly third: "corrected" | "public";
}

/** `1 - e^-x` and `e^-x` of a share of a step that may be infinitely long. */
const decay = (share: number, h: number) => share === 0 ? 1 : Math.exp(-share * h);

/**
 * A step of order 1 to 3 that starts at `from`.
 *
 * @param nodes where the signals are from, newest first
 */
export function dpmppStep(
  nodes: readonly Point[],
  from: Point,
  to: Point,
  order: number,
  { eta, noiseScale, type, third }: Formula,
): Omit<LinearStep, "at"> & { readonly image: number } {
  const h = to.lambda - from.lambda, H = (1 + eta) * h;
  const image = to.noise / from.noise * decay(eta, h);
  const fresh = to.noise * Math.sqrt(1 - decay(2 * eta, h)) * noiseScale;
  const gained = to.signal * (H === Infinity ? 1 : -Math.expm1(-H));
  const usable = isZero(to) ? 1 : Math.min(order, distinct(nodes));
  if (usable === 1) return { image, signals: [gained], fresh };
  // First differences, per step: (D0 - D1) / r with r the length of the step before, in steps.
  const r0 = (nodes[0]!.lambda - nodes[1]!.lambda) / h;
  const exact = to.signal * H * phi(2, -H);
  if (usable === 2) {
    const share = (type === "heun" ? exact : gained / 2) / r0;
    return { image, signals: [gained + share, -share], fresh };
  }
  const r1 = (nodes[1]!.lambda - nodes[2]!.lambda) / h;
  const second = (third === "corrected" ? 2 : 1) * to.signal * H * phi(3, -H);
  // d1 = d10 + (d10 - d11) r0 / (r0 + r1), d2 = (d10 - d11) / (r0 + r1), with d10 and d11 the first differences.
  const on10 = exact * (1 + r0 / (r0 + r1)) + second / (r0 + r1);
  const on11 = -exact * r0 / (r0 + r1) - second / (r0 + r1);
  return {
    image,
    signals: [gained + on10 / r0, -on10 / r0 + on11 / r1, -on11 / r1],
    fresh,
  };
}

/** How many of the newest nodes lie apart from one another, at finite distances. */
export function distinct(nodes: readonly Point[]): number {
  let count = 1;
  while (count < nodes.length) {
    const length = nodes[count - 1]!.lambda - nodes[count]!.lambda;
    if (!(length > 0 && length < Infinity)) break;
    count++;
  }
  return count;
}

/** The multistep solver over a grid. `orderAt`: the most that a step may have. */
export function dpmppMultistep(
  points: readonly Point[],
  formula: Formula,
  orderAt: (step: number) => number,
): LinearStep[] {
  return points.slice(1).map((to, step) => {
    const nodes = points.slice(Math.max(step - 2, 0), step + 1).reverse();
    return { at: points[step]!, ...dpmppStep(nodes, points[step]!, to, orderAt(step), formula) };
  });
}

/**
 * The single-step solver over a grid, an evaluation a step: groups of up to `order` steps, each of which starts again
 * from the image at the start of its group, with what was seen since.
 *
 * Lu et al. 2022, arXiv:2206.00927, algorithms 1 and 2, with the grid's points in place of their own.
 */
export function dpmppSinglestep(
  points: readonly Point[],
  { type }: Pick<Formula, "type">,
  orders: readonly number[],
): LinearStep[] {
  return points.slice(1).map((to, step) => {
    const order = isZero(to) ? 1 : orders[step]!, group = step - order + 1;
    const at = points[step]!, from = points[group]!;
    const anchor = order === 1 ? { anchor: 0, image: 1 } : { anchor: 1, image: 0 };
    const h = to.lambda - from.lambda;
    const image = to.noise / from.noise, gained = to.signal * (h === Infinity ? 1 : -Math.expm1(-h));
    const seen = points.slice(group, step + 1).reverse(); // newest first, the group's start last
    if (order === 1 || distinct(seen) < order) {
      return { at, anchor, image, signals: [...Array<number>(order - 1).fill(0), gained] };
    }
    const exact = to.signal * h * phi(2, -h);
    const r0 = (at.lambda - from.lambda) / h;
    if (order === 2) {
      const share = (type === "heun" ? exact : gained / 2) / r0;
      return { at, anchor, image, signals: [share, gained - share] };
    }
    const r1 = (seen[1]!.lambda - from.lambda) / h;
    // Slopes over the first part and over both: D10 = (D1 - D2) / r1, D11 = (D0 - D2) / r0. The midpoint form takes D11.
    const second = 2 * to.signal * h * phi(3, -h) / (r0 - r1);
    const on11 = type === "midpoint" ? exact : exact * -r1 / (r0 - r1) + second;
    const on10 = type === "midpoint" ? 0 : exact * r0 / (r0 - r1) - second;
    return { at, anchor, image, signals: [on11 / r0, on10 / r1, gained - on11 / r0 - on10 / r1] };
  });
}

/**
 * Orders of the steps of a single-step solver: 1, 2, 1, 2 or 1, 2, 3, 1, 2, 3; the last group is cut where steps run out.
 *
 * @param lowerFinal ends with steps of lower order, as diffusers' `lower_order_final`
 */
export function singlestepOrders(steps: number, order: number, lowerFinal: boolean): number[] {
  const orders = Array.from({ length: steps }, (_, step) => step % order + 1);
  if (!lowerFinal || order === 1) return orders;
  // The last group must not reach its full order: it is split in two.
  if (order === 2 && steps % 2 === 0) orders.splice(steps - 2, 2, 1, 1);
  if (order === 3 && steps % 3 === 0) orders.splice(steps - 3, 3, 1, 2, 1);
  return orders;
}
