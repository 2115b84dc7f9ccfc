/** Steps whose gradients are not finite: they change nothing, are counted and told, on each backend. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { builtins, compiledInitialState, readRecipe, train, wire } from "../mod.ts";
import { leaves, mapTree, seedTensor, type Tree } from "../lib/tensor/mod.ts";
import { compiledTrainStep } from "../pipeline/programs/compiled_step.ts";
import { courseOf } from "../pipeline/programs/course.ts";
import { upload } from "../pipeline/programs/states.ts";
import { readLog } from "../pipeline/run/log.ts";
import { readSafetensors, writeSafetensors } from "../pipeline/run/safetensors.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { everyBackend, inRecipes } from "./backends.ts";

const recipe = (backend: string) => `
name: skipping
seed: 5
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
normalizer: mean-variance
loss: { use: denoising, weighting: noise, error: mse, uncertainty: true }
optimizer: { use: adam, learning_rate: 0.01, schedule: linear }
train: { epochs: 2 }
backend: ${backend}
`;

const valuesOf = async (tree: Tree) =>
  Object.fromEntries(
    await Promise.all(leaves(tree).map(async ([path, tensor]) => [path, [...await tensor.data()]] as const)),
  );

for (const [name, backend] of Object.entries({ ...inRecipes, cpu: everyBackend.cpu! })) {
  Deno.test(`gradients that are not finite change nothing but the count of steps, on ${name}`, async () => {
    const folder = await Deno.makeTempDir();
    const file = join(folder, "skipping.yaml");
    await Deno.writeTextFile(file, recipe(backend));
    const graph = await wire(await readRecipe(file, { plugins: builtins }));
    const { stage } = graph.one("backend");
    await stage.start();
    const step = compiledTrainStep(graph, stage);
    const image = Uint8Array.from({ length: 16 * 192 }, (_, i) => (i * 37) % 256);
    const batch = upload({ image, item: Int32Array.from({ length: 16 }, (_, i) => i), size: 16 }, graph.datasetImage);
    const seed = seedTensor(1), course = courseOf({ totalSteps: 10, stepsPerEpoch: 10 });
    const blank = graph.one("normalizer").stage.blank(graph.datasetImage);
    let state = await compiledInitialState(graph, stage);
    // Statistics of the pictures that are not numbers make images, loss and gradients the same.
    for (const [i, mean] of [0.5, NaN, Infinity, 0.5].entries()) {
      const statistics = mapTree(blank, (tensor, path) => tf.fill(tensor.shape, path === "mean" ? mean : 1));
      const before = await valuesOf(state);
      const result = await step(state, batch, statistics, seed, course);
      state = result.state;
      const { gradient_norm: norm, skipped, learning_rate: rate } = await valuesOf(result.update);
      const after = await valuesOf(state);
      assert.deepEqual(after.step, [i + 1]);
      assert.ok(Math.abs(rate![0]! - 0.01 * (1 - i / 10)) < 1e-8, `learning rate ${rate}`);
      if (mean === 0.5) {
        assert.ok(norm![0]! > 0 && norm![0]! < Infinity);
        // In the first step, weights that are zero let no gradient through.
        const moving = Object.keys(before).filter((path) => path !== "skipped" && !path.startsWith("loss/buffers/"));
        for (const path of i === 0 ? [] : moving) {
          assert.notDeepEqual(after[path], before[path], `${path} moves in step ${i + 1}`);
        }
      } else {
        assert.ok(!Number.isFinite(norm![0]!), `norm ${norm}`);
        assert.deepEqual(skipped, [i]);
        assert.deepEqual(after, { ...before, step: [i + 1], skipped: [i] }, `step ${i + 1} changes nothing`);
      }
    }
    await stage.stop();
    await Deno.remove(folder, { recursive: true });
  });
}

/** A loss whose objective is not finite in a batch with a level below `below`. */
const broken = `
import { plugin, tf, z } from "denoise/plugin";
export default plugin({
  kind: "loss",
  name: "breaking",
  summary: "Breaks now and then",
  needs: ["schedule"],
  options: z.object({ below: z.number().default(0).describe("levels below which it breaks") }),
  create: ({ options: { below }, schedule }) => ({
    levels: (random) => schedule.rates(random.uniform([1, 1, 1])),
    measure(predicted, target, rates) {
      const loss = tf.mean(tf.square(tf.sub(predicted.noise, target.noise)));
      const low = rates === undefined ? tf.scalar(0) : tf.sum(tf.cast(tf.less(rates.noise, below), "float32"));
      const odd = tf.sub(tf.div(1, tf.cast(tf.equal(low, 0), "float32")), 1); // 0, or infinite
      return { objective: tf.add(loss, tf.mul(odd, loss)), errors: { loss } };
    },
  }),
});
`;

Deno.test("a run tells of skipped steps once, counts them in log and summary, and older checkpoints resume", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "skipping.yaml");
  await Deno.writeTextFile(join(folder, "breaking.ts"), broken);
  const loss = "loss: { use: breaking, below: 0.33 }\nplugins: [breaking.ts]";
  await Deno.writeTextFile(file, recipe("wasm").replace(/loss:.*/, loss).replace("epochs: 2", "epochs: 6"));
  const output = memoryConsole();
  const options = { plugins: builtins, runs: folder, cache: join(folder, "cache") };
  const { checkpoint } = await train(file, options, output);
  const steps = (await readLog(join(folder, "skipping", "log.jsonl"))).filter(({ event }) => event === undefined);
  const skipped = steps.filter(({ gradient_norm }) => gradient_norm === null).length;
  assert.ok(skipped > 1 && skipped < steps.length / 2, `${skipped} of ${steps.length} steps were skipped`);
  assert.equal(steps.at(-1)!.skipped, skipped);
  assert.ok(steps.every(({ learning_rate }) => typeof learning_rate === "number"));
  assert.equal(
    output.warnings.filter((text) => /^Step \d+ was skipped: the norm of its gradients is/.test(text)).length,
    1,
  );
  assert.match(
    output.lines.join("\n"),
    new RegExp(`\nskipped +${skipped} steps, because their gradients were not finite`),
  );

  const { tensors, metadata } = await readSafetensors(checkpoint!);
  const { "state/skipped": count, ...older } = tensors;
  assert.deepEqual([...count!.data], [skipped]);
  await writeSafetensors(checkpoint!, older, metadata);
  const again = memoryConsole();
  await train(file, { ...options, overrides: ["train.epochs=7"] }, again);
  const [moved] = again.warnings.filter((text) => text.startsWith("The learning rate falls"));
  assert.match(
    moved!,
    /^The learning rate falls until the end of training, which was after 6 epochs and is now after 7 epochs\n/,
  );
  await Deno.remove(folder, { recursive: true });
});
