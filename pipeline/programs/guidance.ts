/** Guidance: a prediction, pushed away from a worse one, which is for no class or by a weaker model. */
import * as tf from "@tensorflow/tfjs";
import type { Components, Rates } from "../kinds/common.ts";
import { noiseOf, velocityOf } from "../kinds/diffusion.ts";
import type { GuidanceOptions, ProjectionOptions } from "../kinds/guidance.ts";
import type { Seen } from "../kinds/sampler.ts";

/** What is known of noisy images. */
export interface Given {
  readonly noisy: tf.Tensor4D;
  readonly rates: Rates;
  /** Class of each image, int32 `[batch]`: -1 where it is not told. */
  readonly label: tf.Tensor;
  /** Rates of the level that is jumped to. */
  readonly to?: Rates | undefined;
}

/** Two predictions of the same images: the model's own, and the worse one that it is pushed away from. */
export interface Both {
  readonly own: Components;
  readonly worse: Components;
}

/** A guided prediction. */
export interface Guided {
  readonly components: Components;
  /** Where guidance changes which noise is kept: 1 there, 0 elsewhere. Undefined where it never does. */
  readonly renoised?: tf.Tensor | undefined;
  /** The differences so far, for the momentum of the next evaluation, `[batch, height, width, channels]`. */
  readonly past?: tf.Tensor4D | undefined;
}

/** The predictions for the class and for no class. Ho and Salimans 2022, arXiv:2207.12598. `predict` is asked once, for twice the images. */
export function withAndWithoutClass(
  predict: (given: Given) => Components,
  { noisy, rates, label, to }: Given,
): Both {
  const batch = noisy.shape[0];
  const both = predict({
    noisy: twice(noisy),
    rates: twiceRates(rates, batch),
    label: tf.concat([label, tf.fill([batch], -1, "int32")]),
    to: to && twiceRates(to, batch),
  });
  const halves = (images: tf.Tensor4D) => tf.split(images, 2, 0) as [own: tf.Tensor4D, worse: tf.Tensor4D];
  const [signals, noises, velocities] = [halves(both.signal), halves(both.noise), halves(both.velocity)];
  const half = (place: 0 | 1): Components => ({
    signal: signals[place],
    noise: noises[place],
    velocity: velocities[place],
  });
  return { own: half(0), worse: half(1) };
}

/**
 * Guided components: the model's own, and `scale - 1` times their distance from the worse ones.
 *
 * Ho and Salimans 2022, arXiv:2207.12598, eq. 6, with `scale = w + 1`: 1 leaves the prediction as it is. By a weaker model:
 * Karras et al. 2024, arXiv:2406.02507, eq. 5. Within an interval of σ only: Kynkäänniemi et al. 2024, arXiv:2404.07724,
 * eq. 5. Rescaled signals: Lin et al. 2023, arXiv:2305.08891, section 3.4. Projected: Sadat et al. 2024,
 * arXiv:2410.02416, algorithm 1. With the noise for no class: CFG++, Chung et al. 2024, arXiv:2406.08070, algorithm 2.
 *
 * @param past what the last evaluation gave as `past`, zeros before the first: for projected guidance with momentum
 */
export function guided(
  { own, worse }: Both,
  { noisy, rates }: { readonly noisy: tf.Tensor4D; readonly rates: Rates },
  { scale, interval, rescale, renoise, project }: GuidanceOptions,
  past?: tf.Tensor4D,
): Guided {
  const inside = interval && within(interval, rates);
  const more = inside === undefined ? tf.scalar(scale - 1) : tf.mul(inside, scale - 1);
  const plain = (part: keyof Components): tf.Tensor4D =>
    tf.add(own[part], tf.mul(more, tf.sub(own[part], worse[part])));
  const push = project && differences({ own, worse }, project, { past, inside });
  const pushed = push === undefined
    ? plain("signal")
    : tf.add<tf.Tensor4D>(own.signal, tf.mul(more, projected(push.difference, own.signal, project!)));
  const signal = rescale === 0 ? pushed : rescaled(pushed, own.signal, rescale);
  const components = project === undefined && rescale === 0
    ? { signal, noise: plain("noise"), velocity: plain("velocity") }
    : withSignal(signal, noiseOf(noisy, signal, rates), rates);
  const kept = push?.kept;
  if (renoise === "guided") return { components, past: kept };
  const renoised = inside ?? tf.scalar(1);
  const noise = tf.add<tf.Tensor4D>(own.noise, tf.mul(renoised, tf.sub(worse.noise, own.noise)));
  return { components: withSignal(components.signal, noise, rates), renoised, past: kept };
}

/** The difference of the signals with a share of those before, and what of it the next evaluation gets. */
function differences(
  { own, worse }: Both,
  { momentum }: ProjectionOptions,
  { past, inside }: { readonly past: tf.Tensor4D | undefined; readonly inside: tf.Tensor | undefined },
): { difference: tf.Tensor4D; kept?: tf.Tensor4D } {
  const now = tf.sub<tf.Tensor4D>(own.signal, worse.signal);
  if (momentum === 0 || past === undefined) return { difference: now };
  const difference = tf.add<tf.Tensor4D>(now, tf.mul(momentum, past));
  return {
    difference,
    kept: inside === undefined ? difference : tf.add(past, tf.mul(inside, tf.sub(difference, past))),
  };
}

/**
 * What a sampler sees of noisy images under guidance, with `past` as `guided` has it. `clip` clips the signal; other noise
 * than was there is laid over the clipped one.
 */
export function guidedSight(
  pair: Both,
  at: { readonly noisy: tf.Tensor4D; readonly rates: Rates },
  guidance: GuidanceOptions,
  { past, clip }: { readonly past: tf.Tensor4D | undefined; readonly clip: (signal: tf.Tensor4D) => tf.Tensor4D },
): { seen: Seen; past: tf.Tensor4D | undefined } {
  const { noisy, rates } = at;
  const { components, renoised, past: after = past } = guided(pair, at, guidance, past);
  const signal = clip(components.signal);
  if (renoised === undefined) return { seen: { ...components, signal }, past: after };
  const made = tf.add(tf.mul(rates.signal, signal), tf.mul(rates.noise, components.noise));
  const image = tf.add<tf.Tensor4D>(noisy, tf.mul(renoised, tf.sub(made, noisy)));
  return { seen: { ...components, signal, image }, past: after };
}

const withSignal = (signal: tf.Tensor4D, noise: tf.Tensor4D, rates: Rates): Components => ({
  signal,
  noise,
  velocity: velocityOf({ signal, noise }, rates),
});

/** 1 where σ is above the interval's lower end and at most its upper end, 0 elsewhere. */
export function within([low, high]: readonly [number, number], { signal, noise }: Rates): tf.Tensor {
  // Compared without a division: a signal rate may be 0.
  const inside = tf.logicalAnd(tf.greater(noise, tf.mul(signal, low)), tf.lessEqual(noise, tf.mul(signal, high)));
  return tf.cast(inside, "float32");
}

/** A difference of signals, no longer than the radius, without a share of what is along the signal. Of each image by itself. */
export function projected(
  difference: tf.Tensor4D,
  along: tf.Tensor4D,
  { parallel, radius }: Pick<ProjectionOptions, "parallel" | "radius">,
): tf.Tensor4D {
  const product = (x: tf.Tensor4D, y: tf.Tensor4D) => tf.sum<tf.Tensor4D>(tf.mul(x, y), [1, 2, 3], true);
  let limited = difference;
  if (radius !== undefined) {
    const norm = tf.sqrt(product(difference, difference));
    limited = tf.mul(difference, tf.minimum(1, tf.div(radius, tf.maximum(norm, 1e-12))));
  }
  if (parallel === 1) return limited;
  const share = tf.div(product(limited, along), tf.maximum(product(along, along), 1e-12));
  return tf.sub(limited, tf.mul(1 - parallel, tf.mul(share, along)));
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
