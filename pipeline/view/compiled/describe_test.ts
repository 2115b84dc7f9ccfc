/** Tests of what is said of programs that were compiled for a GPU. */
import assert from "node:assert/strict";
import type { CompiledProgram } from "../../kinds/ahead.ts";
import { describeCompiled, type Described, fitText, stepSeconds } from "./describe.ts";
import { shortSeconds } from "./table.ts";

const program = (changes: Partial<CompiledProgram> = {}): CompiledProgram => ({
  ...{ name: "training step", turn: false, kernels: 1621, small: 284, bytes: 12.57e9, bytesSeconds: 0.00375 },
  ...{ flops: 438.2e9, flopsSeconds: 0.000886, seconds: 0.00385, copies: 135, copiedBytes: 60.9e6 },
  work: [
    { what: "convolution", library: "cuDNN", type: "tf32", count: 51, flops: 154e9 },
    { what: "product", library: "cuBLAS", type: "tf32", count: 12, flops: 8.15e9 },
  ],
  ...{ collectives: 0, collectiveBytes: 0 },
  memory: { arguments: 40e6, results: 31e6, shared: 31e6, temporary: 1.3e9, code: 0, total: 1.34e9 },
  largest: [
    { name: "loop_multiply_fusion.1", kind: "fusion", bytes: 302e6 },
    { name: "cudnn-conv.219", kind: "convolution", bytes: 98.5e6 },
  ],
  ...changes,
});

const compiled = (changes: Partial<Described> = {}): Described => ({
  gpu: {
    ...{ name: "h100", model: "NVIDIA H100 80GB HBM3", memory: 84.9e9, bandwidth: 3.35e12 },
    peaks: { float32: 66.9e12, tf32: 494.7e12, bfloat16: 989.3e12 },
  },
  ...{ devices: 1, batch: 64, parts: 1, available: 63.7e9, fits: true },
  programs: [
    program(),
    program({
      ...{ name: "samplers.preview step", turn: true, kernels: 83, small: 24, copies: 0, copiedBytes: 0 },
      work: [{ what: "convolution", library: "cuDNN", type: "tf32", count: 40, flops: 146e9 }],
    }),
  ],
  ...changes,
});

Deno.test("describeCompiled() gives a column to each program, and three digits to each number", () => {
  assert.equal(
    describeCompiled(compiled()),
    `gpu          NVIDIA H100 80GB HBM3: 85 GB at 3.4 TB/s; 67 TFLOP/s in float32, 495 in TF32, 989 in
             bfloat16
batch        64 pictures

                           training step  preview, a turn
kernels (small)              1,621 (284)          83 (24)
bytes moved                      12.6 GB          12.6 GB
  at full bandwidth              3.75 ms          3.75 ms
FLOP                           438 GFLOP        438 GFLOP
  at the peak                     886 µs           886 µs
time at best                     3.85 ms          3.85 ms
memory                           1.34 GB          1.34 GB
  temporary                      1.30 GB          1.30 GB
convolutions, cuDNN tf32   51, 154 GFLOP    40, 146 GFLOP
products, cuBLAS tf32     12, 8.15 GFLOP
copies                      135, 60.9 MB

memory       fits: the training step needs 1.3 GB of the 64 GB that XLA takes of 85 GB
at best      each kernel as long as its bytes or its FLOP take at the full rate: a bound, not a
             forecast`,
  );
});

Deno.test("describeCompiled() tells what GPUs exchange, and lists what moves most", () => {
  const one = program({ collectives: 15, collectiveBytes: 15.6e6 });
  const text = describeCompiled(compiled({ devices: 2, programs: [one] }), 1);
  assert.match(text, /^batch +64 pictures, shared by 2 GPUs; the numbers are those of each$/m);
  assert.doesNotMatch(describeCompiled(compiled({ programs: [program({ copies: 0 })] })), /copies/);
  assert.match(text, /^sums between GPUs +15, 15\.6 MB$/m);
  assert.match(text, /\n\ntraining step: what moves most\n302 MB {2}2\.4 % {2}fusion {2}loop_multiply_fusion\.1$/);
});

Deno.test("stepSeconds() counts a part as often as it runs, and the update once", () => {
  const parts = [
    program({ name: "training step, a part", seconds: 0.5 }),
    program({ name: "training step, the update", seconds: 0.25 }),
  ];
  assert.equal(stepSeconds(parts, 4), 2.25);
  assert.equal(stepSeconds([program({ seconds: 0.003 })], 1), 0.003);
  assert.match(fitText(compiled({ programs: parts })), /^fits: a part of the training step needs 1.3 GB/);
});

Deno.test("fitText() names a batch that fits where the recipe's does not", () => {
  const memory = { arguments: 1e9, results: 0, shared: 0, temporary: 99e9, code: 0, total: 100e9 };
  const large = compiled({ fits: false, available: 60e9, batch: 128, programs: [program({ memory })] });
  assert.equal(
    fitText(large),
    "does not fit: the training step needs 100 GB, and there are 60 GB that XLA takes of 85 GB; " +
      "dataset.batch_size=72 should fit",
  );
  assert.match(fitText({ ...large, parts: 16 }), /dataset\.batch_size=64 should fit$/, "parts are equal");
  const shared = fitText({ ...large, devices: 32 });
  assert.match(shared, /takes of 85 GB on each of 32 GPUs; dataset\.batch_size=64 should fit$/, "all take as many");
  const sampling = program({ name: "samplers.preview step", turn: true });
  assert.match(fitText(compiled({ programs: [sampling] })), /^fits: sampling by preview needs 1.3 GB of the/);
  const none = { ...memory, arguments: 70e9 };
  assert.match(fitText({ ...large, programs: [program({ memory: none })] }), /that XLA takes of 85 GB$/);
});

Deno.test("shortSeconds() keeps three digits from microseconds to seconds", () => {
  assert.deepEqual([0, 9.084e-6, 0.000443, 0.0037519, 0.25, 3.2109].map(shortSeconds), [
    "0 ms",
    "9.08 µs",
    "443 µs",
    "3.75 ms",
    "250 ms",
    "3.21 s",
  ]);
});
