/** Optimizer `lion`: steps of one length, in the direction in which gradients point. */
import { plugin, type TensorRecord, tf, z } from "denoise/plugin";
import { towards, zeros } from "./shared/moments.ts";
import { clipped, commonOptions, followsLength, learningRates, shown } from "./shared/options.ts";

export default plugin({
  kind: "optimizer",
  name: "lion",
  summary: "The sign of a mean of gradients: half of Adam's memory, and a learning rate of a third to a tenth of its",
  prefer: "Where memory is short, and with large batches, for which its paper found it best",
  source: "Chen et al. 2023, arXiv:2302.06675, alg. 2",
  needs: ["batchSize"],
  options: z.object({
    learning_rate: z.number().positive().default(1e-4).describe("how far each weight moves in each step"),
    beta_1: z.number().min(0).lt(1).default(0.9).describe("what the mean counts for in the direction of a step"),
    beta_2: z.number().min(0).lt(1).default(0.99).describe("decay of the gradients' mean per step"),
    weight_decay: z.number().min(0).default(0).describe(
      "fraction of each weight that is subtracted in a step, times the learning rate; three to ten times that of adamw",
    ),
    ...commonOptions,
  }),
  create({ options, batchSize }) {
    const { beta_1, beta_2, weight_decay: decay } = options;
    const rates = learningRates(options.learning_rate, options, batchSize);
    return {
      followsLength: followsLength(options),
      init: (trainable) => zeros("mean", trainable),
      update({ trainable, gradients, state, step, norm, course }) {
        const rate = rates(step, course);
        const weights: TensorRecord = {}, means: TensorRecord = {};
        for (const [name, gradient] of Object.entries(clipped(gradients, options, norm))) {
          const weight = trainable[name]!, mean = state[`mean.${name}`]!;
          const sign = tf.sign(towards(mean, gradient, 1 - beta_1));
          const change = decay === 0 ? sign : tf.add(sign, tf.mul(weight, decay));
          weights[name] = tf.sub(weight, tf.mul(change, rate));
          means[`mean.${name}`] = towards(mean, gradient, 1 - beta_2);
        }
        return { trainable: weights, state: means, learningRate: shown(rate) };
      },
    };
  },
});
