/** What EDM's own code and torchvision's formulas make of pictures, on every backend. */
import assert from "node:assert/strict";
import { tf } from "denoise/plugin";
import { backends, onEachBackend, tensorflow } from "../backends.ts";
import golden from "./augmentations.json" with { type: "json" };
import { inverseOf, numbersOf } from "../../plugins/augmentation/shared/affine.ts";
import { brighten, contrast, saturate, turnHue } from "../../plugins/augmentation/shared/colour.ts";
import { warp } from "../../plugins/augmentation/shared/warp.ts";

const [height, width] = [20, 16];
const picture = Float32Array.from({ length: height * width }, (_, i) => {
  const [y, x] = [Math.floor(i / width), i % width];
  return 0.5 + 0.3 * Math.sin(1.7 * x + 0.3 * y * y) + 0.2 * Math.cos(0.9 * y);
});

/** The largest difference of numbers. */
const apart = (found: ArrayLike<number>, wanted: ArrayLike<number>) => {
  assert.equal(found.length, wanted.length);
  return Array.from(found).reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0);
};

onEachBackend("warp() moves pictures, and numbersOf() tells of it, as EDM's augmentation does", () =>
  tf.tidy(() => {
    const cases = golden.geometry;
    const each = (number: (one: typeof cases[number]) => number) => tf.tensor1d(cases.map(number));
    const images = tf.tile(tf.tensor4d(picture, [1, height, width, 1]), [cases.length, 1, 1, 1]) as tf.Tensor4D;
    const draws = {
      scale: each(({ scale }) => scale),
      turn: each(({ turn }) => turn),
      stretch: each(({ stretch }) => stretch),
      line: each(({ line }) => line),
      right: each(({ right }) => right),
      down: each(({ down }) => down),
    };
    const told = tf.stack(numbersOf(draws), 1).dataSync();
    assert.ok(apart(told, cases.flatMap(({ told }) => told)) < 2e-6, "what the network is told");
    const moved = warp(
      images,
      inverseOf({
        ...draws,
        scale: tf.mul(draws.scale, 0.2),
        stretch: tf.mul(draws.stretch, 0.2),
        right: tf.mul(draws.right, 0.125 * width),
        down: tf.mul(draws.down, 0.125 * height),
      }),
    ).dataSync();
    for (const [i, { pixels, told: _, ...what }] of cases.entries()) {
      const off = apart(moved.slice(i * height * width, (i + 1) * height * width), pixels);
      assert.ok(off < 2e-5, `${JSON.stringify(what)}: off by ${off}`);
    }
  }), backends);

onEachBackend("colours change as torchvision changes them", () =>
  tf.tidy(() => {
    const images = tf.tensor4d(golden.colours.pixels, [1, 4, 6, 3]);
    const changes: Record<string, typeof brighten> = {
      brightness: brighten,
      contrast,
      saturation: saturate,
      hue: turnHue,
    };
    for (const { name, amount, pixels } of golden.colours.cases) {
      const off = apart(changes[name]!(images, tf.fill([1, 1, 1, 1], amount)).dataSync(), pixels);
      assert.ok(off < 2e-5, `${name} ${amount}: off by ${off}`);
    }
  }), ["cpu", "wasm", ...tensorflow]);
