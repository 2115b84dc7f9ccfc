/** Sampler `heun`: looks again where Euler's step ends, and takes the mean of both slopes. */
import { gridOptions, noiseGrid, overGrid, plugin, startsBelowAllNoise, z } from "denoise/plugin";
import { churnOptions } from "./shared/options.ts";
import { type Path, paths, secondOrderSteps } from "./shared/runge_kutta.ts";
import { twoStage } from "./shared/two_stage.ts";

export default plugin({
  kind: "sampler",
  name: "heun",
  summary: "Heun's method, second order, two evaluations a step; with churn, EDM's stochastic sampler",
  prefer: "For models with EDM's preconditioning, with spacing: karras and 20 evaluations or more; in fewer it " +
    "overshoots",
  source: "Karras et al. 2022, arXiv:2206.00364, algorithm 1; with churn algorithm 2",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    path: z.enum(Object.keys(paths) as [Path]).default("sigma").describe(
      "what slopes are averaged along: sigma as EDM, or flow, the time of flow matching",
    ),
    ...churnOptions,
  }),
  create({ options: { steps, path, churn, churn_min, churn_max, noise_scale, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      if (path === "sigma") startsBelowAllNoise(points, "heun");
      const noise = { churn, churn_min, churn_max, noise_scale };
      const rows = secondOrderSteps(points, noise, { ahead: (_, to) => to, share: 1 / 2, path });
      return twoStage(rows, 2, { before: churn > 0 });
    });
  },
});
