import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import assert from "node:assert/strict";
import { tfjsBackend } from "../backend.ts";
import { runFused } from "../fused.ts";
import { assertClose, wave } from "../../../tests/numeric.ts";
import { assemble } from "./assemble.ts";
import { channelFunctions } from "./channel_code.ts";
import { convolve, gatherFilter } from "./convolution_code.ts";
import { shareMemory } from "./memory.ts";
import { wasmThreads } from "./mod.ts";
import { threadedWasm } from "./threads.ts";

/** Starts wasm as on a machine that cannot give a memory of 4 GB: one thread, memory that grows. */
async function startPlain(): Promise<void> {
  const { Memory } = WebAssembly;
  try {
    WebAssembly.Memory = function () {
      throw new RangeError("no room");
    } as unknown as typeof Memory;
    assert.equal(await threadedWasm(4).start(), 1);
  } finally {
    WebAssembly.Memory = Memory;
  }
}

/** The same results from cpu, from wasm as tfjs starts it (one thread, memory that grows), and from wasm as we start it. */
async function compare(fn: () => tf.Tensor[], tolerance = 1e-5, backends = ["cpu", "wasm, plain", "wasm, 3 threads"]) {
  let expected: Float32Array[] | undefined;
  for (const backend of backends) {
    await tfjsBackend("wasm").stop();
    if (backend === "cpu") await tfjsBackend("cpu").start();
    else if (backend === "wasm, plain") await startPlain();
    else assert.equal(await threadedWasm(3).start(), 3);
    const before = tf.memory().numTensors;
    const results = tf.tidy(() => fn().map((t) => tf.keep(t)));
    const values = results.map((t) => t.dataSync() as Float32Array);
    expected ??= values;
    results.forEach((t, i) => assertClose(t, expected![i]!, tolerance, `result ${i} on ${backend}`));
    tf.dispose(results);
    assert.equal(tf.memory().numTensors, before);
  }
}

type Case = { x: number[]; filter: number[]; pad: "same" | "valid" | number[] };
const convolutions: Case[] = [
  { x: [2, 7, 9, 4], filter: [3, 3, 4, 8], pad: "same" },
  { x: [1, 5, 4, 8], filter: [3, 3, 8, 12], pad: "valid" },
  { x: [3, 6, 6, 32], filter: [1, 1, 32, 20], pad: "same" },
  { x: [2, 9, 10, 12], filter: [5, 3, 12, 4], pad: [0, 3, 2, 1] },
  { x: [1, 33, 35, 16], filter: [3, 3, 16, 28], pad: "same" },
  { x: [2, 6, 8, 20], filter: [2, 4, 20, 36], pad: "same" },
  { x: [2, 8, 8, 6], filter: [3, 2, 6, 5], pad: "same" }, // channels that do not fit
  { x: [4, 3, 3, 8], filter: [3, 3, 8, 8], pad: "same" }, // pictures that do not fit
];

for (const { x: xShape, filter, pad } of convolutions) {
  Deno.test(`wasm convolutions agree with cpu: [${xShape}] * [${filter}], ${pad}`, async () => {
    await compare(() => {
      const [x, k, b] = [wave(xShape), wave(filter, 1), wave([filter[3]!], 2)] as [
        tf.Tensor4D,
        tf.Tensor4D,
        tf.Tensor1D,
      ];
      const explicit: tf.backend_util.ExplicitPadding | "same" | "valid" = typeof pad === "string"
        ? pad
        : [[0, 0], [pad[0]!, pad[1]!], [pad[2]!, pad[3]!], [0, 0]];
      const y = tf.conv2d(x, k, 1, explicit);
      const fused = tf.fused.conv2d({ x, filter: k, strides: 1, pad: explicit, bias: b });
      const loss = (x: tf.Tensor, k: tf.Tensor) =>
        tf.sum(tf.mul(tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, 1, explicit), wave(y.shape, 3))) as tf.Scalar;
      return [y, fused, ...tf.grads(loss)([x, k])];
    });
  });
}

Deno.test("wasm matrix products agree with cpu", async () => {
  await compare(() => [
    tf.matMul(wave([24, 16]), wave([16, 20], 1)),
    tf.matMul(wave([7, 8]), wave([12, 8], 1), false, true),
    tf.matMul(wave([3, 5, 8]), wave([8, 4], 1)),
    tf.matMul(wave([3, 5, 8]), wave([3, 8, 4], 1)),
    tf.matMul(wave([8, 6]), wave([8, 4], 1), true),
    tf.matMul(wave([5, 7]), wave([7, 3], 1)),
  ]);
});

Deno.test("wasm sums, normalisation and joins agree with cpu", async () => {
  await compare(() => {
    const x = tf.add(tf.mul(wave([3, 40, 41, 12]), 3), 5) as tf.Tensor4D;
    const [mean, variance] = [wave([12], 1), tf.square(wave([12], 2))] as [tf.Tensor1D, tf.Tensor1D];
    return [
      tf.sum(x, [0, 1, 2]),
      tf.mean(x, [0, 1, 2], true),
      tf.sum(x, [1, 2]),
      tf.mean(x, 3),
      tf.batchNorm(x, mean, variance),
      tf.batchNorm(x, mean, variance, wave([12], 3) as tf.Tensor1D, wave([12], 4) as tf.Tensor1D),
      tf.concat([x, wave([3, 40, 41, 4]), x], 3),
      tf.concat([x, wave([3, 40, 41, 3])], 3),
      tf.concat([x, x], 1),
      ...tf.split(x, [4, 8], 3),
      ...tf.split(x, [5, 7], 3),
      ...tf.split(x, 2, 1),
      tf.tile(wave([2, 1, 3]), [2, 3, 2]),
      tf.tile(wave([4]), [5]),
    ];
  });
});

Deno.test("wasm's fused layers agree with their definitions in float64", async () => {
  await threadedWasm(2).start();
  const x = tf.mul(wave([3, 1000]), 100);
  const dy = wave([3, 1000], 1);
  const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  const [given, upstream] = [x.dataSync<"float32">(), dy.dataSync<"float32">()];
  const [swish] = runFused("swish", { x })!;
  assertClose(swish!, given.map((v) => v * sigmoid(v)), 1e-6);
  const [gradient] = runFused("swishGradient", { dy, x })!;
  assertClose(gradient!, given.map((v, i) => upstream[i]! * sigmoid(v) * (1 + v * (1 - sigmoid(v)))), 1e-6);
  const small = tf.tensor1d([-200, -90, 0, 1e-30, 20, 88.5, 200, 1e30]);
  const [extremes] = runFused("swish", { x: small })!;
  assert.ok(extremes!.dataSync().subarray(0, 2).every((v) => Math.abs(v) < 1e-35));
  assert.deepEqual([...extremes!.dataSync()].slice(2), [0, 5e-31, 20, 88.5, 200, 1e30].map(Math.fround));
  assert.ok([...runFused("swish", { x: tf.fill([4], NaN) })![0]!.dataSync()].every(Number.isNaN));

  // Channels far from zero and nearly constant: what sums of squares lose.
  const far = tf.add(tf.mul(wave([70_000, 4]), [1, 1e-3, 1e-2, 1]), [1e3, 1, -10, 0]);
  const values = far.dataSync();
  const moments = [0, 1, 2, 3].map((channel) => {
    const column = Float64Array.from({ length: 70_000 }, (_, row) => values[4 * row + channel]!);
    const mean = column.reduce((sum, v) => sum + v, 0) / column.length;
    return { mean, variance: column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length };
  });
  const [mean, variance] = runFused("moments", { x: far })!;
  assertClose(mean!, moments.map(({ mean }) => mean), 1e-7);
  variance!.dataSync().forEach((v, i) => {
    assert.ok(Math.abs(v / moments[i]!.variance - 1) < 1e-4, `variance ${i}: ${v} instead of ${moments[i]!.variance}`);
  });
});

Deno.test("the number of threads is what was asked for, and one where memory cannot be shared", async () => {
  await tfjsBackend("wasm").stop();
  await startPlain();
  assert.equal(wasmThreads(), 1);
  await tfjsBackend("wasm").stop();
  assert.equal(await threadedWasm(4).start(), 4);
});

Deno.test("shareMemory() changes the memory of a module and nothing else", () => {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const custom = [0, 3, 1, 0x78, 7];
  const growing = new Uint8Array([...header, 5, 5, 1, 1, 2, 0x80, 0x02, ...custom]);
  const shared = shareMemory(growing)!;
  assert.ok(WebAssembly.validate(shared));
  assert.deepEqual([...shared.subarray(-5)], custom);
  assert.equal(shareMemory(new Uint8Array(header)), undefined);
});

Deno.test("the kernels are valid with and without relaxed SIMD, in memory of either kind", () => {
  for (const relaxed of [true, false]) {
    const functions = [convolve(relaxed), gatherFilter(3, relaxed), ...channelFunctions];
    assert.ok(WebAssembly.validate(assemble(functions, { minimum: 1, shared: false })));
    assert.ok(WebAssembly.validate(assemble(functions, { minimum: 9, maximum: 9, shared: true })));
  }
});
