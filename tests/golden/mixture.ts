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
  const onHost = hostMixture(topic);
  return (image, rates) => {
    if (tf.getBackend() === "float64") { // where each op is slow, and values can be read
      const [[alpha], [sigma]] = [rates.signal.dataSync(), rates.noise.dataSync()] as unknown as [[number], [number]];
      const signal = make(onHost(image.dataSync(), alpha, sigma), image.shape) as tf.Tensor4D;
      const noise = noiseOf(image, signal, rates);
      return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
    }
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

/** The signals of noisy images at one level, in plain numbers. */
function hostMixture(topic: Golden): (images: ArrayLike<number>, alpha: number, sigma: number) => Float64Array {
  const [means, variances] = ["mixture_means", "mixture_variances"].map((name) => topic.get(name).data) as [
    Float64Array,
    Float64Array,
  ];
  const weights: number[] = topic.json.settings.mixture_weights;
  const size = means.length / weights.length;
  return (images, alpha, sigma) => {
    const signals = new Float64Array(images.length);
    for (let from = 0; from < images.length; from += size) {
      const logs = weights.map((weight, k) => {
        let sum = 0;
        for (let i = 0; i < size; i++) {
          const total = alpha ** 2 * variances[k * size + i]! + sigma ** 2;
          sum += (images[from + i]! - alpha * means[k * size + i]!) ** 2 / total + Math.log(total);
        }
        return Math.log(weight) - sum / 2;
      });
      const shares = logs.map((log) => Math.exp(log - Math.max(...logs)));
      const whole = shares.reduce((a, b) => a + b, 0);
      for (const [k, share] of shares.entries()) {
        for (let i = 0; i < size; i++) {
          const [mean, variance] = [means[k * size + i]!, variances[k * size + i]!];
          const total = alpha ** 2 * variance + sigma ** 2;
          const clean = (sigma ** 2 * mean + alpha * variance * images[from + i]!) / total;
          signals[from + i]! += share / whole * clean;
        }
      }
    }
    return signals;
  };
}
