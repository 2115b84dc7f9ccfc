import assert from "node:assert/strict";
import type { Recipe } from "../recipe/types.ts";
import { changesOf } from "./resume.ts";

const before = `
name: small
seed: 1
schedule: cosine
samplers: { preview: { use: ddim, steps: 5 } }
backend: { use: xla, precision: float32, devices: 1 }
train: { epochs: 2 }
`;
const after = (resolved: Record<string, unknown>) =>
  changesOf(before, {
    resolved: {
      ...{ name: "small", seed: 1, schedule: { use: "cosine" }, samplers: { preview: { use: "ddim", steps: 5 } } },
      ...{ backend: { use: "xla" }, ...resolved },
    },
  } as unknown as Recipe);

const nothing = { training: [], measuring: [] };

Deno.test("changesOf() lets a run go on for longer, on other backends and more devices", () => {
  assert.deepEqual(after({}), nothing);
  assert.deepEqual(after({ train: { epochs: 5, keep: { last: 1 } } }), nothing);
  for (const backend of ["cpu", { use: "auto" }, { use: "xla", devices: 4, plugin: "x.so" }]) {
    assert.deepEqual(after({ backend }), nothing);
  }
});

Deno.test("changesOf() names what would change the weights, the backend's precision among it", () => {
  const training = (resolved: Record<string, unknown>) => after(resolved).training;
  assert.deepEqual(training({ backend: { use: "xla", precision: "mixed" } }), ["backend.precision: float32 → mixed"]);
  assert.deepEqual(training({ seed: 2, schedule: "linear" }), ["seed: 1 → 2", "schedule: cosine → linear"]);
});

Deno.test("changesOf() tells other samplers and metrics apart from that", () => {
  const samplers = { preview: { use: "ddim", steps: 9 } }, metrics = [{ use: "kid" }];
  assert.deepEqual(after({ samplers, metrics }), {
    training: [],
    measuring: ["samplers.preview.steps: 5 → 9", "metrics: (none) → [kid]"],
  });
});
