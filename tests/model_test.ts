/** A model that stays loaded: the same pictures as `sample` draws, whatever is asked for beside them, in level memory. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { builtins, DenoiseError, type GeneratedPicture, type GenerateRequest, loadModel, sample } from "../mod.ts";
import { decode } from "../lib/image/mod.ts";
import { batchSizes } from "../pipeline/commands/model/request.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { inRecipes, testRuns } from "./backends.ts";
import { trainTiny } from "./tiny_model.ts";

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const run = await trainTiny(folder);

const all = (pictures: AsyncIterable<GeneratedPicture>) => Array.fromAsync(pictures);
const bytes = (pictures: readonly GeneratedPicture[]) =>
  Object.fromEntries(pictures.map(({ seed, data }) => [seed, data]));

testRuns(
  "a loaded model gives the pictures of sample, bit for bit, in any batch and order, by several callers",
  async (backend) => {
    const overrides = [`backend=${backend}`];
    const out = await Deno.makeTempDir({ dir: folder });
    const drawn = await sample(run, { plugins: builtins, overrides, count: 3, seed: 3, out }, memoryConsole());
    const expected: Record<number, Uint8Array> = {};
    for (const { seed, file } of drawn.images) {
      expected[seed] = new Uint8Array((await decode(await Deno.readFile(join(out, file!)))).data);
    }

    await using model = await loadModel(run, { overrides });
    assert.deepEqual(bytes(await all(model.generate({ seed: 3, count: 3 }))), expected);
    assert.deepEqual(bytes(await all(model.generate({ seed: 3, count: 3, batch: 1 }))), expected);
    const chosen = [5, 3, 4, 4];
    const pictures = await all(model.generate({ seeds: chosen }));
    assert.deepEqual(pictures.map(({ seed }) => seed), chosen, "in the order of the seeds");
    for (const { seed, data, width, height, channels } of pictures) {
      assert.deepEqual(data, expected[seed]);
      assert.deepEqual([width, height, channels], [8, 8, 3]);
    }
    const together = await Promise.all([3, 4, 5].map((seed) => all(model.generate({ seed }))));
    for (const { seed, data } of together.flat()) assert.deepEqual(data, expected[seed]);
    const tensors: number[] = [];
    for await (const { seeds, images } of model.tensors({ seeds: [3, 4, 5, 3, 4, 5, 4], batch: 4 })) {
      const values = await images.data();
      seeds.forEach((seed, i) => {
        const own = values.slice(i * 192, (i + 1) * 192);
        assert.deepEqual(Uint8Array.from(own, (value) => Math.round(value * 255)), expected[seed]);
      });
      tensors.push(...images.shape.slice(0, 1));
      images.dispose();
    }
    assert.deepEqual(tensors, [4, 3]);
  },
);

Deno.test("a loaded model takes other steps and samplers than its recipe's, as an override would have them", async () => {
  const out = await Deno.makeTempDir({ dir: folder });
  await sample(run, { plugins: builtins, count: 1, seed: 9, steps: 5, out }, memoryConsole());
  const five = (await decode(await Deno.readFile(join(out, "00000-seed-9.png")))).data;
  await using model = await loadModel(run);
  const one = async (request: GenerateRequest) => (await all(model.generate({ seed: 9, ...request })))[0]!.data;
  assert.deepEqual(await one({ steps: 5 }), new Uint8Array(five));
  assert.deepEqual(await one({ sampler: { use: "ddim", steps: 5, stochasticity: 0.5 } }), new Uint8Array(five));
  assert.deepEqual(await one({ sampler: "quick" }), await one({ sampler: "ddim", steps: 2 }));
  assert.notDeepEqual(await one({ sampler: "quick" }), await one({}));
  assert.deepEqual(model.samplers.map(({ name, plugin, steps }) => [name, plugin, steps]), [
    ["preview", "ddim", 3],
    ["quick", "ddim", 2],
  ]);
});

Deno.test("a loaded model leaves nothing behind: tensors are counted, and memory is level", async () => {
  await using model = await loadModel(run);
  const tensors = tf.memory().numTensors;
  const rss: number[] = [];
  for (let call = 0; call < 150; call++) {
    const [picture] = await all(model.generate({ seed: call, sampler: "quick" }));
    assert.equal(picture!.seed, call);
    if (call % 15 === 14) rss.push(Deno.memoryUsage().rss / 1e6);
  }
  assert.equal(tf.memory().numTensors, tensors);
  const grown = Math.min(...rss.slice(-3)) - Math.min(...rss.slice(2, 5));
  assert.ok(grown < 64, `grew by ${grown} MB: ${rss.map(Math.round)}`);
});

Deno.test("a loaded model says what it cannot do, at once", async () => {
  await using model = await loadModel(run);
  const cases: readonly [unknown, RegExp, RegExp][] = [
    [{ seeds: [] }, /seeds an empty list/, /1 to 1000000 seeds/],
    [{ seeds: [7, 1.5] }, /seeds\[1\] "1.5"/, /from 0 to 2147483647/],
    [{ seed: 2 ** 31 }, /seed "2147483648"/, /from 0 to 2147483647/],
    [{ seed: 2 ** 31 - 1, count: 2 }, /count "2"/, /from 1 to 1$/],
    [{ seeds: [1], count: 2 }, /count "2"/, /either seeds, or count and seed/],
    [{ steps: 0 }, /steps "0"/, /from 1 to 1000000/],
    [{ batch: "all" }, /batch the text "all"/, /from 1 to/],
    [{ sampler: "quik" }, /Unknown sampler "quik"/, /did you mean quick\? .*ddim/],
    [{ labels: [9] }, /labels\[0\] "9"/, /from 0 to 0/],
  ];
  for (const [request, message, help] of cases) {
    const thrown = (error: DenoiseError) =>
      message.test(error.message) && help.test(error.problems[0]!.help.join("\n"));
    assert.throws(() => model.generate(request as GenerateRequest), thrown, JSON.stringify(request));
  }
  await assert.rejects(all(model.generate({ sampler: { use: "ddim", stepz: 3 } })), /Unknown option "stepz"/);
  await assert.rejects(loadModel(join(folder, "nothing")), /Cannot find run/);
});

Deno.test("disposing of a model waits for the batch under way, and what comes later is told", async () => {
  const model = await loadModel(run);
  const pictures = model.generate({ count: 4, batch: 2 });
  const first = pictures.next();
  const gone = model[Symbol.asyncDispose]();
  assert.equal((await first).value?.seed, 0);
  await gone;
  await model[Symbol.asyncDispose](); // again does nothing
  await all(pictures).then(() => {}, () => {});
  await assert.rejects(all(model.generate()), /was disposed of/);
});

Deno.test("aborting gives a place in the queue up, and stops what runs", async () => {
  await using model = await loadModel(run);
  const controller = new AbortController();
  const running = all(
    model.generate({
      count: 2,
      steps: 200,
      progress: () => controller.abort(new Error("enough")),
      signal: controller.signal,
    }),
  );
  const waiting = all(model.generate({ signal: controller.signal }));
  const other = all(model.generate({ seed: 1 }));
  await assert.rejects(running, /enough/);
  await assert.rejects(waiting, /enough/);
  assert.equal((await other).length, 1, "those behind them have their turn");
});

Deno.test("models share a backend while they are loaded; another one, and a training, are refused", async () => {
  const first = await loadModel(run);
  await using second = await loadModel(run);
  const before = bytes(await all(first.generate({ count: 2 })));
  await assert.rejects(loadModel(run, { overrides: [`backend=${inRecipes.wasm}`] }), /a loaded model runs on "cpu"/);
  await assert.rejects(trainTiny(await Deno.makeTempDir({ dir: folder })), /a loaded model runs on "cpu"/);
  await first[Symbol.asyncDispose]();
  assert.deepEqual(bytes(await all(second.generate({ count: 2 }))), before, "the other one keeps its device");
});

Deno.test("batchSizes() takes few sizes, covers the count and wastes little", () => {
  for (const most of [1, 2, 5, 16, 48]) {
    const sizes = new Set<number>();
    for (let count = 1; count <= 200; count++) {
      const all = batchSizes(count, most);
      const sum = all.reduce((a, b) => a + b, 0);
      assert.ok(sum >= count && all.every((size) => size <= most), `${count} of ${most}: ${all}`);
      assert.ok(sum - count <= all.at(-1)! / 4, `${count} of ${most}: ${all}`);
      for (const size of all) sizes.add(size);
    }
    assert.ok(sizes.size <= Math.log2(most) + 2, `${most}: ${[...sizes]}`);
  }
});
