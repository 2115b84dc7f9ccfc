/** Parametrization `my-plugin`: the network predicts the velocity. */
import { plugin, tf, z } from "denoise/plugin";

export default plugin({
  kind: "parametrization",
  name: "my-plugin",
  summary: "The network predicts signal rate × noise − noise rate × signal, times a factor",
  source: "Salimans and Ho 2022, arXiv:2202.00512, appendix D",
  options: z.object({
    scale: z.number().positive().default(1).describe("factor on the network's output"),
  }),
  create: ({ options: { scale } }) => ({
    input: (noisy, rates) => ({
      image: noisy,
      level: tf.broadcastTo(tf.square(rates.noise), [noisy.shape[0], 1, 1, 1]),
    }),
    components(output, noisy, { signal, noise }) {
      const velocity = tf.mul<tf.Tensor4D>(output, scale);
      return {
        signal: tf.sub(tf.mul(signal, noisy), tf.mul(noise, velocity)),
        noise: tf.add(tf.mul(noise, noisy), tf.mul(signal, velocity)),
        velocity,
      };
    },
  }),
});
