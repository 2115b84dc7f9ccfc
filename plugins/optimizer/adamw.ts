/** Optimizer `adamw`: Adam with weight decay that does not pass through the moments. */
import { plugin, type TensorRecord, tf, z } from "denoise/plugin";

export default plugin({
  kind: "optimizer",
  name: "adamw",
  summary: "Adam with decoupled weight decay, as Keras computes it",
  source: "Kingma and Ba 2014, arXiv:1412.6980, alg. 1 in its last form; Loshchilov and Hutter 2017, arXiv:1711.05101",
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
  }),
  create({ options }) {
    const { learning_rate, beta_1, beta_2, epsilon } = options;
    const kept = 1 - options.weight_decay * (options.scale_decay ? learning_rate : 1);
    return {
      init: (trainable) => ({ ...zeros("mean", trainable), ...zeros("square", trainable) }),
      update({ trainable, gradients, state, step }) {
        const time = tf.cast(step, "float32");
        const rate = tf.mul(learning_rate, tf.div(tf.sqrt(reached(beta_2, time)), reached(beta_1, time)));
        const weights: TensorRecord = {}, means: TensorRecord = {}, squares: TensorRecord = {};
        for (const [name, weight] of Object.entries(trainable)) {
          const gradient = gradients[name]!;
          const mean = towards(state[`mean.${name}`]!, gradient, 1 - beta_1);
          const square = towards(state[`square.${name}`]!, tf.square(gradient), 1 - beta_2);
          const change = tf.div(tf.mul(rate, mean), tf.add(tf.sqrt(square), epsilon));
          weights[name] = tf.sub(tf.mul(weight, kept), change);
          means[`mean.${name}`] = mean;
          squares[`square.${name}`] = square;
        }
        return { trainable: weights, state: { ...means, ...squares } };
      },
    };
  },
});

/** A zero beside each weight. */
function zeros(moment: string, trainable: TensorRecord): TensorRecord {
  return Object.fromEntries(
    Object.entries(trainable).map(([name, weight]) => [`${moment}.${name}`, tf.zeros(weight.shape)]),
  );
}

/** An exponential mean, moved by `part` towards a value. */
function towards(mean: tf.Tensor, value: tf.Tensor, part: number): tf.Tensor {
  return tf.add(mean, tf.mul(tf.sub(value, mean), part));
}

/** `1 - beta^time`: the weight that an exponential mean has gathered. As written, float32 would lose its digits in the first steps. */
function reached(beta: number, time: tf.Tensor): tf.Tensor {
  return beta === 0 ? tf.onesLike(time) : tf.neg(tf.expm1(tf.mul(time, Math.log(beta))));
}
