/** Sampler `second-order`: looks a second time at each step, some way into it. */
import { noiseGrid, plugin, z } from "denoise/plugin";
import { secondOrderAlpha, stepOptions } from "./shared/options.ts";
import { solver } from "./shared/solver.ts";

export default plugin({
  kind: "sampler",
  name: "second-order",
  summary: "Runge-Kutta methods of second order: midpoint, Ralston, Heun, and all between; two evaluations a step",
  prefer: "For 20 evaluations or more; in fewer it overshoots, which makes edges sharper",
  source: "Karras et al. 2022, arXiv:2206.00364, algorithm 3; clear-diffusion-keras, second_order_correction",
  needs: ["schedule"],
  options: z.object({ ...stepOptions, second_order_alpha: secondOrderAlpha.default(0.5) }),
  create({ options: { steps, second_order_alpha: alpha, stochasticity, variance_preserving, ...spacing }, schedule }) {
    const points = noiseGrid(schedule, steps, spacing);
    return solver({ schedule, points, stochasticity, variance_preserving, alpha, order: 2 });
  },
});
