/** Sampler `ddpm`: ancestral sampling of the reverse process, step by step. */
import { gridOptions, isZero, noiseGrid, overGrid, plugin, z } from "denoise/plugin";
import { linear } from "./shared/linear.ts";

export default plugin({
  kind: "sampler",
  name: "ddpm",
  summary: "Denoising diffusion probabilistic models, first order, stochastic, one evaluation a step",
  prefer: "For hundreds of steps, as it was published; ddim with stochasticity 1 is the same with the small variance",
  source: "Ho et al. 2020, arXiv:2006.11239, eq. 7 and section 3.2",
  needs: ["schedule"],
  options: z.object({
    ...gridOptions,
    variance: z.enum(["small", "large"]).default("small").describe(
      "of the fresh noise: small is that of the posterior for known images, large that of the forward step",
    ),
    noise_in_last: z.boolean().default(false).describe(
      "draws noise in a step to the image itself, too, as diffusers does with variance large and trailing timesteps",
    ),
  }),
  create({ options: { steps, variance, noise_in_last, ...spacing }, schedule }) {
    return overGrid(noiseGrid(schedule, steps, spacing), (points) =>
      linear(
        points.slice(1).map((to, step) => {
          const from = points[step]!;
          const kept = from.signal / to.signal; // square root of the paper's alpha of this step
          // beta = 1 - alpha. As a difference of log-SNRs: 1 - kept² loses its digits in small steps.
          const beta = betaOf(from.logSnr, to.logSnr);
          const posterior = to.noise ** 2 / from.noise ** 2;
          return {
            at: from,
            image: kept * posterior,
            signals: [to.signal * beta / from.noise ** 2],
            fresh: isZero(to) && !noise_in_last ? 0 : Math.sqrt(variance === "small" ? posterior * beta : beta),
          };
        }),
        { order: 1, stochastic: true },
      ));
  },
});

/** `1 - a / b` of the signal powers a and b of two log-SNRs: `(1 - e^(x - y)) / (1 + e^x)`. */
function betaOf(from: number, to: number): number {
  return -Math.expm1(from - to) / (1 + Math.exp(from));
}
