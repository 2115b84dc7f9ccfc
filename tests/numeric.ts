/** For tests: numbers that look random, comparisons, and gradients by finite differences. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { valueAndGrad } from "../lib/tensor/mod.ts";
import type { TensorRecord } from "../lib/tensor/tree.ts";

/** Numbers in ±1 that look random and are always the same. */
export function wave(shape: readonly number[], phase = 0): tf.Tensor {
  const values = Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, i) => {
    const x = Math.sin((i + 1) * 12.9898 + phase * 78.233) * 43758.5453;
    return 2 * (x - Math.floor(x)) - 1;
  });
  return tf.tensor(values, [...shape]);
}

/** Asserts that two tensors agree within `tolerance` times the largest absolute value expected, at least 1e-30. */
export function assertClose(actual: tf.Tensor, expected: tf.Tensor | ArrayLike<number>, tolerance: number, what = "") {
  const values = actual.dataSync();
  const wanted = expected instanceof tf.Tensor ? expected.dataSync() : expected;
  if (expected instanceof tf.Tensor) assert.deepEqual(actual.shape, expected.shape, what);
  assert.equal(values.length, wanted.length, what);
  let [largest, worst] = [1e-30, 0];
  for (let i = 0; i < values.length; i++) {
    largest = Math.max(largest, Math.abs(wanted[i]!));
    const error = Math.abs(values[i]! - wanted[i]!);
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  assert.ok(worst <= tolerance * largest, `${what} differs by ${worst / largest} of its largest value`);
}

/**
 * Compares the gradients of `sum(fn(inputs) * weights)` with central differences along a few directions: for each input
 * the slope along a direction has to be the gradient's product with it.
 */
export function checkGradients(
  fn: (inputs: TensorRecord) => tf.Tensor,
  inputs: TensorRecord,
  { tolerance = 2e-3, step = 1e-2 }: { tolerance?: number; step?: number } = {},
): void {
  const loss = (given: TensorRecord) => {
    const output = fn(given);
    return tf.sum(tf.mul(output, wave(output.shape, 7))) as tf.Scalar;
  };
  const { gradients } = valueAndGrad((given) => ({ loss: loss(given), aux: [] }))(inputs);
  for (const [name, x] of Object.entries(inputs)) {
    for (const phase of [1, 2, 3]) {
      const direction = wave(x.shape, phase);
      const at = (distance: number) => {
        const moved = { ...inputs, [name]: tf.add(x, tf.mul(direction, distance)) };
        return loss(moved).dataSync()[0]!;
      };
      // Fourth order: 8 (f(h) - f(-h)) - (f(2h) - f(-2h)) over 12 h.
      const slope = (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step);
      const predicted = tf.sum(tf.mul(gradients[name]!, direction)).dataSync()[0]!;
      const scale = tf.norm(gradients[name]!).dataSync()[0]! + 0.1;
      assert.ok(
        Math.abs(slope - predicted) <= tolerance * scale,
        `gradient of ${name} along direction ${phase}: ${predicted}, by differences ${slope}, norm ${scale}`,
      );
    }
  }
}
