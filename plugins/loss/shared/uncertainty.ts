/** A learned uncertainty by noise level: each level then counts by what is left to be learned of it, and no more. */
import { type Random, type Rates, type TensorRecord, tf } from "denoise/plugin";

const features = 128;
const [weights, bias] = ["uncertainty.weights", "uncertainty.bias"];
const [frequencies, phases] = ["uncertainty.frequencies", "uncertainty.phases"];

/** What is learned, which says 0 at all levels at first, and the random features that it is learned from. */
export function initialUncertainty(random: Random): { trainable: TensorRecord; buffers: TensorRecord } {
  const drawn = (name: string, kind: "normal" | "uniform") =>
    tf.mul(tf.reshape(random.fork(name)[kind]([features]), [features]), 2 * Math.PI);
  return {
    trainable: { [weights]: tf.zeros([features]), [bias]: tf.zeros([1]) },
    buffers: { [frequencies]: drawn(frequencies, "normal"), [phases]: drawn(phases, "uniform") },
  };
}

/**
 * The logarithm u(σ) of how large errors are expected to be, `[batch, 1, 1, 1]`: one layer on Fourier features of ln σ / 4.
 *
 * Karras et al. 2024, arXiv:2312.02696, section 2.2 and their code: 128 features with frequencies of 2π normal numbers.
 */
export function uncertaintyAt(
  { signal, noise }: Rates,
  { trainable, buffers }: { trainable: TensorRecord; buffers: TensorRecord },
): tf.Tensor4D {
  const sigma = tf.div(tf.clipByValue(noise, 1e-4, 1), tf.clipByValue(signal, 1e-4, 1));
  const level = tf.reshape(tf.div(tf.log(sigma), 4), [-1, 1]);
  const seen = tf.cos(tf.add(tf.mul(level, buffers[frequencies]!), buffers[phases]!));
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
