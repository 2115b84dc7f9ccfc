import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import type { XlaBackend } from "../backend/backend.ts";
import { onCpu, onXla, tidied } from "../backend/testing.ts";
import { type KernelCase, kernelCases } from "./cases_test_util.ts";
import { deviceKernels } from "./mod.ts";

interface Result {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: number[];
}

/** Ops that tfjs's cpu backend makes of other kernels. */
const composed: Record<string, (x: tf.Tensor, attributes: Record<string, unknown>) => tf.Tensor> = {
  LogSoftmax: (logits) => tf.logSoftmax(logits),
  BroadcastTo: (x, { shape }) => tf.broadcastTo(x, shape as number[]),
};

/** Runs a case, and reads nothing. */
function record({ kernel, inputs, attributes }: KernelCase): tf.Tensor[] {
  const given = inputs();
  if (tf.getKernel(kernel, tf.getBackend()) == null) return [composed[kernel]!(Object.values(given)[0]!, attributes)];
  const [tensors, settings] = [given as tf.NamedTensorMap, attributes as unknown as tf.NamedAttrMap];
  return [tf.engine().runKernel(kernel, tensors, settings)].flat() as tf.Tensor[];
}

const read = (tensors: tf.Tensor[]): Result[] =>
  tensors.map((x) => ({ shape: x.shape, dtype: x.dtype, values: [...x.dataSync()] }));

/** What of a result differs from that of tfjs's own backend; undefined where nothing does. */
function difference(actual: Result, expected: Result): string | undefined {
  if (actual.dtype !== expected.dtype || String(actual.shape) !== String(expected.shape)) {
    return `${actual.dtype} [${actual.shape}], on cpu ${expected.dtype} [${expected.shape}]`;
  }
  const i = actual.values.findIndex((value, i) => {
    const other = expected.values[i]!;
    return !Object.is(value, other) && !(Math.abs(value - other) <= 2e-5 * (1 + Math.abs(other)));
  });
  return i < 0 ? undefined : `element ${i} is ${actual.values[i]}, on cpu ${expected.values[i]}`;
}

onXla("each kernel is accepted by the plugin and gives what tfjs's cpu backend gives", async (engine) => {
  const own = Object.keys(deviceKernels).filter((name) => name.startsWith("Denoise"));
  const tried = new Set([...kernelCases.map(({ kernel }) => kernel), ...own]);
  assert.deepEqual(Object.keys(deviceKernels).filter((name) => !tried.has(name)), [], "kernels without a case");
  const compiled = engine.device.counts.compiled;
  const actual = tidied(() => {
    const recorded = kernelCases.map(record);
    (tf.backend() as XlaBackend).settleAll();
    return recorded.map(read);
  });
  assert.ok(engine.device.counts.compiled <= compiled + 3, "a few programs for all of them");
  const expected = await onCpu(() => kernelCases.map((each) => read(record(each))));
  const faults = kernelCases.flatMap(({ kernel, attributes }, n) => {
    const differences = actual[n]!.map((result, i) => difference(result, expected[n]![i]!));
    return differences.filter((text) => text !== undefined).map((text) =>
      `${kernel} ${JSON.stringify(attributes)}: ${text}`
    );
  });
  assert.deepEqual(faults, []);
});

onXla("maxima pass over what is not a number, forward and backward", () => {
  const results = tidied(() => {
    const x = tf.tensor4d([1, NaN, 3, 2, NaN, NaN, NaN, NaN], [1, 2, 4, 1]);
    const pooled = (image: tf.Tensor) => tf.maxPool(image as tf.Tensor4D, [1, 2], [1, 2], "valid");
    const gradient = tf.grad((image) => tf.sum(pooled(image)))(x);
    return [pooled(x), gradient].map((each) => [...each.dataSync()]);
  });
  assert.deepEqual(results[0], [1, 3, -Infinity, -Infinity]);
  assert.deepEqual(results[1]!.slice(0, 4), [1, 0, 1, 0]);
});

const image = () => tf.tidy(() => tf.reshape(tf.sin(tf.range(0, 96)), [2, 4, 4, 3]) as tf.Tensor4D);

/** Functions of an image whose gradients use kernels of their own. */
const functions: Record<string, (x: tf.Tensor4D) => tf.Tensor> = {
  averages: (x) => tf.avgPool(x, 2, 2, "valid"),
  "local response": (x) => tf.localResponseNormalization(x, 1, 1, 0.5, 0.75),
  dilation: (x) => tf.dilation2d(x, tf.div(tf.reshape(tf.range(0, 12), [2, 2, 3]), 10) as tf.Tensor3D, 1, "same"),
  "running sums": (x) => tf.mul(tf.cumsum(x, 3, true), tf.cos(x)),
  rows: (x) => tf.square(tf.gather(x, tf.tensor1d([3, 1, 1], "int32"), 1)),
  "largest of windows": (x) => tf.square(tf.maxPool(x, 3, 1, "same")),
  "three dimensions": (x) =>
    tf.square(tf.conv3d(
      tf.reshape(x, [1, 2, 4, 4, 3]) as tf.Tensor5D,
      tf.reshape(tf.cos(tf.range(0, 72)), [2, 2, 2, 3, 3]) as tf.Tensor5D,
      1,
      "same",
    )),
};

onXla("gradients are the slopes of their functions", () => {
  const names = Object.keys(functions);
  const along = (name: string) => (x: tf.Tensor) => tf.sum(functions[name]!(x as tf.Tensor4D));
  const step = 2e-3;
  const [analytic, numeric] = tidied(() => {
    const x = image();
    const direction = tf.cos(tf.mul(x, 7));
    const slopes = names.map((name) => tf.sum(tf.mul(tf.grad(along(name))(x), direction)));
    const at = (name: string, far: number) => along(name)(tf.add(x, tf.mul(direction, far)));
    const differences = names.map((name) => tf.div(tf.sub(at(name, step), at(name, -step)), 2 * step));
    return [slopes, differences].map((each) => [...tf.stack(each).dataSync()]);
  });
  names.forEach((name, i) => {
    const [slope, difference] = [analytic![i]!, numeric![i]!];
    assert.ok(Math.abs(slope - difference) < 0.02 * (1 + Math.abs(slope)), `${name}: ${slope}, by steps ${difference}`);
  });
});

onXla("unknown dtypes are refused with the known ones", () => {
  const x = tf.ones([2]);
  const message = /Cannot make (string|complex64) tensors on the xla backend: it supports float32, int32 and bool/;
  assert.throws(() => tf.fill([2], "word"), message);
  assert.throws(() => tf.engine().runKernel("Cast", { x }, { dtype: "complex64" }), message);
  x.dispose();
});
