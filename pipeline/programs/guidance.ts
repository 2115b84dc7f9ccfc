/** Guidance: the prediction for a class, pushed away from the one for no class. Both come from one call of the network. */
import * as tf from "@tensorflow/tfjs";
import type { Components, Rates } from "../kinds/common.ts";
import { noiseOf, velocityOf } from "../kinds/diffusion.ts";
import type { GuidanceOptions } from "../kinds/sampler.ts";

/** What is known of noisy images. */
export interface Given {
  readonly noisy: tf.Tensor4D;
  readonly rates: Rates;
  /** Class of each image, int32 `[batch]`: -1 where it is not told. */
  readonly label: tf.Tensor;
  /** Rates of the level that is jumped to. */
  readonly to?: Rates | undefined;
}

/**
 * Guided components: those for the class, and `scale - 1` times their distance from those for no class.
 *
 * Ho and Salimans 2022, arXiv:2207.12598, eq. 6, with `scale = w + 1`: 1 leaves the prediction for the class as it is. Within an interval of σ only:
 * Kynkäänniemi et al. 2024, arXiv:2404.07724, eq. 5. Rescaled signals: Lin et al. 2023, arXiv:2305.08891, section 3.4.
 *
 * @param predict the network's view of a batch; it is asked once, for twice the images
 */
export function guided(
  predict: (given: Given) => Components,
  { noisy, rates, label, to }: Given,
  { scale, interval, rescale }: GuidanceOptions,
): Components {
  const batch = noisy.shape[0];
  const both = predict({
    noisy: twice(noisy),
    rates: twiceRates(rates, batch),
    label: tf.concat([label, tf.fill([batch], -1, "int32")]),
    to: to && twiceRates(to, batch),
  });
  const more = interval === undefined ? tf.scalar(scale - 1) : within(interval, rates, scale - 1);
  const guide = (part: keyof Components): tf.Tensor4D => {
    const [own, other] = tf.split(both[part], 2, 0) as [tf.Tensor4D, tf.Tensor4D];
    return tf.add(own, tf.mul(more, tf.sub(own, other)));
  };
  if (rescale === 0) return { signal: guide("signal"), noise: guide("noise"), velocity: guide("velocity") };
  const [own] = tf.split(both.signal, 2, 0) as [tf.Tensor4D, tf.Tensor4D];
  const signal = rescaled(guide("signal"), own, rescale);
  const noise = noiseOf(noisy, signal, rates);
  return { signal, noise, velocity: velocityOf({ signal, noise }, rates) };
}

/** `value` where σ is above the interval's lower end and at most its upper end, 0 elsewhere. */
export function within([low, high]: readonly [number, number], { signal, noise }: Rates, value: number): tf.Tensor {
  // Compared without a division: a signal rate may be 0.
  const inside = tf.logicalAnd(tf.greater(noise, tf.mul(signal, low)), tf.lessEqual(noise, tf.mul(signal, high)));
  return tf.mul(tf.cast(inside, "float32"), value);
}

/** Images with the standard deviation of others, by a part of the way. Of each image by itself. */
export function rescaled(images: tf.Tensor4D, like: tf.Tensor4D, part: number): tf.Tensor4D {
  const deviation = (x: tf.Tensor4D) => tf.sqrt(tf.moments(x, [1, 2, 3], true).variance);
  const ratio = tf.div(deviation(like), tf.maximum(deviation(images), 1e-12));
  return tf.mul(images, tf.add(tf.mul(part, ratio), 1 - part));
}

const twice = <T extends tf.Tensor>(images: T): T => tf.concat([images, images]) as T;

/** Rates for each image of a batch, twice; those of all images as they are. */
function twiceRates({ signal, noise }: Rates, batch: number): Rates {
  const each = (rate: tf.Tensor) => rate.rank > 0 && batch > 1 && rate.shape[0] === batch ? twice(rate) : rate;
  return { signal: each(signal), noise: each(noise) };
}
