/** How much of a GPU's memory is asked for. */
import assert from "node:assert/strict";
import { memoryOptions } from "./gpu.ts";

const gpu = "/wheels/xla_cuda13/xla_cuda_plugin.so", cpu = "/wheels/pjrt_c_api_cpu_plugin.so";

Deno.test("memoryOptions() asks for what the recipe says, else for what the environment says, taken as it is needed", () => {
  assert.deepEqual(memoryOptions(gpu, {}, undefined), {}, "XLA's own defaults");
  assert.deepEqual(memoryOptions(gpu, { fraction: 1, preallocate: true }, "0.1"), {
    memory_fraction: { float: 1 },
    preallocate: true,
  });
  assert.deepEqual(memoryOptions(gpu, {}, "0.1"), { memory_fraction: { float: 0.1 }, preallocate: false });
  assert.deepEqual(memoryOptions(gpu, { preallocate: true }, "1"), {
    memory_fraction: { float: 1 },
    preallocate: true,
  });
  assert.deepEqual(memoryOptions(cpu, { fraction: 0.5 }, "0.1"), {}, "a processor's plugin would refuse them");
  assert.deepEqual(memoryOptions("/wheels/libpjrt_plugin_mps.dylib", {}, "0.1"), {}, "and others may");
  for (const text of ["0", "1.1", "half", "-1", "NaN"]) {
    assert.throws(() => memoryOptions(gpu, {}, text), /Cannot take ".*" of a GPU's memory, as DENOISE_MEMORY_FRACTION/);
  }
});
