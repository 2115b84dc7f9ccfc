/** Ema `my-plugin`: an average that forgets at a constant rate. */
import { plugin, type State, tensorOf, type TensorRecord, tf, z } from "denoise/plugin";

export default plugin({
  kind: "ema",
  name: "my-plugin",
  summary: "Exponential moving average of the weights",
  options: z.object({
    decay: z.number().min(0).lt(1).default(0.99).describe("fraction of the average that is kept per step"),
  }),
  create: ({ options: { decay } }) => ({
    init: (network) => both(network, network, (tensor) => tf.clone(tensor)),
    update: (average, network) =>
      both(average, network, (mean, value) => tf.add(mean, tf.mul(tf.sub(value, mean), 1 - decay))),
  }),
});

/** Combines two states tensor by tensor, weights and running statistics alike. */
function both(a: State, b: State, fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): State {
  const records = (a: TensorRecord, b: TensorRecord) =>
    Object.fromEntries(Object.entries(a).map(([name, tensor]) => [name, fn(tensor, tensorOf(b, name))]));
  return { trainable: records(a.trainable, b.trainable), buffers: records(a.buffers, b.buffers) };
}
