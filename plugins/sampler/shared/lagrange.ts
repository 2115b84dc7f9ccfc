/**
 * Weights of multistep methods: the noises of the last steps are taken for a polynomial, which is integrated over sigma.
 *
 * Along the probability flow the image, scaled by 1 / signal rate, has the noise as its derivative in sigma.
 */
import type { Point } from "denoise/plugin";
import { quadrature } from "./adams_bashforth.ts";

/**
 * Integrals over the step of the Lagrange polynomials through the nodes, divided by its length: they sum to one.
 *
 * @param nodes newest first, of finite sigma; the first is where the step starts
 * @param of the coordinate in which the noise is a polynomial; finite between the nodes and `to`
 */
export function lagrangeWeights(nodes: readonly Point[], to: Point, of: "sigma" | "log sigma"): number[] {
  if (nodes.length === 1) return [1];
  const start = nodes[0]!;
  const coordinate = (sigma: number) => of === "sigma" ? sigma : Math.log(sigma);
  const places = nodes.map(({ sigma }) => coordinate(sigma));
  const sums = nodes.map(() => 0);
  let all = 0;
  for (const { place, weight } of quadrature) {
    // In sigma a polynomial is integrated exactly; in its logarithm sigma is an exponential, which is as good as exact.
    const sigma = of === "sigma"
      ? start.sigma + place * (to.sigma - start.sigma)
      : Math.exp(Math.log(start.sigma) + place * Math.log(to.sigma / start.sigma));
    const share = of === "sigma" ? weight : weight * sigma;
    const at = coordinate(sigma);
    all += share;
    for (const [i, own] of places.entries()) {
      sums[i]! += places.reduce((part, other, j) => j === i ? part : part * (at - other) / (own - other), share);
    }
  }
  return sums.map((sum) => sum / all);
}
