/** Sampler `euler`: straight steps in sigma, the plainest solver of the probability flow. */
import { gridOptions, noiseGrid, overGrid, plugin, z } from "denoise/plugin";
import { straight } from "./shared/ancestral.ts";
import { churned } from "./shared/churn.ts";
import { linear } from "./shared/linear.ts";
import { churnOptions } from "./shared/options.ts";
import { shaken } from "./shared/shaken.ts";

export default plugin({
  kind: "sampler",
  name: "euler",
  summary: "Euler's method in sigma, first order, one evaluation a step; with churn, EDM's noise before each step",
  prefer: "For many steps, or to compare others with; the same step as deterministic ddim",
  source: "Karras et al. 2022, arXiv:2206.00364, algorithm 2 without its correction",
  needs: ["schedule"],
  options: z.object({ ...gridOptions, ...churnOptions }),
  create({ options: { steps, churn, churn_min, churn_max, noise_scale, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      const moves = points.slice(1).map((to, step) => {
        const before = churned(points[step]!, points.length - 1, { churn, churn_min, churn_max, noise_scale });
        const { image, signal } = straight(before.at, to);
        return { before, step: { at: before.at, image, signals: [signal] } };
      });
      const plain = linear(moves.map(({ step }) => step), { order: 1 });
      return churn === 0 ? plain : shaken(plain, moves.map(({ before }) => before));
    });
  },
});
