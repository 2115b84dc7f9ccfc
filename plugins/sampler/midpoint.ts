/** Sampler `midpoint`: looks again in the middle of the step, by sigma. */
import { gridOptions, noiseGrid, overGrid, plugin, startsBelowAllNoise, z } from "denoise/plugin";
import { churnOptions } from "./shared/options.ts";
import { middleInSigma, secondOrderSteps } from "./shared/runge_kutta.ts";
import { twoStage } from "./shared/two_stage.ts";

export default plugin({
  kind: "sampler",
  name: "midpoint",
  summary: "Midpoint method in sigma, second order, two evaluations a step",
  prefer: "For 10 evaluations or more; dpm-2, whose middle is that of the logarithm, came nearer from 20 on",
  source: "Karras et al. 2022, arXiv:2206.00364, algorithm 3 with alpha 1/2",
  needs: ["schedule"],
  options: z.object({ ...gridOptions, ...churnOptions }),
  create({ options: { steps, churn, churn_min, churn_max, noise_scale, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      startsBelowAllNoise(points, "midpoint");
      const noise = { churn, churn_min, churn_max, noise_scale };
      return twoStage(secondOrderSteps(points, noise, { ahead: middleInSigma, share: 1 }), 2, { before: churn > 0 });
    });
  },
});
