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

/** Numbers of Adam. */
export interface AdamNumbers {
  readonly beta_1: number;
  readonly beta_2: number;
  readonly epsilon: number;
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
  { beta_1, beta_2, epsilon }: AdamNumbers,
): { change: tf.Tensor; state: TensorRecord } {
  const mean = towards(state[`mean.${name}`]!, gradient, 1 - beta_1);
  const square = towards(state[`square.${name}`]!, tf.square(gradient), 1 - beta_2);
  const root = tf.add(tf.sqrt(tf.div(square, reached(beta_2, time))), epsilon);
  return {
    change: tf.div(tf.div(mean, reached(beta_1, time)), root),
    state: { [`mean.${name}`]: mean, [`square.${name}`]: square },
  };
}
