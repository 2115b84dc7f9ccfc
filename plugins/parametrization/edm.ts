/** Parametrization `edm`: the preconditioning of Karras et al. */
import { plugin, type Rates, refuse, type TensorRecord, tf, velocityOf, z } from "denoise/plugin";

/** σ from which on, and up to which, its logarithm is told. */
const [least, most] = [1e-4, 1e4];

export default plugin({
  kind: "parametrization",
  name: "edm",
  summary: "The network predicts a mix of image and noise of unit variance at every level, as EDM does",
  prefer: "For recipes of EDM and EDM2, together with their noise levels and weights",
  source: "Karras et al. 2022, arXiv:2206.00364, eq. 7 and table 1",
  options: z.object({
    sigma_data: z.union([z.number().positive(), z.literal("measured")]).default(1).describe(
      "standard deviation of the normalised pictures: 1 with the normalizer mean-variance. measured: that of the training " +
        "pictures, found before the first step",
    ),
  }),
  create({ options: { sigma_data } }) {
    /** σ_data: a number, or a scalar. */
    const dataOf = (measured: TensorRecord | undefined): number | tf.Tensor => {
      if (sigma_data !== "measured") return sigma_data;
      if (measured?.sigma_data === undefined) throw new TypeError("Cannot use what was not measured: sigma_data");
      return measured.sigma_data;
    };
    const powerOf = (data: number | tf.Tensor) => typeof data === "number" ? data ** 2 : tf.square(data);
    /** √(σ² + σ_data²), times the signal rate: finite wherever the noise is. */
    const length = ({ signal, noise }: Rates, data: number | tf.Tensor) =>
      tf.sqrt(tf.add(tf.square(noise), tf.mul(powerOf(data), tf.square(signal))));
    return {
      jumpsToImage: true,
      ...(sigma_data !== "measured" ? {} : {
        fit: async (pictures) => ({ sigma_data: tf.scalar(await deviationOf(pictures())) }),
        blank: () => ({ sigma_data: tf.scalar(0) }),
      }),
      input(noisy, rates, measured) {
        const sigma = tf.clipByValue(tf.div(rates.noise, tf.maximum(rates.signal, 1e-8)), least, most);
        const level = tf.div(tf.log(sigma), 4); // c_noise
        return {
          image: tf.div(noisy, length(rates, dataOf(measured))), // c_in (image + σ noise)
          level: tf.broadcastTo(level, [noisy.shape[0], 1, 1, 1]) as tf.Tensor4D,
        };
      },
      components(output, noisy, rates, measured) {
        const data = dataOf(measured);
        const scale = length(rates, data), power = tf.square(scale);
        // c_skip (image + σ noise) + c_out F; the noise likewise, without a division by σ.
        const signal = tf.add<tf.Tensor4D>(
          tf.mul(tf.div(tf.mul(powerOf(data), rates.signal), power), noisy),
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

/** The standard deviation of all numbers, over all pictures, pixels and channels. */
async function deviationOf(chunks: AsyncIterable<Float32Array>): Promise<number> {
  let count = 0, sum = 0, squares = 0;
  for await (const chunk of chunks) {
    count += chunk.length;
    for (const value of chunk) {
      sum += value;
      squares += value * value;
    }
  }
  const deviation = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  if (deviation > 1e-6) return deviation;
  return refuse({
    option: "sigma_data",
    what: "Cannot measure sigma_data: the training pictures are all of one colour",
    fix: "give a number, such as sigma_data: 1",
  });
}
