/** Parametrization `velocity`: the network predicts signal rate × noise − noise rate × signal. */
import { plugin, tf, z } from "denoise/plugin";
import { unscaled } from "./shared/input.ts";

export default plugin({
  kind: "parametrization",
  name: "velocity",
  summary: "The network predicts signal rate × noise − noise rate × signal; well conditioned at both ends",
  prefer: "The one to begin with: for few steps, and for both ends of the schedule",
  source: "Salimans and Ho 2022, arXiv:2202.00512, appendix D",
  options: z.object({}),
  create: () => ({
    jumpsToImage: true,
    input: unscaled,
    components: (velocity, noisy, rates) => ({
      signal: tf.sub(tf.mul(rates.signal, noisy), tf.mul(rates.noise, velocity)),
      noise: tf.add(tf.mul(rates.noise, noisy), tf.mul(rates.signal, velocity)),
      velocity,
    }),
  }),
});
