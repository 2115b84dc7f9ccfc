/**
 * The step of samplers that look once: the next image is a weighted sum of the image, of predicted signals and of fresh
 * noise, with weights that depend on time alone.
 */
import { type Point, type Sampler, splitRow, tensorOf, tf } from "denoise/plugin";

/** One step, as its weights. Host, float64. */
export interface LinearStep {
  /** The level that the image enters with. */
  readonly at: Point;
  /** Weight of the image, or of the anchor where there is one. */
  readonly image: number;
  /** Weights of the predicted signals: of this step, of the one before, and so on. */
  readonly signals: readonly number[];
  /** Standard deviation of the noise that is drawn. */
  readonly fresh?: number;
  /**
   * What the step starts from in place of the image: a sum of the anchor of the step before, of the image, and of the
   * predicted signals as above. It is kept for the next step.
   */
  readonly anchor?: { readonly anchor: number; readonly image: number; readonly signals?: readonly number[] };
}

/** A sampler of such steps. `stochastic` says whether they draw; `order` is that of convergence. */
export function linear(
  steps: readonly LinearStep[],
  { order, stochastic = false }: { readonly order: number; readonly stochastic?: boolean },
): Omit<Sampler, "steps"> {
  const depth = Math.max(...steps.map(({ signals, anchor }) => Math.max(signals.length, anchor?.signals?.length ?? 0)));
  const anchored = steps.some(({ anchor }) => anchor !== undefined);
  const past = Array.from({ length: depth - 1 }, (_, i) => `signal${i + 1}`); // of the steps before, newest first
  const padded = (weights: readonly number[] = []) => Array.from({ length: depth }, (_, i) => weights[i] ?? 0);
  const rows = steps.map(({ at, image, signals, fresh = 0, anchor = { anchor: 0, image: 1 } }) => [
    ...[at.signal, at.noise, image, fresh],
    ...padded(signals),
    ...(anchored ? [anchor.anchor, anchor.image, ...padded(anchor.signals)] : []),
  ]);
  const kept = anchored ? [...past, "anchor"] : past;
  return {
    order,
    stochastic,
    evaluationsPerStep: 1,
    // What is kept of earlier steps belongs to the image that they led to.
    renoises: kept.length === 0,
    plan: () => rows,
    init: (noise) => ({ image: noise, ...Object.fromEntries(kept.map((name) => [name, tf.zerosLike(noise)])) }),
    step(state, row, { denoise, random }) {
      const [signal, noise, onImage, fresh, ...rest] = splitRow(row, 4);
      const { signal: now, image = state.image } = denoise(state.image, { signal, noise });
      const signals = [now, ...past.map((name) => tensorOf<tf.Tensor4D>(state, name))];
      const sum = (weights: readonly tf.Tensor[]) =>
        signals.map((signal, i) => tf.mul<tf.Tensor4D>(weights[i]!, signal));
      let base = image;
      if (anchored) {
        const [onAnchor, onImage, ...onSignals] = rest.slice(depth);
        const own = [tf.mul<tf.Tensor4D>(onAnchor!, tensorOf(state, "anchor")), tf.mul<tf.Tensor4D>(onImage!, base)];
        base = tf.addN([...own, ...sum(onSignals)]);
      }
      const parts = [tf.mul<tf.Tensor4D>(onImage, base), ...sum(rest)];
      if (stochastic) parts.push(tf.mul<tf.Tensor4D>(fresh, random.normal(base.shape.slice(1))));
      const before = Object.fromEntries(past.map((name, i) => [name, signals[i]!]));
      return { state: { image: tf.addN(parts), ...before, ...(anchored ? { anchor: base } : {}) }, signal: now };
    },
  };
}
