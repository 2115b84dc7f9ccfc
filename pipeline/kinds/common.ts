/** What several plugin kinds share: image shapes, rates and components. Types only. */
import type * as tf from "@tensorflow/tfjs";

/** Size of one image. */
export interface ImageShape {
  /** Pixels. */
  readonly height: number;
  /** Pixels. */
  readonly width: number;
  /** 3 for RGB. */
  readonly channels: number;
}

/**
 * How much signal and noise a noisy image holds: `noisy = signal * image + noise * noise`, with
 * `signal² + noise² = 1` for variance-preserving schedules. Float32, `[batch, 1, 1, 1]` or any shape that broadcasts to images.
 */
// Types, not interfaces, so that they are trees of tensors (only type aliases fit an index signature).
export type Rates = {
  signal: tf.Tensor;
  noise: tf.Tensor;
};

/**
 * The three views of a noisy image, each `[batch, height, width, channels]`: its signal, its noise, and its velocity
 * `signalRate * noise - noiseRate * signal` (Salimans and Ho 2022, arXiv:2202.00512, appendix D).
 */
export type Components = {
  signal: tf.Tensor4D;
  noise: tf.Tensor4D;
  velocity: tf.Tensor4D;
};
