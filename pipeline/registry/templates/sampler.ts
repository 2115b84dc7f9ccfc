/** Sampler `my-plugin`: a DDIM step to change. */
import { plugin, tf, z } from "denoise/plugin";

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
    // What depends on time alone is worked out here once, in float64: one row of numbers a step.
    const plan = Array.from({ length: steps }, (_, step) => [
      ...rates(schedule.logSnr(1 - step / steps)), // of the image that enters the step
      ...rates(schedule.logSnr(1 - (step + 1) / steps)), // of the one that leaves it
    ]);
    return {
      steps,
      order: 1,
      stochastic: false,
      evaluationsPerStep: 1,
      plan: () => plan,
      init: (noise) => ({ image: noise }),
      step(state, row, { denoise }) {
        const [signal, noise, nextSignal, nextNoise] = tf.split(tf.reshape(row, [1, 4, 1, 1]), 4, 1);
        const predicted = denoise(state.image as tf.Tensor4D, { signal: signal!, noise: noise! });
        const image = tf.add(tf.mul(nextSignal!, predicted.signal), tf.mul(nextNoise!, predicted.noise));
        return { state: { image }, signal: predicted.signal };
      },
    };
  },
});

/** Signal and noise rate of a log-SNR: powers sum to one. */
function rates(logSnr: number): [signal: number, noise: number] {
  return [1 / Math.sqrt(1 + Math.exp(-logSnr)), 1 / Math.sqrt(1 + Math.exp(logSnr))];
}
