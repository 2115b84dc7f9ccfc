/** Which precision is taken on which device. */
import assert from "node:assert/strict";
import { hasBfloat16, precisionAt, targetOf } from "./precision.ts";
import { onXla } from "./testing.ts";

/** Features with one bit set in one of 32 words. */
const features = (word: number, bit: number) =>
  Array.from({ length: 32 }, (_, i) => (i === word ? (2 ** bit).toString(16) : "0")).join(".");

const amx = features(7, 22), avx512 = features(24, 5), avx2 = features(5, 5);

Deno.test("hasBfloat16() knows AMX and AVX-512 for it, and takes nothing else for either", () => {
  assert.deepEqual([amx, avx512, avx2, ""].map(hasBfloat16), [true, true, false, false]);
  const all = Array.from({ length: 32 }, (_, word) => Array.from({ length: 32 }, (_, bit) => features(word, bit)));
  assert.equal(all.flat().filter(hasBfloat16).length, 2);
  assert.ok(hasBfloat16(Array(32).fill("ffffffff").join(".")), "among others");
});

Deno.test("precisionAt() keeps mixed where it is fast, on all devices but processors, and where it is asked for", () => {
  for (const features of [amx, avx512]) {
    assert.equal(precisionAt({ platform: "cpu", features }, "mixed-where-fast"), "mixed");
  }
  for (const features of [avx2, ""]) {
    assert.equal(precisionAt({ platform: "cpu", features }, "mixed-where-fast"), "float32");
    assert.equal(precisionAt({ platform: "cuda", features }, "mixed-where-fast"), "mixed");
    assert.equal(precisionAt({ platform: "cpu", features }, "mixed"), "mixed");
  }
  assert.equal(precisionAt({ platform: "cuda", features: amx }, "float32"), "float32");
});

Deno.test("precisionAt() takes TensorFloat-32 on NVIDIA GPUs from Ampere on, and float32 elsewhere", () => {
  const taken = (platform: string, capability?: string) =>
    precisionAt({ platform, features: amx, capability }, "tensorfloat32");
  assert.deepEqual(["8.0", "8.6", "9.0", "10.0", "12.1", undefined].map((one) => taken("cuda", one)), [
    ...Array.from({ length: 6 }, () => "tensorfloat32"),
  ]);
  assert.deepEqual(["7.5", "7.0", "6.1"].map((one) => taken("cuda", one)), ["float32", "float32", "float32"]);
  assert.deepEqual([taken("cpu"), taken("rocm", "gfx942"), taken("tpu")], ["float32", "float32", "float32"]);
  for (const platform of ["cpu", "cuda", "rocm"]) {
    assert.equal(precisionAt({ platform, features: "", capability: "9.0" }, "float32"), "float32");
  }
});

onXla("mixed-where-fast: the engine says what it took, and compiles for that", (engine) => {
  assert.equal(engine.precision, precisionAt(targetOf(engine.device.client), "mixed-where-fast"));
}, { precision: "mixed-where-fast" });
