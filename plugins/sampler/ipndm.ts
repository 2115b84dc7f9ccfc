/** Sampler `ipndm`: PNDM without its costly first steps; weights as if all steps were of one size. */
import { gridOptions, noiseGrid, overGrid, plugin, z } from "denoise/plugin";
import { timeWeights } from "./shared/adams_bashforth.ts";
import { noiseHistory } from "./shared/noise_history.ts";

export default plugin({
  kind: "sampler",
  name: "ipndm",
  summary:
    "Improved PNDM (iPNDM): Adams-Bashforth of order 1 to 4 with the weights of even steps, one evaluation a step",
  prefer:
    "For even times of the schedule in 10 to 30 steps, which its weights take for granted; deis knows the sizes " +
    "of its steps",
  source: "Zhang and Chen 2022, arXiv:2204.13902, appendix; weights of Liu et al. 2022, arXiv:2202.09778, eq. 12",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    order: z.int().min(1).max(4).default(4).describe("estimates of the noise that are combined"),
    blind_start: z.boolean().default(false).describe(
      "where the grid starts with nothing but noise, takes the first signal for nothing, as diffusers does",
    ),
  }),
  create({ options: { steps, order, blind_start, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      const weights = timeWeights(points.length - 1, order);
      const moves = points.slice(1).map((to, step) => ({
        ...{ from: points[step]!, to, weights: weights[step]! },
        blind: blind_start && points[step]!.signal === 0,
      }));
      return noiseHistory(moves, Math.min(order, 2));
    });
  },
});
