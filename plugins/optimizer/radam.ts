/** Optimizer `radam`: Adam that waits with its division until the mean of squares is worth it. */
import { plugin, type TensorRecord, tf, z } from "denoise/plugin";
import { moments, reached, zeros } from "./shared/moments.ts";
import { clipped, commonOptions, followsLength, learningRates, shown } from "./shared/options.ts";

export default plugin({
  kind: "optimizer",
  name: "radam",
  summary: "Rectified Adam: it warms up by itself, with decoupled weight decay",
  prefer: "Where adamw is unsteady in its first steps, and no warm-up is wanted",
  source: "Liu et al. 2019, arXiv:1908.03265, alg. 2, as PyTorch computes it",
  needs: ["batchSize"],
  options: z.object({
    learning_rate: z.number().positive().default(1e-3).describe("roughly the largest change of a weight per step"),
    beta_1: z.number().min(0).lt(1).default(0.9).describe("decay of the gradients' mean per step"),
    beta_2: z.number().gt(0).lt(1).default(0.999).describe("decay of the squared gradients' mean per step"),
    epsilon: z.number().positive().default(1e-8).describe("added to the root of the squared gradients' mean"),
    weight_decay: z.number().min(0).default(0).describe(
      "fraction of each weight that is subtracted in a step, times the learning rate",
    ),
    ...commonOptions,
  }),
  create({ options, batchSize }) {
    const { beta_1, beta_2, epsilon, weight_decay: decay } = options;
    const rates = learningRates(options.learning_rate, options, batchSize);
    return {
      followsLength: followsLength(options),
      init: (trainable) => ({ ...zeros("mean", trainable), ...zeros("square", trainable) }),
      update({ trainable, gradients, state, step, norm, course }) {
        const time = tf.cast(step, "float32");
        const rate = rates(step, course);
        const { isKnown, factor } = rectification(beta_2, time);
        const byMean = reached(beta_1, time);
        const scale = tf.mul(factor, tf.sqrt(reached(beta_2, time)));
        const weights: TensorRecord = {}, means: TensorRecord = {}, squares: TensorRecord = {};
        for (const [name, gradient] of Object.entries(clipped(gradients, options, norm))) {
          const weight = trainable[name]!;
          const { mean, square } = moments(name, gradient, state, options);
          const divided = tf.div(scale, tf.add(tf.sqrt(square), epsilon));
          const change = tf.mul(tf.div(mean, byMean), tf.where(isKnown, divided, tf.onesLike(divided)));
          const kept = decay === 0 ? weight : tf.mul(weight, tf.sub(1, tf.mul(rate, decay)));
          weights[name] = tf.sub(kept, tf.mul(change, rate));
          means[`mean.${name}`] = mean;
          squares[`square.${name}`] = square;
        }
        return { trainable: weights, state: { ...means, ...squares }, learningRate: shown(rate) };
      },
    };
  },
});

/**
 * Whether the variance of Adam's division is known, and what it is multiplied by then: Liu et al. 2019, section 4.
 *
 * ρ = ρ∞ - 2 t βᵗ / (1 - βᵗ) is a small difference of large numbers in the first steps. With y = -t ln β it is
 * c + (2 / -ln β) (1 - y / (eʸ - 1)), whose last factor has a series for small y.
 */
export function rectification(beta: number, time: tf.Tensor): { isKnown: tf.Tensor; factor: tf.Tensor } {
  const slope = -Math.log(beta);
  const longest = 2 / (1 - beta) - 1;
  const y = tf.mul(time, slope);
  const y2 = tf.square(y);
  // 1 - y / (eʸ - 1) = y/2 - y²/12 + y⁴/720 - y⁶/30240 + … (Bernoulli numbers)
  const series = tf.add(
    tf.div(y, 2),
    tf.mul(y2, tf.add(-1 / 12, tf.mul(y2, tf.add(1 / 720, tf.mul(y2, -1 / 30240))))),
  );
  const whole = tf.sub(1, tf.div(y, tf.expm1(y)));
  const part = tf.where(tf.less(y, 0.5), series, whole);
  const length = tf.add(longest - 2 / slope, tf.mul(2 / slope, part));
  const known = tf.maximum(length, 5); // the rest is not taken
  const ratio = tf.div(tf.mul(tf.sub(known, 4), tf.sub(known, 2)), known);
  return {
    isKnown: tf.greater(length, 5),
    factor: tf.sqrt(tf.mul(ratio, longest / ((longest - 4) * (longest - 2)))),
  };
}
