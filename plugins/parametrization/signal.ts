/** Parametrization `signal`: the network predicts the clean image. */
import { noiseOf, plugin, tf, z } from "denoise/plugin";
import { unscaled } from "./shared/input.ts";

export default plugin({
  kind: "parametrization",
  name: "signal",
  summary: "The network predicts the clean image; poorly conditioned where there is little noise",
  prefer: "For small networks and short training, as in the quickstart; where there is little noise, errors of the " +
    "noise are divided by its rate",
  source: "Salimans and Ho 2022, arXiv:2202.00512, section 4",
  options: z.object({}),
  create: () => ({
    input: unscaled,
    components: (signal, noisy, rates) => ({
      signal,
      noise: noiseOf(noisy, signal, rates),
      velocity: tf.div(tf.sub(tf.mul(rates.signal, noisy), signal), rates.noise),
    }),
  }),
});
