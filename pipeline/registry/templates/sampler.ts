/** Sampler `my-plugin`: a DDIM step to change. */
import { gridOptions, noiseGrid, overGrid, plugin, splitRow, tf, z } from "denoise/plugin";

export default plugin({
  kind: "sampler",
  name: "my-plugin",
  summary: "A deterministic DDIM step to change",
  source: "Song et al. 2020, arXiv:2010.02502, eq. 12",
  needs: ["schedule"],
  options: z.object({ ...gridOptions }), // steps and spacing; more of your own beside them
  create({ options: { steps, ...spacing }, schedule }) {
    // From much noise to none: steps + 1 levels. What starts from a picture leaves the first ones out.
    return overGrid(noiseGrid(schedule, steps, spacing), (points) => ({
      order: 1,
      stochastic: false,
      evaluationsPerStep: 1,
      // What depends on the levels alone is computed here once, in float64: one row of numbers a step.
      plan: () => points.slice(1).map((to, step) => [points[step]!.signal, points[step]!.noise, to.signal, to.noise]),
      init: (noise) => ({ image: noise }),
      step({ image }, row, { denoise }) {
        const [signal, noise, nextSignal, nextNoise] = splitRow(row, 4);
        const predicted = denoise(image, { signal, noise });
        const next = tf.add<tf.Tensor4D>(tf.mul(nextSignal, predicted.signal), tf.mul(nextNoise, predicted.noise));
        return { state: { image: next }, signal: predicted.signal };
      },
    }));
  },
});
