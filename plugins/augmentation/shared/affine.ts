/** Scaling, turning, stretching and shifting as one map: where each pixel of the result comes from. */
import { tf } from "denoise/plugin";
import type { Affine } from "./warp.ts";

/** What is done to each picture, `[batch]` each; all 0 is nothing. */
export interface Moves {
  /** Power of two by which it is enlarged. */
  readonly scale: tf.Tensor;
  /** Angle by which it is turned, in radians, to the right. */
  readonly turn: tf.Tensor;
  /** Power of two by which it is stretched along a line; across it, it shrinks by as much. */
  readonly stretch: tf.Tensor;
  /** Angle of that line to the upper side, in radians. */
  readonly line: tf.Tensor;
  /** Pixels to the right. */
  readonly right: tf.Tensor;
  /** Pixels downwards. */
  readonly down: tf.Tensor;
}

/** What a network is told of it: numbers that are all 0 where nothing is done, and turn with angles. Undefined: left out. */
export function numbersOf({ scale, turn, stretch, line, right, down }: Partial<Moves>): tf.Tensor[] {
  return [
    ...(scale === undefined ? [] : [scale]),
    ...(turn === undefined ? [] : [tf.sub(tf.cos(turn), 1), tf.sin(turn)]),
    ...(stretch === undefined || line === undefined
      ? []
      : [tf.mul(stretch, tf.cos(line)), tf.mul(stretch, tf.sin(line))]),
    ...(right === undefined || down === undefined ? [] : [right, down]),
  ];
}

/** The inverse of scaling, turning, stretching and shifting, in EDM's order (training/augment.py of NVlabs/edm). */
export function inverseOf({ scale, turn, stretch, line, right, down }: Moves): Affine {
  const power = (exponent: tf.Tensor) => tf.exp(tf.mul(exponent, Math.LN2));
  const shrink = power(tf.neg(scale));
  // R(-line) · diag(1 / s, s) · R(line): symmetric.
  const [along, across] = [power(tf.neg(stretch)), power(stretch)];
  const [cosine, sine] = [tf.cos(line), tf.sin(line)];
  const mix = (one: tf.Tensor, other: tf.Tensor) =>
    tf.add(tf.mul(tf.square(cosine), one), tf.mul(tf.square(sine), other));
  const [a, c] = [mix(along, across), mix(across, along)];
  const b = tf.mul(tf.mul(cosine, sine), tf.sub(across, along));
  const [forward, sideways] = [tf.mul(shrink, tf.cos(turn)), tf.mul(shrink, tf.sin(turn))];
  return {
    xx: tf.sub(tf.mul(forward, a), tf.mul(sideways, b)),
    xy: tf.sub(tf.mul(forward, b), tf.mul(sideways, c)),
    yx: tf.add(tf.mul(sideways, a), tf.mul(forward, b)),
    yy: tf.add(tf.mul(sideways, b), tf.mul(forward, c)),
    x: right,
    y: down,
  };
}
