/** Tests of interpolation between noises. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { seedTensor } from "../../lib/tensor/mod.ts";
import { initialNoise, slerp } from "./noise.ts";
import { cpu } from "../run/testing.ts";

await cpu.start();
const shape: [number, number, number] = [6, 5, 3];
const items = (...numbers: number[]) => tf.tensor1d(numbers, "int32");
const noise = (...numbers: number[]) => initialNoise({ seed: seedTensor(3), item: items(...numbers) }, shape);
const norm = (tensor: tf.Tensor) => tf.norm(tensor).dataSync()[0]!;
const close = (a: tf.Tensor, b: tf.Tensor, tolerance = 1e-5) =>
  assert.ok(tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]! < tolerance);

Deno.test("slerp() begins and ends at the noises it is given", () => {
  const [a, b] = [noise(1, 2), noise(8, 9)];
  close(slerp(a, b, tf.tensor1d([0, 0])), a);
  close(slerp(a, b, tf.tensor1d([1, 1])), b);
});

Deno.test("slerp() turns evenly in the plane of the two, and keeps lengths between theirs", () => {
  const [a, b] = [noise(1), noise(2)];
  const fractions = [0, 0.1, 0.25, 0.5, 0.8, 1];
  const between = fractions.map((fraction) => slerp(a, b, tf.tensor1d([fraction])));
  const angle = (x: tf.Tensor, y: tf.Tensor) =>
    Math.acos(Math.min(1, tf.sum(tf.mul(x, y)).dataSync()[0]! / norm(x) / norm(y)));
  const whole = angle(a, b);
  for (const [i, fraction] of fractions.entries()) {
    assert.ok(Math.abs(norm(between[i]!) - ((1 - fraction) * norm(a) + fraction * norm(b))) < 1e-4);
    assert.ok(Math.abs(angle(a, between[i]!) - fraction * whole) < 2e-3);
    assert.ok(Math.abs(angle(between[i]!, b) - (1 - fraction) * whole) < 2e-3);
  }
  const straight = tf.add(tf.mul(a, 0.5), tf.mul(b, 0.5));
  assert.ok(norm(straight) < 0.8 * norm(between[3]!), "a straight line would leave the sphere");
});

Deno.test("slerp() between a noise and itself is that noise", () => {
  const a = noise(4);
  for (const fraction of [0, 0.3, 1]) close(slerp(a, a, tf.tensor1d([fraction])), a, 1e-4);
});

Deno.test("initialNoise() between two items begins and ends at their own noises, whatever else is in the batch", () => {
  const seed = seedTensor(3);
  const draws = { seed, item: items(1, 1, 5), other: items(2, 2, 6), fraction: tf.tensor1d([0, 1, 0.5]) };
  const [first, last, middle] = tf.split(initialNoise(draws, shape), 3);
  close(first!, noise(1));
  close(last!, noise(2));
  close(middle!, slerp(noise(5), noise(6), tf.tensor1d([0.5])));
});
