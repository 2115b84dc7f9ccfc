/** Sampler `dpm-2-ancestral`: the midpoint method down to less noise than asked for, and up again by fresh noise. */
import { gridOptions, isZero, noiseGrid, overGrid, plugin, startsBelowAllNoise, z } from "denoise/plugin";
import { downAndUp } from "./shared/ancestral.ts";
import { eta, noiseScale } from "./shared/options.ts";
import { middleInLog, secondOrder } from "./shared/runge_kutta.ts";
import { toZero, twoStage } from "./shared/two_stage.ts";

export default plugin({
  kind: "sampler",
  name: "dpm-2-ancestral",
  summary:
    "The midpoint method of dpm-2 with fresh noise after each step, second order without noise, two evaluations a step",
  prefer: "For lively pictures; the error of their variance falls with the square of the number of steps, " +
    "that of euler-ancestral in proportion to it",
  source: "k-diffusion, sample_dpm_2_ancestral",
  needs: ["schedule"],
  options: z.object({ ...gridOptions, eta: eta(1), noise_scale: noiseScale }),
  create({ options: { steps, eta, noise_scale, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      startsBelowAllNoise(points, "dpm-2-ancestral");
      const rows = points.slice(1).map((to, step) => {
        const from = points[step]!;
        const { down, fresh } = downAndUp(from, to, eta);
        if (isZero(to)) return toZero(from);
        if (isZero(down)) { // all noise is fresh: there is no middle between a level and none
          return { ...toZero(from), next: { image: 0, signals: [to.signal, 0] as const, fresh: fresh * noise_scale } };
        }
        const { next, ...looks } = secondOrder(from, middleInLog(from, down), down, 1);
        const scale = to.signal / down.signal; // the image of `down`, at the signal rate of `to`
        const signals = [scale * next.signals[0], scale * next.signals[1]] as const;
        return { ...looks, next: { image: scale * next.image, signals, fresh: fresh * noise_scale } };
      });
      return twoStage(rows, 2, { next: eta > 0 });
    });
  },
});
