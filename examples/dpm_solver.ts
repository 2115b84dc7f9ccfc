/** Sampler `dpm-solver`: DPM-Solver++(2M). Used by `deno task run examples/dpm_solver.yaml`. */
import { plugin, ratesOf, splitRow, tf, z } from "denoise/plugin";

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
      const from = ratesOf(now), to = ratesOf(next);
      const keep = to.noise / from.noise;
      const lean = before === undefined ? 0 : (next - now) / (now - before) / 2;
      return [from.signal, from.noise, keep, to.signal - keep * from.signal, lean];
    });
    return {
      steps,
      order: 2,
      stochastic: false,
      evaluationsPerStep: 1,
      plan: () => plan,
      init: (noise) => ({ image: noise, before: tf.zerosLike(noise) }),
      step({ image, before = image }, row, { denoise }) {
        const [rate, noise, keep, add, lean] = splitRow(row, 5);
        const { signal } = denoise(image, { signal: rate, noise });
        const ahead = tf.add(signal, tf.mul(lean, tf.sub(signal, before))); // where the predictions are heading
        const next = tf.add<tf.Tensor4D>(tf.mul(keep, image), tf.mul(add, ahead));
        return { state: { image: next, before: signal }, signal };
      },
    };
  },
});
