/** Optimizer `adam`: steps as long for small gradients as for large ones. */
import { plugin, type TensorRecord, tf, z } from "denoise/plugin";
import { adamChange, zeros } from "./shared/moments.ts";
import { clipped, commonOptions, followsLength, learningRates, shown } from "./shared/options.ts";

export default plugin({
  kind: "optimizer",
  name: "adam",
  summary: "Adam, as PyTorch computes it",
  prefer: "For recipes of DDPM and EDM, which let no weights decay; adamw where they should",
  source: "Kingma and Ba 2014, arXiv:1412.6980, alg. 1",
  needs: ["batchSize"],
  options: z.object({
    learning_rate: z.number().positive().default(1e-3).describe("roughly the largest change of a weight per step"),
    beta_1: z.number().min(0).lt(1).default(0.9).describe("decay of the gradients' mean per step"),
    beta_2: z.number().min(0).lt(1).default(0.999).describe("decay of the squared gradients' mean per step"),
    epsilon: z.number().positive().default(1e-8).describe("added to the root of the squared gradients' mean"),
    weight_decay: z.number().min(0).default(0).describe(
      "times each weight, added to its gradient; adamw decays weights apart from that, which works better",
    ),
    ...commonOptions,
  }),
  create({ options, batchSize }) {
    const rates = learningRates(options.learning_rate, options, batchSize);
    return {
      followsLength: followsLength(options),
      init: (trainable) => ({ ...zeros("mean", trainable), ...zeros("square", trainable) }),
      update({ trainable, gradients, state, step, norm, course }) {
        const time = tf.cast(step, "float32");
        const rate = rates(step, course);
        const weights: TensorRecord = {}, means: TensorRecord = {}, squares: TensorRecord = {};
        for (const [name, given] of Object.entries(clipped(gradients, options, norm))) {
          const weight = trainable[name]!;
          const gradient = options.weight_decay === 0 ? given : tf.add(given, tf.mul(weight, options.weight_decay));
          const { change, mean, square } = adamChange(name, gradient, state, time, options);
          weights[name] = tf.sub(weight, tf.mul(change, rate));
          means[`mean.${name}`] = mean;
          squares[`square.${name}`] = square;
        }
        return { trainable: weights, state: { ...means, ...squares }, learningRate: shown(rate) };
      },
    };
  },
});
