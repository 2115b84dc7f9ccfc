/** Laws of resizing. Numbers of TensorFlow's own are compared in tests/golden. */
import assert from "node:assert/strict";
import { resize, type ResizeMethod, resizeValues } from "./resize.ts";

const methods: ResizeMethod[] = ["bilinear", "bicubic", "box"];
const wave = (i: number) => Math.sin(i * 12.9898) * 100;

/** The sum over all pixels, weighted by the kernel around the pixel's centre, written without separating the axes. */
function direct(data: number[], from: number, to: number, radius: number, weight: (x: number) => number): number[] {
  const stretch = Math.max(from / to, 1);
  return Array.from({ length: to * to }, (_, out) => {
    let sum = 0, total = 0;
    for (let i = 0; i < from * from; i++) {
      const along = (row: number, cell: number) => Math.abs(cell + 0.5 - (row + 0.5) * from / to) / stretch;
      const y = along(Math.floor(out / to), Math.floor(i / from));
      const x = along(out % to, i % from);
      if (x > radius || y > radius) continue;
      sum += weight(x) * weight(y) * data[i]!;
      total += weight(x) * weight(y);
    }
    return sum / total;
  });
}

Deno.test("resizeValues() is the kernel-weighted mean around each pixel's centre", () => {
  for (const [from, to] of [[9, 4], [5, 8], [7, 7]] as const) {
    const data = Array.from({ length: from * from }, (_, i) => wave(i));
    const found = resizeValues(data, { width: from, height: from, channels: 1 }, {
      width: to,
      height: to,
      method: "bilinear",
    });
    const expected = direct(data, from, to, 1, (x) => 1 - x);
    for (let i = 0; i < found.length; i++) {
      assert.ok(Math.abs(found[i]! - expected[i]!) < 1e-4, `${from} to ${to}: ${i}`);
    }
  }
});

Deno.test("resizeValues() keeps constants, and every value when the size stays", () => {
  for (const method of methods) {
    for (const antialias of [true, false]) {
      const flat = resizeValues(new Float32Array(7 * 11 * 2).fill(3.5), { width: 11, height: 7, channels: 2 }, {
        width: 5,
        height: 13,
        method,
        antialias,
      });
      assert.ok(flat.every((value) => Math.abs(value - 3.5) < 1e-5), `${method} ${antialias}`);
      const data = Float32Array.from({ length: 6 * 5 * 3 }, (_, i) => wave(i));
      const same = resizeValues(data, { width: 6, height: 5, channels: 3 }, { width: 6, height: 5, method, antialias });
      assert.deepEqual(same, data, method);
    }
  }
});

Deno.test("resizeValues() with a box takes the mean of the pixels covered", () => {
  const data = Float32Array.from({ length: 8 * 8 }, (_, i) => wave(i));
  const found = resizeValues(data, { width: 8, height: 8, channels: 1 }, { width: 2, height: 2, method: "box" });
  for (let i = 0; i < 4; i++) {
    let sum = 0;
    for (let k = 0; k < 16; k++) sum += data[((i >> 1) * 4 + (k >> 2)) * 8 + (i & 1) * 4 + (k & 3)]!;
    assert.ok(Math.abs(found[i]! - sum / 16) < 1e-4);
  }
});

Deno.test("resize() commutes with mirroring", () => {
  const width = 10, height = 6;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => wave(i) + 120);
  const mirror = (bytes: Uint8Array, across: number) => {
    const result = new Uint8Array(bytes.length);
    for (let i = 0; i < bytes.length / 3; i++) {
      const from = i - (i % across) + across - 1 - (i % across);
      result.set(bytes.subarray(from * 3, from * 3 + 3), i * 3);
    }
    return result;
  };
  for (const method of methods) {
    const options = { width: 4, height: 9, method };
    const one = mirror(resize({ width, height, data }, options).data, 4);
    const other = resize({ width, height, data: mirror(data, width) }, options).data;
    // Sums run in the other order, so that a value on the border between two bytes may fall to either side.
    assert.ok(one.every((value, i) => Math.abs(value - other[i]!) <= 1), method);
  }
});

Deno.test("resize() rounds to the nearest byte and clips overshoot", () => {
  const data = Uint8Array.from([0, 0, 0, 255, 255, 255].flatMap((v) => [v, v, v]));
  const wide = resize({ width: 6, height: 1, data }, { width: 24, height: 1, method: "bicubic" });
  const values = resizeValues(data, { width: 6, height: 1, channels: 3 }, { width: 24, height: 1, method: "bicubic" });
  assert.ok(values.some((value) => value > 256) && values.some((value) => value < -1), "it does overshoot");
  for (let i = 0; i < values.length; i++) {
    assert.ok(Math.abs(wide.data[i]! - Math.min(255, Math.max(0, values[i]!))) <= 0.5);
  }
});

Deno.test("resizeValues() refuses shapes that cannot be", () => {
  const shape = { width: 2, height: 2, channels: 1 };
  assert.throws(
    () => resizeValues([1, 2, 3], shape, { width: 1, height: 1, method: "box" }),
    /Cannot resize 3 values as 2×2×1/,
  );
  assert.throws(() => resizeValues([1, 2, 3, 4], shape, { width: 0, height: 1, method: "box" }), /to 1×0 pixels/);
});
