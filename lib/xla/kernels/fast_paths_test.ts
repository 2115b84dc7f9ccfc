/** Ways of computing that are there for speed give what the plain ones give. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { onXla } from "../backend/testing.ts";
import { watchPrograms } from "../backend/testing_hlo.ts";

/** Numbers that look random and are always the same, large and small. */
function numbers(shape: number[]): tf.Tensor {
  const values = Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i * 12.9898) * 4 + 1);
  return tf.tensor(values, shape);
}

onXla("long sums are right to the last digits, whatever axes vanish", () => {
  for (
    const [shape, axes] of [
      [[16, 32, 32, 8], [0, 1, 2]],
      [[16, 32, 32, 8], [1, 2]],
      [[1021, 97, 3], [0]],
      [[64, 1500, 2], [0, 1]],
      [[40, 30, 20, 5], [0, 2]],
    ] as const
  ) {
    const x = numbers([...shape]);
    const values = x.dataSync();
    const kept = shape.map((n, i) => (axes as readonly number[]).includes(i) ? 1 : n);
    const expected = new Float64Array(tf.util.sizeFromShape(kept));
    const strides = tf.util.computeStrides([...shape]), keptStrides = tf.util.computeStrides(kept);
    values.forEach((value, flat) => {
      const place = tf.util.indexToLoc(flat, shape.length, strides).map((at, i) => kept[i] === 1 ? 0 : at);
      expected[tf.util.locToIndex(place, shape.length, keptStrides)]! += value;
    });
    const count = values.length / expected.length;
    const sums = tf.sum(x, [...axes]), means = tf.mean(x, [...axes], true);
    assert.deepEqual(means.shape, kept);
    sums.dataSync().forEach((sum, i) => assert.ok(Math.abs(sum - expected[i]!) < 1e-6 * count, `sum ${shape} ${axes}`));
    means.dataSync().forEach((mean, i) => assert.ok(Math.abs(mean - expected[i]! / count) < 1e-6, `mean ${shape}`));
    tf.dispose([x, sums, means]);
  }
});

onXla("large tensors are joined bit by bit, infinities and negative zeros among them", () => {
  for (const [a, b, axis] of [[[512, 5, 40], [512, 2, 40], 1], [[600, 3, 37], [600, 3, 41], 2]] as const) {
    const left = tf.tidy(() => tf.mul(numbers([...a]), 3)), right = numbers([...b]);
    const special = tf.tensor([-0, Infinity, -Infinity, NaN, 0, 1, 2, 3], [8]);
    const marked = tf.tidy(() => tf.reshape(tf.concat([special, tf.slice(tf.reshape(left, [-1]), 8)]), left.shape));
    const joined = tf.concat([marked, right], axis);
    const parts = tf.split(joined, [a[axis]!, b[axis]!], axis);
    for (const [part, whole] of [[parts[0]!, marked], [parts[1]!, right]] as const) {
      const got = new Int32Array(part.dataSync().slice().buffer),
        wanted = new Int32Array(whole.dataSync().slice().buffer);
      assert.deepEqual(got, wanted);
    }
    tf.dispose([left, right, special, marked, joined, parts]);
  }
});

onXla("waves that are used many times are computed once", async (engine) => {
  const programs = watchPrograms(engine);
  const x = tf.linspace(-20, 20, 48), y = numbers([64, 48]);
  const product = await engine.compile((x: tf.Tensor, y: tf.Tensor) => tf.mul(y, tf.sin(x)), { name: "waves" })(x, y);
  const { instructions } = programs[0]!;
  const sines = instructions.filter(({ opcode }) => opcode === "sine");
  assert.equal(sines.length, 1);
  for (const { shape, computation } of instructions) {
    if (computation === sines[0]!.computation) assert.ok(shape.length < 2, "the loop is not that of the product");
  }
  const values = product.dataSync(), factors = y.dataSync();
  for (const [i, at] of x.dataSync().entries()) {
    for (const row of [0, 63]) {
      const place = row * 48 + i;
      assert.ok(Math.abs(values[place]! - factors[place]! * Math.sin(at)) < 1e-5);
    }
  }
  tf.dispose([x, y, product]);
});
