/** Noise levels by the size of pictures: large ones hide less of the noise, because neighbouring pixels are alike. */
import { type ImageShape, type Rates, tf } from "denoise/plugin";

/**
 * What is added to the log-SNR of levels that are meant for pictures with sides of `size` pixels, so that these have as
 * much noise once they are shrunk to that size: `2 ln(size / side)`. Of pictures that are not square, the side is that of
 * the square of as many pixels.
 *
 * Hoogeboom et al. 2023, arXiv:2301.11093, eq. 4; the same as the shift of the flow's time of Esser et al. 2024,
 * arXiv:2403.03206, eq. 23.
 */
export function sizeShift(size: number, { height, width }: ImageShape): number {
  return Math.log(size ** 2 / (height * width));
}

/** Rates at log-SNRs that are larger by `shift`. */
export function shifted({ signal, noise }: Rates, shift: number): Rates {
  const more = tf.mul(signal, Math.exp(shift / 2));
  const length = tf.sqrt(tf.add(tf.square(more), tf.square(noise)));
  return { signal: tf.div(more, length), noise: tf.div(noise, length) };
}
