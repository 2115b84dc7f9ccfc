/** Sampler `lms`: linear multistep, the noises of earlier steps as a polynomial in sigma. */
import { gridOptions, noiseGrid, overGrid, plugin, z } from "denoise/plugin";
import { distinct } from "./shared/dpmpp.ts";
import { lagrangeWeights } from "./shared/lagrange.ts";
import { noiseHistory } from "./shared/noise_history.ts";

export default plugin({
  kind: "sampler",
  name: "lms",
  summary: "Linear multistep (Adams-Bashforth in sigma) of order 1 to 4, one evaluation a step",
  prefer: "For even steps in sigma; where they shrink fast, as those of karras do, dpmpp and deis are steadier",
  source: "k-diffusion, sample_lms; Hairer, Norsett and Wanner 1993, section III.5, variable steps",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    order: z.int().min(1).max(4).default(4).describe("estimates of the noise that are combined"),
  }),
  create({ options: { steps, order, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      const moves = points.slice(1).map((to, step) => {
        const nodes = points.slice(Math.max(step + 1 - order, 0), step + 1).reverse();
        const usable = nodes.slice(0, distinct(nodes));
        return { from: points[step]!, to, weights: lagrangeWeights(usable, to, "sigma") };
      });
      return noiseHistory(moves, Math.min(order, 2)); // the first step is of order 1, and its error stays
    });
  },
});
