/** Sampler `dpmpp-2s`: DPM-Solver++(2S), which looks again in the middle of the step; ancestral with eta. */
import { gridOptions, isZero, noiseGrid, overGrid, plugin, startsBelowAllNoise, z } from "denoise/plugin";
import { downAndUp, straight } from "./shared/ancestral.ts";
import { eta, noiseScale } from "./shared/options.ts";
import { middleInLog } from "./shared/runge_kutta.ts";
import { toZero, twoStage } from "./shared/two_stage.ts";

export default plugin({
  kind: "sampler",
  name: "dpmpp-2s",
  summary: "DPM-Solver++(2S), second order, two evaluations a step; with eta ancestral",
  prefer: "For guidance that makes dpmpp unsteady: it remembers nothing of earlier steps",
  source: "Lu et al. 2022, arXiv:2211.01095, algorithm 1; k-diffusion, sample_dpmpp_2s_ancestral",
  needs: ["schedule"],
  options: z.object({ ...gridOptions, eta: eta(0), noise_scale: noiseScale }),
  create({ options: { steps, eta, noise_scale, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      startsBelowAllNoise(points, "dpmpp-2s");
      const rows = points.slice(1).map((to, step) => {
        const from = points[step]!;
        if (isZero(to)) return toZero(from);
        const { down, fresh } = downAndUp(from, to, eta);
        const middle = isZero(down) ? from : middleInLog(from, down);
        const whole = straight(from, down, to);
        return {
          at: from,
          ahead: { at: middle, ...straight(from, middle) },
          next: { image: whole.image, signals: [0, whole.signal] as const, fresh: fresh * noise_scale },
        };
      });
      return twoStage(rows, 2, { next: eta > 0 });
    });
  },
});
