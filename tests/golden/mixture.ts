/** The denoiser of the golden trajectories: the exact posterior mean of a mixture of Gaussians. */
import * as tf from "@tensorflow/tfjs";
import type { Components, Rates } from "../../pipeline/kinds/common.ts";
import { noiseOf, velocityOf } from "../../pipeline/kinds/diffusion.ts";
import type { Golden } from "./golden.ts";

/** Makes tensors of the numbers of a fixture, on the backend that a test runs on. */
export type MakeTensor = (values: ArrayLike<number>, shape: readonly number[]) => tf.Tensor;

/** The best answer to a noisy image: `settings.denoiser` of the topic says its formula. */
export function mixture(
  topic: Golden,
  make: MakeTensor,
): (image: tf.Tensor4D, rates: Rates) => Components {
  const [means, variances] = ["mixture_means", "mixture_variances"].map((name) => {
    const { data, shape } = topic.get(name);
    return tf.reshape(make(data, shape), [1, ...shape]); // [1, component, height, width, channel]
  }) as [tf.Tensor, tf.Tensor];
  const weights: number[] = topic.json.settings.mixture_weights;
  const logWeights = make(weights.map(Math.log), [1, weights.length]);
  const half = make([0.5], []);
  return (image, rates) => {
    const [alpha, sigma] = [rates.signal, rates.noise].map((rate) => tf.reshape(rate, [-1, 1, 1, 1, 1])) as Pair;
    const x = tf.reshape(image, [image.shape[0], 1, ...image.shape.slice(1)]);
    const total = tf.add(tf.mul(tf.square(alpha), variances), tf.square(sigma));
    const away = tf.div(tf.square(tf.sub(x, tf.mul(alpha, means))), total);
    const logs = tf.sub(logWeights, tf.mul(half, tf.sum(tf.add(away, tf.log(total)), [2, 3, 4])));
    const exps = tf.exp(tf.sub(logs, tf.max(logs, 1, true)));
    const shares = tf.div(exps, tf.sum(exps, 1, true));
    const clean = tf.div(tf.add(tf.mul(tf.square(sigma), means), tf.mul(tf.mul(alpha, variances), x)), total);
    const weighted = tf.mul(tf.reshape(shares, [...shares.shape, 1, 1, 1]), clean);
    const signal = tf.sum(weighted, 1) as tf.Tensor4D;
    const noise = noiseOf(image, signal, rates);
    return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
  };
}
type Pair = [tf.Tensor, tf.Tensor];
