/** Optimizer `my-plugin`: gradient descent with momentum. */
import { plugin, tensorOf, type TensorRecord, tf, z } from "denoise/plugin";

export default plugin({
  kind: "optimizer",
  name: "my-plugin",
  summary: "Gradient descent with momentum",
  source: "Polyak 1964; Sutskever et al. 2013, eq. 1 and 2",
  options: z.object({
    learning_rate: z.number().positive().default(0.01).describe("length of a step for a gradient of one"),
    momentum: z.number().min(0).lt(1).default(0.9).describe("part of the last step that is kept"),
  }),
  create: ({ options: { learning_rate, momentum } }) => ({
    init: (trainable) => Object.fromEntries(Object.entries(trainable).map(([name, w]) => [name, tf.zerosLike(w)])),
    update({ trainable, gradients, state }) {
      const [weights, steps]: [TensorRecord, TensorRecord] = [{}, {}];
      for (const [name, weight] of Object.entries(trainable)) {
        const before = tf.mul(tensorOf(state, name), momentum);
        const step = tf.sub(before, tf.mul(tensorOf(gradients, name), learning_rate));
        steps[name] = step;
        weights[name] = tf.add(weight, step);
      }
      return { trainable: weights, state: steps };
    },
  }),
});
