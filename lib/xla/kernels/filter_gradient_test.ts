/** Gradients of filters are the same in whatever form they are taken. */
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { onCpu, onXla, scattered, tidied } from "../backend/testing.ts";

type Four = [number, number, number, number];

interface Case {
  readonly name: string;
  readonly x: Four;
  readonly filter: Four;
  readonly strides: [number, number];
  readonly pad: "same" | "valid" | tf.backend_util.ExplicitPadding;
  readonly dilations: [number, number];
}

const plain = { strides: [1, 1], pad: "same", dilations: [1, 1] } as const;
const given = (name: string, x: Four, filter: Four, more: Partial<Case> = {}): Case =>
  ({ name, x, filter, ...plain, ...more }) as Case;

/** As many channels as the wide form starts from, and fewer. */
const cases: readonly Case[] = [
  given("many channels", [3, 6, 7, 64], [3, 3, 64, 4]),
  given("few channels", [3, 6, 7, 8], [3, 3, 8, 4]),
  given("steps of two and three", [2, 9, 11, 64], [3, 2, 64, 3], { strides: [2, 3] }),
  given("rows left out at the end", [2, 8, 9, 64], [3, 3, 64, 3], { strides: [2, 2], pad: "valid" }),
  given("holes", [2, 9, 9, 64], [2, 3, 64, 3], { dilations: [2, 1] }),
  given("holes along the width", [2, 9, 9, 64], [2, 3, 64, 3], { dilations: [1, 2] }),
  given("uneven padding", [2, 5, 6, 64], [2, 3, 64, 3], { pad: [[0, 0], [1, 0], [2, 1], [0, 0]] }),
  given("one pixel", [3, 5, 7, 6], [1, 1, 6, 4]),
  given("one pixel of every second", [3, 5, 7, 6], [1, 1, 6, 4], { strides: [2, 2] }),
];

function gradient({ x, filter, strides, pad, dilations }: Case): number[] {
  const info = tf.backend_util.computeConv2DInfo(x, filter, strides, dilations, pad);
  const inputs = { x: scattered(x, 0), dy: scattered(info.outShape as Four, 1) };
  const attributes = { strides, pad, dilations, dataFormat: "NHWC", filterShape: filter } as unknown as tf.NamedAttrMap;
  return [...(tf.engine().runKernel("Conv2DBackpropFilter", inputs, attributes) as tf.Tensor).dataSync()];
}

/** The same by the definition, in float64, as tfjs's cpu backend knows no holes here. */
function bySumming(each: Case): number[] {
  const { x, filter: [tall, wide, channels, features], strides: [down, across], dilations } = each;
  const info = tf.backend_util.computeConv2DInfo(x, each.filter, each.strides, dilations, each.pad);
  const [images, slopes] = [scattered(x, 0).dataSync(), scattered(info.outShape as Four, 1).dataSync()];
  const { top, left } = info.padInfo;
  const result = new Float64Array(tall * wide * channels * features);
  for (let b = 0; b < x[0]; b++) {
    for (let h = 0; h < info.outHeight; h++) {
      for (let w = 0; w < info.outWidth; w++) {
        for (let kh = 0; kh < tall; kh++) {
          for (let kw = 0; kw < wide; kw++) {
            const [row, column] = [h * down + kh * dilations[0] - top, w * across + kw * dilations[1] - left];
            if (row < 0 || row >= x[1] || column < 0 || column >= x[2]) continue;
            for (let i = 0; i < channels; i++) {
              const pixel = images[((b * x[1] + row) * x[2] + column) * channels + i]!;
              for (let o = 0; o < features; o++) {
                const slope = slopes[((b * info.outHeight + h) * info.outWidth + w) * features + o]!;
                result[((kh * wide + kw) * channels + i) * features + o]! += pixel * slope;
              }
            }
          }
        }
      }
    }
  }
  return [...result];
}

/** Largest error, in parts of the largest element. */
function error(actual: readonly number[], expected: readonly number[]): number {
  assert.equal(actual.length, expected.length);
  const most = Math.max(...expected.map(Math.abs));
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!))) / most;
}

for (const [precision, tolerance] of [["float32", 1e-5], ["mixed", 2 ** -7]] as const) {
  onXla(`gradients of filters are sums of products, in ${precision}`, async () => {
    const actual = tidied(() => cases.map(gradient));
    const expected = await onCpu(() => cases.map(bySumming));
    cases.forEach(({ name }, i) => {
      const off = error(actual[i]!, expected[i]!);
      assert.ok(off < tolerance, `${name}: off by ${off}`);
    });
  }, { precision });
}

onXla("with channels first they are those with channels last", () => {
  const first = tidied(() => {
    const along = (x: tf.Tensor, order: number[]) => tf.transpose(x, order);
    return cases.slice(0, 2).map((each) => {
      const inputs = {
        x: along(scattered(each.x, 0), [0, 3, 1, 2]),
        dy: along(scattered([...each.x.slice(0, 3), 4] as Four, 1), [0, 3, 1, 2]),
      };
      const attributes = { ...plain, dataFormat: "NCHW", filterShape: each.filter } as unknown as tf.NamedAttrMap;
      return [...(tf.engine().runKernel("Conv2DBackpropFilter", inputs, attributes) as tf.Tensor).dataSync()];
    });
  });
  const last = tidied(() => cases.slice(0, 2).map(gradient));
  first.forEach((values, i) => assert.ok(error(values, last[i]!) < 1e-5, cases[i]!.name));
});
