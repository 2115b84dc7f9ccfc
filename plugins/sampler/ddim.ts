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
    const all = Array.from({ length: steps + 1 }, (_, step) => rates(schedule.logSnr(1 - step / steps)));
    const plan = Array.from({ length: steps }, (_, step) => {
      const [signal, noise] = all[step]!, [nextSignal, nextNoise] = all[step + 1]!;
      const room = noise / Math.sqrt(1 - (signal / nextSignal) ** 2); // stochasticity that replaces all noise
      const fresh = nextNoise * stochasticity / room;
      const predicted = Math.sqrt(Math.max(nextNoise ** 2 - fresh ** 2, 0));
      return {
        row: [signal, noise, nextSignal, predicted, fresh * (variance_preserving ? 1 : noise / nextNoise)],
        room,
      };
    });
    const most = Math.min(...plan.map(({ room }) => room));
    if (stochasticity > most) {
      refuse({
        option: "stochasticity",
        what: `Stochasticity ${stochasticity} asks for more fresh noise than a step of ${steps} has noise`,
        fix: `use at most ${Math.floor(100 * most) / 100}; 1 is DDPM`,
      });
    }
    return {
      steps,
      order: 1,
      stochastic: stochasticity > 0,
      evaluationsPerStep: 1,
      plan: () => plan.map(({ row }) => row),
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
