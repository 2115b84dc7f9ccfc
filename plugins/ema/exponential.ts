/** Ema `exponential`: an average that forgets at a constant rate. */
import { plugin, type TensorRecord, tf, z } from "denoise/plugin";

export default plugin({
  kind: "ema",
  name: "exponential",
  summary: "Exponential moving average of the weights, and of the running statistics if wanted",
  source: "Polyak and Juditsky 1992 in its exponential form; warm-up as in TensorFlow's ExponentialMovingAverage",
  options: z.object({
    decay: z.number().min(0).lt(1).default(0.999).describe("fraction of the average that is kept per step"),
    buffers: z.boolean().default(true).describe(
      "average the running statistics of normalisation too; otherwise the network's own are used",
    ),
    warmup: z.boolean().default(true).describe(
      "keep no more than (1 + step) / (10 + step), so that early samples do not show the initial weights",
    ),
  }),
  create: ({ options: { decay, buffers, warmup } }) => ({
    init: (network) => ({ trainable: copy(network.trainable), buffers: copy(network.buffers) }),
    update(average, network, step) {
      const part = warmup
        ? tf.maximum(1 - decay, tf.div(9, tf.add(tf.cast(step, "float32"), 10)))
        : tf.scalar(1 - decay);
      return {
        trainable: towards(average.trainable, network.trainable, part),
        buffers: buffers ? towards(average.buffers, network.buffers, part) : copy(network.buffers),
      };
    },
  }),
});

/** Tensors of their own with the same values. */
function copy(record: TensorRecord): TensorRecord {
  return Object.fromEntries(Object.entries(record).map(([name, tensor]) => [name, tf.clone(tensor)]));
}

/** Each tensor moved by `part` towards its value; as a difference, so that an average that has arrived stays exactly. */
function towards(average: TensorRecord, values: TensorRecord, part: tf.Tensor): TensorRecord {
  return Object.fromEntries(
    Object.entries(average).map((
      [name, tensor],
    ) => [name, tf.add(tensor, tf.mul(tf.sub(values[name]!, tensor), part))]),
  );
}
