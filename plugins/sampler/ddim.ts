/** Sampler `ddim`: takes the noisy image apart, and puts it together again with less noise. */
import { plugin, z } from "denoise/plugin";
import { stepOptions } from "./shared/options.ts";
import { evenTimes } from "./shared/rates.ts";
import { solver } from "./shared/solver.ts";

export default plugin({
  kind: "sampler",
  name: "ddim",
  summary: "Denoising diffusion implicit models, from deterministic to fully stochastic",
  source: "Song et al. 2020, arXiv:2010.02502, eq. 12 and 16",
  needs: ["schedule"],
  options: z.object(stepOptions),
  create: ({ options: { steps, ...noise }, schedule }) =>
    solver({ schedule, times: evenTimes(steps), ...noise, order: 1 }),
});
