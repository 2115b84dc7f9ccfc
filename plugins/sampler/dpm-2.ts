/** Sampler `dpm-2`: looks again in the middle of the step, by the logarithm of sigma. */
import { gridOptions, noiseGrid, overGrid, plugin, startsBelowAllNoise, z } from "denoise/plugin";
import { churnOptions } from "./shared/options.ts";
import { middleInLog, secondOrderSteps } from "./shared/runge_kutta.ts";
import { twoStage } from "./shared/two_stage.ts";

export default plugin({
  kind: "sampler",
  name: "dpm-2",
  summary: "Midpoint method in log sigma, second order, two evaluations a step",
  prefer: "For 20 evaluations or more on even steps in log-SNR; in fewer than 10 it overshoots, and dpmpp is much " +
    "nearer",
  source: "k-diffusion, sample_dpm_2, after Lu et al. 2022, arXiv:2206.00927, and Karras et al. 2022, arXiv:2206.00364",
  needs: ["schedule"],
  options: z.object({ ...gridOptions, ...churnOptions }),
  create({ options: { steps, churn, churn_min, churn_max, noise_scale, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      startsBelowAllNoise(points, "dpm-2");
      const noise = { churn, churn_min, churn_max, noise_scale };
      return twoStage(secondOrderSteps(points, noise, { ahead: middleInLog, share: 1 }), 2, { before: churn > 0 });
    });
  },
});
