/** Sampler `deis`: the noises of earlier steps as a polynomial in log sigma, integrated exactly. */
import { gridOptions, isZero, noiseGrid, overGrid, plugin, z } from "denoise/plugin";
import { distinct } from "./shared/dpmpp.ts";
import { lagrangeWeights } from "./shared/lagrange.ts";
import { noiseHistory } from "./shared/noise_history.ts";

export default plugin({
  kind: "sampler",
  name: "deis",
  summary: "DEIS (log-rho Adams-Bashforth) of order 1 to 3, one evaluation a step",
  prefer: "For 10 to 20 steps with networks that predict noise, which it integrates; dpmpp, its twin for predicted " +
    "signals, came a little nearer in 10",
  source: "Zhang and Chen 2022, arXiv:2204.13902, section 4.1, with polynomials in log rho as diffusers",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    order: z.int().min(1).max(3).default(3).describe("estimates of the noise that are combined"),
    lower_final: z.boolean().default(false).describe(
      "last step of order 1, the one before of order 2 at most, as diffusers does for fewer than 15 steps",
    ),
  }),
  create({ options: { steps, order, lower_final, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      const moves = points.slice(1).map((to, step) => {
        const most = isZero(to) ? 1 : lower_final ? Math.min(order, points.length - 1 - step) : order;
        const nodes = points.slice(Math.max(step + 1 - most, 0), step + 1).reverse();
        const usable = nodes.slice(0, distinct(nodes));
        return { from: points[step]!, to, weights: lagrangeWeights(usable, to, "log sigma") };
      });
      return noiseHistory(moves, Math.min(order, 2)); // the first step is of order 1, and its error stays
    });
  },
});
