/** Tests of `null` over an inherited value, which has its default again. */
import assert from "node:assert/strict";
import { printed, read, smallest } from "./testing.ts";

const base = "dataset: emoji\n" +
  "network: { use: residual-unet, block_depth: 3, attention: { heads: 8, at: [1] } }\n" +
  "samplers: { quick: { use: ddim, steps: 5 } }\n" +
  "metrics: [ { use: noise, every: 500 steps } ]\n" +
  "train: { epochs: 3, from: ../old.safetensors, samples: { rows: 3 } }\n";

Deno.test("null takes back what a base says: the option has its default, whatever it is in", async () => {
  const text = "extends: base.yaml\nnetwork: { block_depth: null, attention: { heads: ~ } }\ntrain: { from: null }\n";
  const recipe = await read({ "r.yaml": text, "base.yaml": base });
  assert.deepEqual(recipe.resolved.network, {
    use: "residual-unet",
    ...{ widths: [32, 64, 96, 128], block_depth: 2, embedding_dims: 32, max_frequency: 1000 },
    attention: { heads: 4, at: [1] },
  });
  assert.equal(recipe.train.from, undefined);
  assert.equal("from" in (recipe.resolved.train as object), false);
});

Deno.test("null on the command line takes back what a recipe says, and what is said after it counts", async () => {
  const undone = [
    "network.attention=null",
    "samplers.quick.steps=null",
    "metrics.0.every=null",
    "train.samples.rows=null",
  ];
  const { resolved, train } = await read(base, ...undone);
  assert.equal("attention" in (resolved.network as object), false);
  assert.equal((resolved.samplers as { quick: { steps: number } }).quick.steps, 20);
  assert.equal((resolved.metrics as { every: string }[])[0]!.every, "1 epoch");
  assert.notEqual(train.samples.rows, 3);
  const again = await read(base, "samplers.quick.steps=null", "samplers.quick.steps=7");
  assert.equal((again.resolved.samplers as { quick: { steps: number } }).quick.steps, 7);
});

Deno.test("null is a value of options that may be nothing", async () => {
  const { resolved } = await read(`${smallest}normalizer: { use: range, end: 3 }\n`, "normalizer.end=null");
  assert.deepEqual(resolved.normalizer, { use: "range", end: null });
});

Deno.test("null over nothing is refused, as it may be a value that was forgotten", async () => {
  assert.match(
    await printed({ "r.yaml": base }, "r.yaml", ["network.max_frequency=null"]),
    /leave it out for its default/,
  );
});

Deno.test("null takes back a whole stage, a sampler by its name, and what is at the root", async () => {
  const below = `${base}seed: 3\nsweep: { seed: [ 1, 2 ] }\n`;
  const text = "extends: base.yaml\nsamplers: { quick: null, slow: ddim }\nmetrics: null\nseed: ~\nsweep:\n";
  const { resolved, seed, sweep } = await read({ "r.yaml": text, "base.yaml": below });
  assert.deepEqual(Object.keys(resolved.samplers as object), ["slow"]);
  assert.deepEqual([resolved.metrics, seed, sweep], [(await read(smallest)).resolved.metrics, 0, {}]);
  const plain = await read(smallest);
  const twice = await read(`${smallest}loss: { weighting: signal }\n`, "loss=null");
  assert.deepEqual(twice.resolved.loss, plain.resolved.loss);
  const changed = await (await read(base)).with([{ path: ["samplers"], value: null }]);
  assert.deepEqual(changed.resolved.samplers, plain.resolved.samplers);
  assert.match(await printed({ "r.yaml": base }, "r.yaml", ["network=null"]), /no "network"/);
  assert.match(await printed({ "r.yaml": base }, "r.yaml", ["schedule=null"]), /not nothing/, "over a default");
});

Deno.test("a map may be taken back and begun anew; epochs may be taken back for steps, and one of them is needed", async () => {
  const anew = await read(base, "network.attention=null", "network.attention.at=[2]");
  assert.deepEqual((anew.resolved.network as { attention: object }).attention, { heads: 4, at: [2] });
  const steps = await read({ "r.yaml": "extends: base.yaml\ntrain: { epochs: null, steps: 30 }\n", "base.yaml": base });
  assert.deepEqual([steps.train.epochs, steps.train.steps], [undefined, 30]);
  assert.match(await printed({ "r.yaml": base }, "r.yaml", ["train.epochs=null"]), /does not say how long to train/);
});
