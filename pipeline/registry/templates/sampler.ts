/** Sampler `my-plugin`: a DDIM step to change. */
import { plugin, ratesOf, splitRow, tf, z } from "denoise/plugin";

export default plugin({
  kind: "sampler",
  name: "my-plugin",
  summary: "A deterministic DDIM step to change",
  source: "Song et al. 2020, arXiv:2010.02502, eq. 12",
  needs: ["schedule"],
  options: z.object({
    steps: z.int().positive().default(20).describe("diffusion steps"),
  }),
  create({ options: { steps }, schedule }) {
    // What depends on time alone is computed here once, in float64: one row of numbers a step.
    const plan = Array.from({ length: steps }, (_, step) => {
      const now = ratesOf(schedule.logSnr(1 - step / steps));
      const next = ratesOf(schedule.logSnr(1 - (step + 1) / steps));
      return [now.signal, now.noise, next.signal, next.noise];
    });
    return {
      steps,
      order: 1,
      stochastic: false,
      evaluationsPerStep: 1,
      plan: () => plan,
      init: (noise) => ({ image: noise }),
      step({ image }, row, { denoise }) {
        const [signal, noise, nextSignal, nextNoise] = splitRow(row, 4);
        const predicted = denoise(image, { signal, noise });
        const next = tf.add<tf.Tensor4D>(tf.mul(nextSignal, predicted.signal), tf.mul(nextNoise, predicted.noise));
        return { state: { image: next }, signal: predicted.signal };
      },
    };
  },
});
