/** How densely levels are drawn: for weights that are meant per unit of log-SNR, whatever the levels. */
import { type Rates, tf } from "denoise/plugin";
import { rangeOfEach } from "./ranges.ts";

const places = 512; // of the distribution, between which it is taken for even

/**
 * What a level counts so that all log-SNRs count alike, `[batch, 1, 1, 1]`: one over the density of its log-SNR, which is
 * taken between even places of the distribution.
 *
 * Kingma and Gao 2023, arXiv:2303.00848: `w(λ) / p(λ)`; with even times, p(λ) is `-dt / dλ`.
 *
 * @param levelsAt levels at uniform numbers
 * @param rises whether they become noisier with them
 */
export function perLogSnr(rates: Rates, levelsAt: (u: tf.Tensor) => Rates, rises: boolean): tf.Tensor4D {
  // From the middle of the first place to that of the last: the ends of a distribution may be infinite.
  const u = tf.div(tf.add(tf.range(0, places), 0.5), places);
  const logSnrs = logSnrOf(levelsAt(u)), own = logSnrOf(rates);
  const [before, after] = [tf.slice(logSnrs, 0, places - 1), tf.slice(logSnrs, 1)];
  const lengths = tf.mul(tf.abs(tf.sub(after, before)), places);
  const inner = tf.slice(after, 0, places - 2);
  const { mine } = rangeOfEach(own, inner, !rises); // the noisier, the smaller the log-SNR
  return tf.reshape(tf.sum(tf.mul(mine, lengths), 1), [-1, 1, 1, 1]);
}

function logSnrOf({ signal, noise }: Rates): tf.Tensor {
  return tf.mul(2, tf.sub(tf.log(signal), tf.log(noise)));
}
