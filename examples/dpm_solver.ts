/** Sampler `dpm-solver`: DPM-Solver++(2M). Used by `deno task run examples/dpm_solver.yaml`. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "sampler",
  name: "dpm-solver",
  summary: "DPM-Solver++(2M): second order from one evaluation a step",
  source: "Lu et al. 2022, arXiv:2211.01095, algorithm 2",
  needs: ["schedule"],
  options: z.object({ steps: z.int().positive().default(10).describe("diffusion steps") }),
  create({ options: { steps }, schedule }) {
    // What depends on time alone, once and in float64: one row of numbers a step.
    const logSnrs = Array.from({ length: steps + 1 }, (_, step) => schedule.logSnr(1 - step / steps));
    const plan = logSnrs.slice(1).map((next, step) => {
      const now = logSnrs[step] ?? next, before = logSnrs[step - 1];
      const [signal, noise] = rates(now), [nextSignal, nextNoise] = rates(next);
      const keep = nextNoise / noise;
      const lean = before === undefined ? 0 : (next - now) / (now - before) / 2;
      return [signal, noise, keep, nextSignal - keep * signal, lean];
    });
    return {
      steps,
      order: 2,
      stochastic: false,
      evaluationsPerStep: 1,
      plan: () => plan,
      init: (noise) => ({ image: noise, before: tf.zerosLike(noise) }),
      step({ image, before = image }, row, { denoise }) {
        const at = (i: number) => tf.reshape(tf.slice(row, i, 1), [1, 1, 1, 1]);
        const { signal } = denoise(image as tf.Tensor4D, { signal: at(0), noise: at(1) });
        const ahead = tf.add(signal, tf.mul(at(4), tf.sub(signal, before))); // where the predictions are heading
        return { state: { image: tf.add(tf.mul(at(2), image), tf.mul(at(3), ahead)), before: signal }, signal };
      },
    };
  },
});

/** Signal and noise rate of a log-SNR: their powers sum to one. */
function rates(logSnr: number): [signal: number, noise: number] {
  return [1 / Math.sqrt(1 + Math.exp(-logSnr)), 1 / Math.sqrt(1 + Math.exp(logSnr))];
}
