/** Whole runs on WebGPU: the losses of the other backends, and what happens when the GPU fails. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, DenoiseError, readRecipe, train, wire } from "../mod.ts";
import { checkMemory } from "../pipeline/programs/memory.ts";
import { trainingCost } from "../pipeline/programs/cost.ts";
import { readLog } from "../pipeline/run/log.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { inRecipes, webgpu } from "./backends.ts";

const recipe = (backend: string, rest = "") => `
name: small
seed: 5
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
augmentation: [horizontal-flip]
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
train: { epochs: 5, samples: { rows: 1, columns: 2 } }
backend: ${backend}
${rest}`;

/** A folder with a recipe, and a run of it. */
async function place(text: string) {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "small.yaml");
  await Deno.writeTextFile(file, text);
  const options = { plugins: builtins, cache: join(folder, "cache"), runs: join(folder, "runs") };
  return {
    folder,
    file,
    run: () => train(file, options, memoryConsole()),
    log: join(folder, "runs", "small"),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const gpuTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: webgpu.length === 0, sanitizeResources: false, sanitizeOps: false, fn });

gpuTest("twenty steps have the same losses on all backends, within 1e-3", async () => {
  const losses: Record<string, number[]> = {};
  for (const [name, text] of Object.entries({ cpu: "cpu", webgpu: "webgpu", ...inRecipes })) {
    await using here = await place(recipe(text));
    await here.run();
    const steps = (await readLog(join(here.log, "log.jsonl"))).filter((entry) => "loss" in entry);
    losses[name] = steps.slice(0, 20).map((entry) => (entry as unknown as { loss: number }).loss);
    assert.equal(losses[name].length, 20, name);
  }
  const { cpu, ...others } = losses;
  for (const [name, found] of Object.entries(others)) {
    cpu!.forEach((loss, i) =>
      assert.ok(Math.abs(loss - found[i]!) < 1e-3, `step ${i + 1} on ${name}: ${found[i]} ${loss}`)
    );
  }
});

/** A metric that, when it has measured once, does to the GPU what drivers do. */
const breaking = (how: string) => `
import { plugin, tf, z } from "denoise/plugin";
let times = 0;
export default plugin({
  kind: "metric",
  name: "breaking",
  summary: "Takes the GPU away",
  options: z.object({}),
  create: () => ({
    better: { breaking: "lower" },
    measure() {
      if (++times === 2) { const { device } = tf.backend(); ${how}; }
      return Promise.resolve({ breaking: times });
    },
  }),
});`;

/** What happens to a GPU, as code of the metric, and what is said of it. */
const failures: Readonly<Record<string, readonly [how: string, said: RegExp]>> = {
  "is lost": ["device.destroy()", /^The GPU ".+" is gone: /],
  "has no memory left": [
    `device.dispatchEvent(Object.assign(new Event("uncapturederror"), { error: new GPUOutOfMemoryError("none left.") }))`,
    /^The GPU ".+" has no memory left; Denoise holds \d+ MB of it: none left$/,
  ],
  "refuses a command": ["device.createBuffer({ size: 2 ** 50, usage: 128 })", /^The GPU ".+" refused a command: /],
};

for (const [what, [how, said]] of Object.entries(failures)) {
  gpuTest(
    `a GPU that ${what} ends the run; the checkpoint before it is whole, and the same command resumes`,
    async () => {
      await using here = await place(
        recipe("webgpu", "metrics: [breaking]\nplugins: [./breaking.ts]\n").replace("epochs: 5", "epochs: 3"),
      );
      await Deno.writeTextFile(join(here.folder, "breaking.ts"), breaking(how));
      const error = await here.run().then(() => undefined, (error) => error);
      assert.ok(error instanceof DenoiseError, Deno.inspect(error));
      const [problem] = error.problems;
      assert.equal(problem!.code, "device-failed");
      assert.match(problem!.message, said);
      const [, kept] = /resumes from it: (.*step-0*\d+\.safetensors)$/.exec(problem!.help.at(-1)!)!;
      assert.ok((await Deno.stat(kept!)).isFile);
      const before = (await readLog(join(here.log, "log.jsonl"))).filter((entry) => "loss" in entry).length;
      assert.ok(before > 0 && before < 40);
      await here.run(); // on a fresh device; the metric breaks it once
      const steps = (await readLog(join(here.log, "log.jsonl"))).filter((entry) => "loss" in entry);
      assert.deepEqual(steps.map(({ step }) => step), Array.from(steps, (_, i) => i + 1), "each step once");
      assert.ok(steps.every((entry) => Number.isFinite((entry as unknown as { loss: number }).loss)));
    },
  );
}

Deno.test("a batch with a tensor or rows that the backend does not allow is refused, with one that fits", async () => {
  await using here = await place(recipe("cpu"));
  const graph = await wire(await readRecipe(here.file, { plugins: builtins }));
  const { stage } = graph.one("backend");
  const cost = (await trainingCost(graph))!;
  const refusal = async (limits: { tensorBytes?: number; rows?: number }) => {
    const before = { tensorBytes: undefined, rows: undefined };
    Object.assign(stage, before, limits);
    const error = await checkMemory(graph, cost).then(() => undefined, (error) => error as DenoiseError);
    Object.assign(stage, before);
    return error?.problems[0];
  };
  assert.equal(await refusal({ tensorBytes: cost.largest.bytes, rows: cost.rows }), undefined);
  const tensor = await refusal({ tensorBytes: cost.largest.bytes - 1 });
  assert.equal(tensor!.code, "tensor-too-large");
  assert.match(
    tensor!.message,
    /batches of 16: the result of \w+, of shape \[16, \d+, \d+, \d+\], takes .* for one tensor$/,
  );
  assert.match(tensor!.help[0]!, /batch_size: 12, which fits/);
  const rows = await refusal({ rows: 8 * 8 * 5 });
  assert.equal(rows!.code, "too-many-rows");
  assert.match(rows!.help[0]!, /batch_size: 5, which fits/);
});
