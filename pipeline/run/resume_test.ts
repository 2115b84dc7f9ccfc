import assert from "node:assert/strict";
import type { Recipe } from "../recipe/types.ts";
import { changesOf } from "./resume.ts";

const before = `
name: small
seed: 1
schedule: cosine
backend: { use: xla, precision: float32, devices: 1 }
train: { epochs: 2 }
`;
const after = (resolved: Record<string, unknown>) =>
  changesOf(before, {
    resolved: { name: "small", seed: 1, schedule: { use: "cosine" }, backend: { use: "xla" }, ...resolved },
  } as unknown as Recipe);

Deno.test("changesOf() lets a run go on for longer, on other backends and more devices", () => {
  assert.deepEqual(after({}), []);
  assert.deepEqual(after({ train: { epochs: 5, keep: { last: 1 } } }), []);
  for (const backend of ["cpu", { use: "auto" }, { use: "xla", devices: 4, plugin: "x.so" }]) {
    assert.deepEqual(after({ backend }), []);
  }
});

Deno.test("changesOf() names what would change the weights, the backend's precision among it", () => {
  assert.deepEqual(after({ backend: { use: "xla", precision: "mixed" } }), ["backend.precision: float32 → mixed"]);
  assert.deepEqual(after({ seed: 2, schedule: "linear" }), ["seed: 1 → 2", "schedule: cosine → linear"]);
});
