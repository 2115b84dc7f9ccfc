/** Runs on several devices of one process: the losses, the checkpoints and the samples of a run on one. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, DenoiseError, sample, train } from "../mod.ts";
import { readLog } from "../pipeline/run/log.ts";
import { readSafetensors } from "../pipeline/run/safetensors.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { cpuPlugin } from "./backends.ts";

const steps = 50;
const recipe = (devices: number, batchSize: number) => `
name: on-${devices}
seed: 3
dataset: { use: emoji, image_size: 8, batch_size: ${batchSize}, categories: [Activities], repeats: 16 }
augmentation: [horizontal-flip]
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
train: { steps: ${steps}, samples: { rows: 1, columns: 2 } }
backend: { use: xla, devices: ${devices}, plugin: ${JSON.stringify(cpuPlugin)} }
`;

async function run(folder: string, devices: number, batchSize = 16) {
  const file = join(folder, `on-${devices}.yaml`);
  await Deno.writeTextFile(file, recipe(devices, batchSize));
  const options = { plugins: builtins, runs: folder, cache: join(folder, "cache") };
  const { folder: run, checkpoint } = await train(file, options, memoryConsole());
  const log = await readLog(join(run, "log.jsonl"));
  return {
    run,
    checkpoint: checkpoint!,
    losses: log.filter(({ event }) => event === undefined).map(({ loss }) => loss as number),
    tensors: (await readSafetensors(checkpoint!)).tensors,
    description: String(log[0]!.backend),
  };
}

Deno.test({
  name: "training on four devices has the losses and the checkpoint of training on one",
  ignore: cpuPlugin === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    const one = await run(folder, 1);
    const four = await run(folder, 4);
    assert.match(four.description, /4 devices/);
    assert.equal(four.losses.length, steps);
    for (const [i, loss] of four.losses.entries()) {
      const expected = one.losses[i]!;
      assert.ok(Math.abs(loss - expected) < 1e-5 * expected, `step ${i + 1}: ${loss}, on one device ${expected}`);
    }
    assert.deepEqual(Object.keys(four.tensors), Object.keys(one.tensors));
    for (const [path, { shape, dtype, data }] of Object.entries(four.tensors)) {
      const other = one.tensors[path]!;
      assert.deepEqual([shape, dtype], [other.shape, other.dtype], path);
      const [values, expected] = [data, other.data].map((list) => Array.from(list as Float32Array));
      const largest = Math.max(1e-3, ...expected!.map(Math.abs));
      const apart = Math.max(...values!.map((value, i) => Math.abs(value - expected![i]!)));
      assert.ok(apart < 1e-3 * largest, `${path} differs by ${apart} of ${largest}`);
    }
    // A checkpoint of four devices serves one.
    const images = await sample(four.checkpoint, {
      plugins: builtins,
      count: 1,
      out: join(folder, "out"),
      overrides: ["backend.devices=1"],
    }, memoryConsole());
    assert.equal(images.images.length, 1);
    const output = memoryConsole();
    const overrides = ["backend.devices=1", `train.steps=${steps + 1}`];
    assert.equal(
      (await train(four.run, { plugins: builtins, overrides, cache: join(folder, "cache") }, output)).step,
      51,
    );
    assert.match(output.warnings.join("\n"), /Backend was { use: xla, devices: 4 } and is now xla/);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "a batch that four devices cannot share is refused before anything runs",
  ignore: cpuPlugin === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    await assert.rejects(run(folder, 4, 18), (error) => {
      assert.ok(error instanceof DenoiseError);
      const [problem] = error.problems;
      assert.match(problem!.message, /^Cannot split a batch of 18 pictures evenly over 4 devices/);
      assert.equal(problem!.place?.line, 4);
      return true;
    });
    await Deno.remove(folder, { recursive: true });
  },
});
