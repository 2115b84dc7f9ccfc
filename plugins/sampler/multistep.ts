/** Sampler `multistep`: makes use of the noise that earlier steps predicted. */
import { noiseGrid, plugin, type Point, pointsAt, refuse, z } from "denoise/plugin";
import { exactWeights, gradedTimes, mostOrder, timeWeights } from "./shared/adams_bashforth.ts";
import { secondOrderAlpha, stepOptions } from "./shared/options.ts";
import { solver } from "./shared/solver.ts";

export default plugin({
  kind: "sampler",
  name: "multistep",
  summary: "Adams-Bashforth methods of order 1 to 5, one evaluation a step",
  prefer: "For even times of the schedule, with weights: exact, where it came nearer than dpmpp and unipc; those are " +
    "better on other grids",
  source: "Liu et al. 2022, arXiv:2202.09778, eq. 12; clear-diffusion-keras, multistep_correction",
  needs: ["schedule"],
  options: z.object({
    ...stepOptions,
    order: z.int().min(1).max(mostOrder).default(3).describe("estimates of the noise that are combined"),
    weights: z.enum(["even", "exact"]).default("even").describe(
      "even: those for steps of one size, as clear-diffusion-keras; converges with order 2 at most. " +
        "exact: those for the sizes that the steps have, with small first steps; converges with the order that is asked for",
    ),
    second_order_alpha: secondOrderAlpha.optional().describe(
      "adds a second evaluation to each step, where in it: 0.5 midpoint, 0.667 Ralston, 1 Heun; needs even weights",
    ),
  }),
  create({ options, schedule }) {
    const { steps, order, weights, second_order_alpha: alpha, stochasticity, variance_preserving, ...spacing } =
      options;
    const noise = { stochasticity, variance_preserving };
    if (weights === "exact") {
      if (alpha !== undefined) onlyEven("second_order_alpha", "a second evaluation in each step");
      if (stochasticity > 0) onlyEven("stochasticity", "noise that is drawn between steps");
      if (spacing.spacing !== "times") onlyEven("spacing", "a grid that is not made of the schedule's times");
      if (spacing.last === "zero") onlyEven("last", "a step past the last time of the schedule");
      noiseGrid(schedule, steps, spacing); // refuses options of other grids
      const points = pointsAt(schedule, gradedTimes(steps, order));
      const weights = (points: readonly Point[]) => exactWeights(schedule, points.map(({ time }) => time!), order);
      return solver({ schedule, points, ...noise, weights, order });
    }
    return solver({
      schedule,
      points: noiseGrid(schedule, steps, spacing),
      ...noise,
      alpha,
      // Of one estimate the reference recomputes no signal either.
      weights: order === 1 ? undefined : (points) => timeWeights(points.length - 1, order),
      order: orderOfEven(order, alpha),
    });
  },
});

/**
 * The order of convergence with even weights. What a noise changes over a step is known to first order only, as steps of
 * one size in time are not so in noise rate / signal rate: no weights for that bring more than order 2. A second
 * evaluation adds half a step's change to an estimate that has it already, unless it takes the estimate's whole place.
 */
function orderOfEven(order: number, alpha: number | undefined): number {
  if (alpha === undefined) return Math.min(order, 2);
  return order === 1 || alpha === 0.5 ? 2 : 1;
}

/** Refuses an option beside exact weights, which take the predicted noise for a polynomial in time. */
function onlyEven(option: string, what: string): never {
  refuse({ option, what: `Exact weights know nothing of ${what}`, fix: `leave ${option} out, or take weights: even` });
}
