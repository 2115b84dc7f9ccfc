/** Tests of the described GPUs: against NVIDIA's data sheets. */
import assert from "node:assert/strict";
import { gpus, peakOf } from "./gpus.ts";
import { targetText } from "./target.ts";

/** TFLOP/s without sparsity, as the data sheets say them: float32, TF32, bfloat16. */
const sheets = {
  "b200": [75, 1100, 2250],
  "h200": [67, 494.5, 989],
  "h100": [67, 494.5, 989],
  "h100-pcie": [51, 378, 756],
  "a100": [19.5, 156, 312],
  "l40s": [91.6, 183, 362],
  "l4": [30.3, 60, 121],
  "a10": [31.2, 62.5, 125],
  "a6000": [38.7, 77.4, 154.8],
  "rtx5090": [104.8, 104.8, 209.5],
  "rtx4090": [82.6, 82.6, 165.2],
  "rtx3090": [35.6, 35.6, 71],
  "t4": [8.1, 8.1, 8.1],
} as const;

Deno.test("peakOf() gives the rates of the data sheets", () => {
  for (const [name, [float32, tf32, bfloat16]] of Object.entries(sheets)) {
    const gpu = gpus[name as keyof typeof sheets];
    for (const [type, expected] of Object.entries({ float32, tf32, bfloat16 })) {
      const told = peakOf(gpu, type as "tf32") / 1e12;
      assert(Math.abs(told / expected - 1) < 0.05, `${name}, ${type}: ${told}, not ${expected}`);
    }
  }
});

Deno.test("targetText() describes each GPU in XLA's words", () => {
  for (const [name, gpu] of Object.entries(gpus)) {
    const text = targetText(gpu);
    for (const number of text.matchAll(/: (NaN|undefined|\d+e\+?\d+)/g)) assert.fail(`${name}: ${number[0]}`);
    assert.equal(text.split("{").length, text.split("}").length, name);
    assert.match(text, new RegExp(`core_count: ${gpu.cores} `), name);
  }
  assert.match(targetText(gpus.h100), /major: 9 minor: 0 feature_extension: ACCELERATED_FEATURES/);
  assert.match(
    targetText(gpus.h100),
    /key: 16 value \{ clock_rate_ghz: 1\.8295201 units_per_core: 4 ops_per_clock: 512 \}/,
  );
  assert.match(targetText(gpus.rtx4090), /major: 8 minor: 9 feature_extension: NONE/);
});
