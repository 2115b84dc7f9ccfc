/** Sampler `euler-ancestral`: Euler's method down to less noise than asked for, and up again by fresh noise. */
import { gridOptions, noiseGrid, overGrid, plugin, z } from "denoise/plugin";
import { downAndUp, straight } from "./shared/ancestral.ts";
import { linear } from "./shared/linear.ts";
import { eta, noiseScale } from "./shared/options.ts";

export default plugin({
  kind: "sampler",
  name: "euler-ancestral",
  summary: "Euler's method with fresh noise after each step, first order, one evaluation a step",
  prefer: "For lively pictures in 20 to 50 steps; the picture changes with the number of steps",
  source: "k-diffusion, sample_euler_ancestral; with eta 1, ancestral sampling of Ho et al. 2020, arXiv:2006.11239",
  needs: ["schedule"],
  options: z.object({ ...gridOptions, eta: eta(1), noise_scale: noiseScale }),
  create({ options: { steps, eta, noise_scale, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      const moves = points.slice(1).map((to, step) => {
        const { down, fresh } = downAndUp(points[step]!, to, eta);
        const { image, signal } = straight(points[step]!, down, to);
        return { at: points[step]!, image, signals: [signal], fresh: fresh * noise_scale };
      });
      return linear(moves, { order: 1, stochastic: eta > 0 });
    });
  },
});
