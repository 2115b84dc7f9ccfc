/** Optimizer `adamw`: Adam with weight decay that does not pass through the moments. */
import { plugin, type TensorRecord, tf, z } from "denoise/plugin";
import { moments, reached, zeros } from "./shared/moments.ts";
import { clipped, commonOptions, followsLength, learningRates, shown } from "./shared/options.ts";

export default plugin({
  kind: "optimizer",
  name: "adamw",
  summary: "Adam with decoupled weight decay, as Keras computes it",
  prefer: "The one to begin with: a learning rate near 1e-3 trains most of these networks",
  source: "Kingma and Ba 2014, arXiv:1412.6980, alg. 1 in its last form; Loshchilov and Hutter 2017, arXiv:1711.05101",
  needs: ["batchSize"],
  options: z.object({
    learning_rate: z.number().positive().default(1e-3).describe("roughly the largest change of a weight per step"),
    weight_decay: z.number().min(0).default(1e-4).describe(
      "fraction of each weight, biases too, subtracted in a step, times the learning rate",
    ),
    scale_decay: z.boolean().default(true).describe(
      "multiply the decay by the learning rate; TensorFlow Addons does not, which makes it stronger",
    ),
    beta_1: z.number().min(0).lt(1).default(0.9).describe("decay of the gradients' mean per step"),
    beta_2: z.number().min(0).lt(1).default(0.999).describe("decay of the squared gradients' mean per step"),
    epsilon: z.number().positive().default(1e-7).describe(
      "added to the root of the squared gradients' mean, before the correction for the first steps",
    ),
    ...commonOptions,
  }),
  create({ options, batchSize }) {
    const { learning_rate, beta_1, beta_2, epsilon, weight_decay: decay } = options;
    const rates = learningRates(learning_rate, options, batchSize);
    /** What is left of a weight in a step; as a number where the rate is one, in float64. */
    const keptAt = (rate: number | tf.Tensor) =>
      typeof rate === "number" || !options.scale_decay
        ? 1 - decay * (typeof rate === "number" && options.scale_decay ? rate : 1)
        : tf.sub(1, tf.mul(decay, rate));
    return {
      followsLength: followsLength(options),
      init: (trainable) => ({ ...zeros("mean", trainable), ...zeros("square", trainable) }),
      update({ trainable, gradients: given, state, step, norm, course }) {
        const gradients = clipped(given, options, norm);
        const time = tf.cast(step, "float32");
        const learningRate = rates(step, course);
        const kept = keptAt(learningRate);
        const rate = tf.mul(learningRate, tf.div(tf.sqrt(reached(beta_2, time)), reached(beta_1, time)));
        const weights: TensorRecord = {}, means: TensorRecord = {}, squares: TensorRecord = {};
        for (const [name, weight] of Object.entries(trainable)) {
          const { mean, square } = moments(name, gradients[name]!, state, options);
          const change = tf.div(tf.mul(rate, mean), tf.add(tf.sqrt(square), epsilon));
          weights[name] = tf.sub(tf.mul(weight, kept), change);
          means[`mean.${name}`] = mean;
          squares[`square.${name}`] = square;
        }
        return { trainable: weights, state: { ...means, ...squares }, learningRate: shown(learningRate) };
      },
    };
  },
});
