/** The step of samplers that look twice: once at the image, and once somewhere ahead of it. */
import { type Point, type Sampler, splitRow, tf } from "denoise/plugin";

/** One step, as the weights of its sums. Host, float64. */
export interface TwoStageStep {
  /** Where the first look is: the level of the image, after the noise of `before` is added. */
  readonly at: Point;
  /** Churn: the image is scaled by `image`, and noise of this standard deviation is added, before the first look. */
  readonly before?: { readonly image: number; readonly fresh: number };
  /** Where the second look is, and the image there: weights of the image, of the first signal, of fresh noise. */
  readonly ahead: { readonly at: Point; readonly image: number; readonly signal: number; readonly fresh?: number };
  /** The next image: weights of the image, of both signals, of fresh noise. */
  readonly next: { readonly image: number; readonly signals: readonly [number, number]; readonly fresh?: number };
}

/** Where noise is drawn. Each draw is one of its own. */
export interface Draws {
  readonly before?: boolean;
  readonly ahead?: boolean;
  readonly next?: boolean;
}

/** A sampler of such steps, which draw noise where `draws` says. */
export function twoStage(steps: readonly TwoStageStep[], order: number, draws: Draws = {}): Omit<Sampler, "steps"> {
  const rows = steps.map(({ at, before = { image: 1, fresh: 0 }, ahead, next }) => [
    ...[at.signal, at.noise, before.image, before.fresh],
    ...[ahead.at.signal, ahead.at.noise, ahead.image, ahead.signal, ahead.fresh ?? 0],
    ...[next.image, ...next.signals, next.fresh ?? 0],
  ]);
  return {
    order,
    stochastic: Object.values(draws).some(Boolean),
    evaluationsPerStep: 2,
    plan: () => rows,
    init: (noise) => ({ image: noise }),
    step({ image }, row, { denoise, random }) {
      const [signal, noise, lift, shake, ...rest] = splitRow(row, 13);
      const [signalAhead, noiseAhead, onImage, onSignal, freshAhead, ...last] = rest;
      const [keep, onFirst, onSecond, fresh] = last;
      const drawn = (scale: tf.Tensor4D, name: string) =>
        tf.mul<tf.Tensor4D>(scale, random.fork(name).normal(image.shape.slice(1)));
      const start = draws.before ? tf.add<tf.Tensor4D>(tf.mul(lift, image), drawn(shake, "before")) : image;
      const first = denoise(start, { signal, noise }).signal;
      let ahead = tf.add<tf.Tensor4D>(tf.mul(onImage, start), tf.mul(onSignal, first));
      if (draws.ahead) ahead = tf.add(ahead, drawn(freshAhead, "ahead"));
      const second = denoise(ahead, { signal: signalAhead, noise: noiseAhead }).signal;
      let next = tf.addN([tf.mul(keep, start), tf.mul(onFirst, first), tf.mul(onSecond, second)]) as tf.Tensor4D;
      if (draws.next) next = tf.add(next, drawn(fresh, "next"));
      return { state: { image: next }, signal: second };
    },
  };
}

/** A step to the image itself: it is what the first look says. The second look is at the same place, and says the same. */
export function toZero(at: Point, before?: TwoStageStep["before"]): TwoStageStep {
  return {
    at,
    ...(before === undefined ? {} : { before }),
    ahead: { at, image: 1, signal: 0 },
    next: { image: 0, signals: [1, 0] },
  };
}
