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

/** A metric that takes the GPU away when it has measured once. */
const breaking = `
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
      if (++times === 2) tf.backend().device.destroy();
      return Promise.resolve({ breaking: times });
    },
  }),
});`;

gpuTest("a GPU that is lost ends the run, and the message names the checkpoint to resume from", async () => {
  await using here = await place(recipe("webgpu", "metrics: [breaking]\nplugins: [./breaking.ts]\n"));
  await Deno.writeTextFile(join(here.folder, "breaking.ts"), breaking);
  const error = await here.run().then(() => undefined, (error) => error);
  assert.ok(error instanceof DenoiseError, Deno.inspect(error));
  const [problem] = error.problems;
  assert.equal(problem!.code, "device-failed");
  assert.match(problem!.message, /^The GPU ".+" is gone: /);
  assert.match(problem!.help.at(-1)!, /resumes from it: .*step-0*\d+\.safetensors$/);
});

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
