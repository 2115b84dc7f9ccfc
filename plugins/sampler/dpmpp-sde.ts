/** Sampler `dpmpp-sde`: stochastic DPM-Solver++ that looks again within the step, with fresh noise at both looks. */
import { gridOptions, isZero, noiseGrid, overGrid, plugin, pointOf, startsBelowAllNoise, z } from "denoise/plugin";
import { downAndUp, straight } from "./shared/ancestral.ts";
import { eta, noiseScale } from "./shared/options.ts";
import { toZero, twoStage } from "./shared/two_stage.ts";

export default plugin({
  kind: "sampler",
  name: "dpmpp-sde",
  summary: "DPM-Solver++ for the SDE, second order without noise, two evaluations and two draws a step",
  prefer:
    "For the pictures that others know it by; dpmpp with eta 1 needs half the evaluations, and its errors shrink " +
    "faster",
  source: "k-diffusion, sample_dpmpp_sde, after Lu et al. 2022, arXiv:2211.01095",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    middle: z.number().gt(0).max(1).default(0.5).describe("r: where in a step, by log-SNR, the second look is"),
    eta: eta(1),
    noise_scale: noiseScale,
  }),
  create({ options: { steps, middle, eta, noise_scale, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => {
      startsBelowAllNoise(points, "dpmpp-sde");
      const rows = points.slice(1).map((to, step) => {
        const from = points[step]!;
        if (isZero(to)) return toZero(from);
        const look = pointOf(from.logSnr + middle * (to.logSnr - from.logSnr));
        const half = downAndUp(from, look, eta), whole = downAndUp(from, to, eta);
        const { image, signal } = straight(from, whole.down, to);
        const share = 1 / (2 * middle); // of the second look
        return {
          at: from,
          ahead: { at: look, ...straight(from, half.down, look), fresh: half.fresh * noise_scale },
          next: {
            image,
            signals: [(1 - share) * signal, share * signal] as const,
            fresh: whole.fresh * noise_scale,
          },
        };
      });
      return twoStage(rows, 2, { ahead: eta > 0, next: eta > 0 });
    });
  },
});
