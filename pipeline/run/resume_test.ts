import assert from "node:assert/strict";
import { z } from "zod";
import type { Recipe } from "../recipe/types.ts";
import { recipeChanged } from "../problems/messages/run.ts";
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
    stages: [],
    resolved: {
      ...{ name: "small", seed: 1, schedule: { use: "cosine" }, samplers: { preview: { use: "ddim", steps: 5 } } },
      ...{ backend: { use: "xla" }, ...resolved },
    },
  } as unknown as Recipe);

const nothing = { training: [], measuring: [], moved: [] };

Deno.test("changesOf() lets a run continue for longer, on other backends and more devices", () => {
  assert.deepEqual(after({}), nothing);
  assert.deepEqual(after({ train: { epochs: 5, keep: { last: 1 } } }), nothing);
  for (const backend of ["cpu", { use: "auto" }, { use: "xla", devices: 4, plugin: "x.so" }]) {
    assert.deepEqual(after({ backend }), nothing);
  }
});

Deno.test("changesOf() names what would change the weights, the backend's precision among it", () => {
  const training = (resolved: Record<string, unknown>) => after(resolved).training;
  assert.deepEqual(training({ backend: { use: "xla", precision: "mixed" } }), ["backend.precision: float32 → mixed"]);
  assert.deepEqual(training({ backend: { use: "xla", precision: "tensorfloat32" } }), [
    "backend.precision: float32 → tensorfloat32",
  ]);
  assert.deepEqual(training({ seed: 2, schedule: "linear" }), ["seed: 1 → 2", "schedule: cosine → linear"]);
});

Deno.test("changesOf() takes a precision that is left to the device for float32 or TensorFloat-32, not for mixed", () => {
  const compare = (old: unknown, now: unknown) =>
    changesOf(`backend: ${JSON.stringify(old)}`, { stages: [], resolved: { backend: now } } as unknown as Recipe)
      .training;
  const precise = (precision: string) => ({ use: "xla", precision });
  for (const open of ["auto", "wasm", { use: "xla" }, { use: "xla", deterministic: true }]) {
    for (const precision of ["float32", "tensorfloat32"]) {
      assert.deepEqual(compare(open, precise(precision)), []);
      assert.deepEqual(compare(precise(precision), open), []);
    }
    assert.deepEqual(compare(open, precise("mixed")), ["backend.precision: (none) → mixed"]);
    assert.deepEqual(compare(precise("mixed"), open), ["backend.precision: mixed → (none)"]);
  }
  assert.deepEqual(compare(undefined, { use: "xla", precision: "float32" }), []);
});

Deno.test("changesOf() tells other samplers and metrics apart from that", () => {
  const samplers = { preview: { use: "ddim", steps: 9 } }, metrics = [{ use: "kid" }];
  assert.deepEqual(after({ samplers, metrics }), {
    training: [],
    measuring: ["samplers.preview.steps: 5 → 9", "metrics: (none) → [kid]"],
    moved: [],
  });
});

Deno.test("changesOf() sets options apart that only say where something is, of any plugin and kind", () => {
  const stages = [
    { kind: "dataset", id: "dataset", path: ["dataset"], plugin: { name: "mine", locates: ["place"] } },
    { kind: "metric", id: "metrics[0]", path: ["metrics", 0], plugin: { name: "kid", locates: ["weights"] } },
  ];
  const compare = (before: string, dataset: unknown, metric: unknown) =>
    changesOf(before, { resolved: { dataset, metrics: [metric] }, stages } as unknown as Recipe);
  const old = "dataset: { use: mine, place: a, size: 3 }\nmetrics: [{ use: kid, weights: x.h5 }]";
  assert.deepEqual(compare(old, { use: "mine", place: "b", size: 3 }, { use: "kid", weights: "y.h5" }), {
    training: [],
    measuring: [],
    moved: ["dataset.place: a → b", "metrics[0].weights: x.h5 → y.h5"],
  });
  assert.deepEqual(compare(old, { use: "mine", place: "b", size: 4 }, { use: "kid" }).training, [
    "dataset.size: 3 → 4",
  ]);
  // The option of another plugin is none of its own.
  const other = "dataset: { use: other, place: a }\nmetrics: [kid]";
  assert.deepEqual(compare(other, { use: "mine", place: "b" }, "kid").training, ["dataset.use: other → mine"]);
});

Deno.test("changesOf() takes an option that came with a newer version for what it is by default, and for no other value", () => {
  const options = z.object({ size: z.int(), dropout: z.number().default(0), classes: z.int().optional() });
  const stages = [{ kind: "network", id: "network", path: ["network"], plugin: { name: "net", options } }];
  const compare = (network: unknown) =>
    changesOf("network: { use: net, size: 3 }", { resolved: { network }, stages } as unknown as Recipe).training;
  assert.deepEqual(compare({ use: "net", size: 3, dropout: 0 }), []);
  assert.deepEqual(compare({ use: "net", size: 3, dropout: 0.5 }), ["network.dropout: (none) → 0.5"]);
  assert.deepEqual(compare({ use: "net", size: 3, classes: 2 }), ["network.classes: (none) → 2"]);
});

Deno.test("changesOf() names another beginning, wherever the project lies", () => {
  const compare = (before: string, from: string | undefined) =>
    changesOf(before, { resolved: { train: { epochs: 2, ...(from && { from }) } }, stages: [] } as unknown as Recipe)
      .training;
  const before = "train: { epochs: 1, from: /a/runs/base }";
  assert.deepEqual(compare(before, "/b/c/runs/base"), []);
  assert.deepEqual(compare(before, "/a/runs/other"), ["train.from: runs/base → runs/other"]);
  assert.deepEqual(compare(before, undefined), ["train: { from: runs/base } → (none)"]);
});

Deno.test("recipeChanged() says how to keep the precision, where that is what differs", () => {
  const fix = (difference: string) =>
    recipeChanged("runs/r", [difference]).help.filter((line) => line.startsWith("to resume in the same precision"));
  const precise = "to resume in the same precision: ";
  assert.deepEqual(fix("backend.precision: mixed → (none)"), [`${precise}backend.use=xla backend.precision=mixed`]);
  assert.deepEqual(fix("backend.precision: (none) → mixed"), [`${precise}leave precision out`]);
  assert.deepEqual(fix("network.block_depth: 2 → 3"), []);
});
