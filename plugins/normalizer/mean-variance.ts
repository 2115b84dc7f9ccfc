/** Normalizer `mean-variance`: each channel of the training pictures to mean zero and variance one. */
import { plugin, type TensorRecord, tf, z } from "denoise/plugin";

export default plugin({
  kind: "normalizer",
  name: "mean-variance",
  summary: "Each channel to mean 0 and variance 1 over the training pictures, like the noise",
  prefer: "For schedules that count on images of variance 1, as most here do; the default",
  source: "keras.layers.Normalization: biased variance, divisor at least 1e-7",
  options: z.object({}),
  create: () => ({
    async fit(pictures, { channels }) {
      // Bytes take few values: counting them is exact, and the sums below then have 256 terms only.
      const counts = Array.from({ length: channels }, () => new Float64Array(256));
      for await (const chunk of pictures()) {
        for (let i = 0; i < chunk.length; i += channels) {
          for (let channel = 0; channel < channels; channel++) counts[channel]![chunk[i + channel]!]! += 1;
        }
      }
      const moments = counts.map((count) => {
        const total = count.reduce((sum, n) => sum + n, 0);
        if (total === 0) throw new Error('Cannot fit normalizer "mean-variance" to no pictures');
        const mean = count.reduce((sum, n, byte) => sum + n * byte, 0) / total / 255;
        return { mean, variance: count.reduce((sum, n, byte) => sum + n * (byte / 255 - mean) ** 2, 0) / total };
      });
      return {
        mean: tf.tensor1d(moments.map(({ mean }) => mean)),
        variance: tf.tensor1d(moments.map(({ variance }) => variance)),
      };
    },
    blank: ({ channels }) => ({ mean: tf.zeros([channels]), variance: tf.zeros([channels]) }),
    normalize: (statistics, pixels) => tf.div(tf.sub(pixels, statistics.mean!), deviation(statistics)),
    denormalize: (statistics, images) =>
      tf.clipByValue(tf.add(tf.mul(images, deviation(statistics)), statistics.mean!), 0, 1),
  }),
});

/** What pixels are divided by, `[channels]`. */
function deviation(statistics: TensorRecord): tf.Tensor {
  return tf.maximum(tf.sqrt(statistics.variance!), 1e-7);
}
