/** Parametrization `noise`: the network predicts the noise. */
import { plugin, signalOf, tf, z } from "denoise/plugin";
import { unscaled } from "./shared/input.ts";

export default plugin({
  kind: "parametrization",
  name: "noise",
  summary: "The network predicts the noise; poorly conditioned where there is little signal",
  prefer:
    "For recipes of early papers, with many steps; errors are divided by the signal rate, so not where sampling " +
    "starts from nearly pure noise",
  source: "Ho et al. 2020, arXiv:2006.11239, eq. 11",
  options: z.object({}),
  create: () => ({
    input: unscaled,
    components: (noise, noisy, rates) => ({
      signal: signalOf(noisy, noise, rates),
      noise,
      velocity: tf.div(tf.sub(noise, tf.mul(rates.noise, noisy)), rates.signal),
    }),
  }),
});
