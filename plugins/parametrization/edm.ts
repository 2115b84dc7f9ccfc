/** Parametrization `edm`: the preconditioning of Karras et al. */
import { plugin, type Rates, tf, velocityOf, z } from "denoise/plugin";

/** σ from which on, and up to which, its logarithm is told. */
const [least, most] = [1e-4, 1e4];

export default plugin({
  kind: "parametrization",
  name: "edm",
  summary: "The network predicts a mix of image and noise of unit variance at every level, as EDM does",
  source: "Karras et al. 2022, arXiv:2206.00364, eq. 7 and table 1",
  options: z.object({
    sigma_data: z.number().positive().default(1).describe(
      "standard deviation of the normalised pictures: 1 with the normalizer mean-variance, which measures it",
    ),
  }),
  create({ options: { sigma_data: data } }) {
    /** √(σ² + σ_data²), times the signal rate: finite wherever the noise is. */
    const length = ({ signal, noise }: Rates) =>
      tf.sqrt(tf.add(tf.square(noise), tf.mul(data ** 2, tf.square(signal))));
    return {
      input(noisy, rates) {
        const sigma = tf.clipByValue(tf.div(rates.noise, tf.maximum(rates.signal, 1e-8)), least, most);
        const level = tf.div(tf.log(sigma), 4); // c_noise
        return {
          image: tf.div(noisy, length(rates)), // c_in (image + σ noise)
          level: tf.broadcastTo(level, [noisy.shape[0], 1, 1, 1]) as tf.Tensor4D,
        };
      },
      components(output, noisy, rates) {
        const scale = length(rates), power = tf.square(scale);
        // c_skip (image + σ noise) + c_out F; the noise likewise, without a division by σ.
        const signal = tf.add<tf.Tensor4D>(
          tf.mul(tf.div(tf.mul(data ** 2, rates.signal), power), noisy),
          tf.mul(tf.div(tf.mul(data, rates.noise), scale), output),
        );
        const noise = tf.sub<tf.Tensor4D>(
          tf.mul(tf.div(rates.noise, power), noisy),
          tf.mul(tf.div(tf.mul(data, rates.signal), scale), output),
        );
        return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
      },
    };
  },
});
