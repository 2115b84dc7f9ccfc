/** Sampler `ddim`: takes the noisy image apart, and puts it together again with less noise. */
import { plugin, refuse, tf, z } from "denoise/plugin";

export default plugin({
  kind: "sampler",
  name: "ddim",
  summary: "Denoising diffusion implicit models, from deterministic to fully stochastic",
  source: "Song et al. 2020, arXiv:2010.02502, eq. 12 and 16",
  needs: ["schedule"],
  options: z.object({
    steps: z.int().positive().default(20).describe("diffusion steps"),
    stochasticity: z.number().min(0).default(0).describe("eta: 0 is DDIM, 1 is DDPM"),
    variance_preserving: z.boolean().default(true).describe(
      "put back as much noise as was taken away; false puts back more, the larger variance of DDPM",
    ),
  }),
  create({ options: { steps, stochasticity, variance_preserving }, schedule }) {
    /** Signal rate, noise rate, and those of the next step: image, predicted noise, fresh noise. */
    const row = (step: number): number[] => {
      const [signal, noise] = rates(schedule.logSnr(1 - step / steps));
      const [nextSignal, nextNoise] = rates(schedule.logSnr(1 - (step + 1) / steps));
      const sigma = stochasticity * Math.sqrt(1 - (signal / nextSignal) ** 2) * nextNoise / noise;
      const kept = nextNoise ** 2 - sigma ** 2;
      if (kept < -1e-12) {
        const most = Math.floor(100 * stochasticity * nextNoise / sigma) / 100;
        refuse({
          option: "stochasticity",
          what: `Stochasticity ${stochasticity} adds more noise than step ${step + 1} of ${steps} has room for`,
          fix: `lower it to at most ${most}, or take fewer steps`,
        });
      }
      return [
        signal,
        noise,
        nextSignal,
        Math.sqrt(Math.max(kept, 0)),
        sigma * (variance_preserving ? 1 : noise / nextNoise),
      ];
    };
    const plan = Array.from({ length: steps }, (_, step) => row(step));
    return {
      steps,
      order: 1,
      stochastic: stochasticity > 0,
      evaluationsPerStep: 1,
      plan: () => plan,
      init: (noise) => ({ image: noise }),
      step(state, row, { denoise, random }) {
        const [signal, noise, nextSignal, nextNoise, fresh] = tf.split(tf.reshape(row, [1, 5, 1, 1]), 5, 1);
        const image = state.image as tf.Tensor4D;
        const predicted = denoise(image, { signal: signal!, noise: noise! });
        const next = tf.add(tf.mul(nextSignal!, predicted.signal), tf.mul(nextNoise!, predicted.noise));
        if (stochasticity === 0) return { state: { image: next }, signal: predicted.signal };
        const drawn = tf.mul(fresh!, random.normal(image.shape.slice(1)));
        return { state: { image: tf.add(next, drawn) }, signal: predicted.signal };
      },
    };
  },
});

/** Signal and noise rate of a log-SNR. */
function rates(logSnr: number): [signal: number, noise: number] {
  return [1 / Math.sqrt(1 + Math.exp(-logSnr)), 1 / Math.sqrt(1 + Math.exp(logSnr))];
}
