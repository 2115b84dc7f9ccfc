/** Sampler `unipc`: predicts a step, and corrects it by what the network then says, without a further evaluation. */
import { gridOptions, noiseGrid, overGrid, plugin, z } from "denoise/plugin";
import { linear } from "./shared/linear.ts";
import { unipc } from "./shared/unipc.ts";

export default plugin({
  kind: "sampler",
  name: "unipc",
  summary: "UniPC with predictors of order 1 to 3, one order more by its corrector, one evaluation a step",
  prefer: "For 5 to 10 steps, with order: 3 on steps that are nearly even in log-SNR: there it had the least error, " +
    "with dpmpp of order 3",
  source: "Zhao et al. 2023, arXiv:2302.04867, algorithms 5 and 6",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    order: z.int().min(1).max(3).default(2).describe("order of the predictor"),
    type: z.enum(["bh1", "bh2"]).default("bh2").describe("B(h) of the paper: bh1 is h, bh2 is e^h - 1"),
    lower_final: z.boolean().default(false).describe("lowers the order towards the last step, to 1, as diffusers does"),
  }),
  create({ options: { steps, order, type, lower_final, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      const most = (step: number) => lower_final ? Math.min(order, points.length - 1 - step) : order;
      // The corrector lifts what the first step caps: 3 is the most.
      return linear(unipc(points, type, most), { order: Math.min(order + 1, 3) });
    });
  },
});
