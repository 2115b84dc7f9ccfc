/** A learned uncertainty by noise level: each level then counts by what is left to be learned of it, and no more. */
import { type Rates, type TensorRecord, tf } from "denoise/plugin";
import { normalAt } from "./quantile.ts";

const features = 128;
const golden = (Math.sqrt(5) - 1) / 2; // multiples of it, less their whole part, are spread evenly
const [weights, bias] = ["uncertainty.weights", "uncertainty.bias"];

/** What is learned, which says 0 at all levels at first. */
export function initialUncertainty(): TensorRecord {
  return { [weights]: tf.zeros([features]), [bias]: tf.zeros([1]) };
}

/**
 * The logarithm u(σ) of how large errors are expected to be, `[batch, 1, 1, 1]`: one layer on Fourier features of ln σ / 4.
 *
 * Karras et al. 2024, arXiv:2312.02696, and their code: 128 features, with frequencies of 2π normal numbers. Ours are the
 * same for all seeds, spread evenly over that distribution, so that they need not be kept.
 */
export function uncertaintyAt({ signal, noise }: Rates, trainable: TensorRecord): tf.Tensor4D {
  const sigma = tf.div(tf.clipByValue(noise, 1e-4, 1), tf.clipByValue(signal, 1e-4, 1));
  const level = tf.reshape(tf.div(tf.log(sigma), 4), [-1, 1]);
  const place = tf.range(0, features);
  const frequencies = tf.mul(2 * Math.PI, normalAt(tf.div(tf.add(place, 0.5), features)));
  const phases = tf.mul(2 * Math.PI * golden, place);
  const seen = tf.cos(tf.add(tf.mul(level, frequencies), phases));
  const logs = tf.add(tf.sum(tf.mul(seen, tf.mul(Math.SQRT2, trainable[weights]!)), 1), trainable[bias]!);
  return tf.reshape(logs, [-1, 1, 1, 1]);
}

/**
 * The objective: `error / exp(u) + u`. Its least value over u is at `u = ln(error)`, so all levels end up with an error of
 * one.
 *
 * Karras et al. 2024, arXiv:2312.02696, eq. 21.
 */
export function withUncertainty(error: tf.Tensor, u: tf.Tensor): tf.Tensor {
  return tf.add(tf.div(error, tf.exp(u)), u);
}
