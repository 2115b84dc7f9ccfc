/** Exponential means of gradients, as Adam and those after it keep them. */
import { type TensorRecord, tf } from "denoise/plugin";

/** A zero beside each weight. */
export function zeros(moment: string, trainable: TensorRecord): TensorRecord {
  return Object.fromEntries(
    Object.entries(trainable).map(([name, weight]) => [`${moment}.${name}`, tf.zeros(weight.shape)]),
  );
}

/** An exponential mean, moved by `part` towards a value. */
export function towards(mean: tf.Tensor, value: tf.Tensor, part: number): tf.Tensor {
  return tf.add(mean, tf.mul(tf.sub(value, mean), part));
}

/** `1 - beta^time`: the weight that an exponential mean has gathered. As written, float32 would lose its digits in the first steps. */
export function reached(beta: number, time: tf.Tensor): tf.Tensor {
  return beta === 0 ? tf.onesLike(time) : tf.neg(tf.expm1(tf.mul(time, Math.log(beta))));
}

/** How much of Adam's moments stays in a step. */
interface Betas {
  readonly beta_1: number;
  readonly beta_2: number;
}

/** A weight's exponential means. */
export interface Moments {
  /** Of its gradients. */
  readonly mean: tf.Tensor;
  /** Of their squares. */
  readonly square: tf.Tensor;
}

/** Adam's moments of a weight after a gradient. Its state has those of before: `mean.<name>` and `square.<name>`. */
export function moments(name: string, gradient: tf.Tensor, state: TensorRecord, { beta_1, beta_2 }: Betas): Moments {
  return {
    mean: towards(state[`mean.${name}`]!, gradient, 1 - beta_1),
    square: towards(state[`square.${name}`]!, tf.square(gradient), 1 - beta_2),
  };
}

/**
 * Adam's change of a weight before the learning rate, with epsilon after the correction for the first steps, as PyTorch has
 * it, and the moments after it. Kingma and Ba 2014, arXiv:1412.6980, alg. 1.
 */
export function adamChange(
  name: string,
  gradient: tf.Tensor,
  state: TensorRecord,
  time: tf.Tensor,
  options: Betas & { readonly epsilon: number },
): Moments & { readonly change: tf.Tensor } {
  const { mean, square } = moments(name, gradient, state, options);
  const root = tf.add(tf.sqrt(tf.div(square, reached(options.beta_2, time))), options.epsilon);
  return { change: tf.div(tf.div(mean, reached(options.beta_1, time)), root), mean, square };
}
