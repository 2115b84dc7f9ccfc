/** Tests of compiling recipes for GPUs that are not here. Those that compile are skipped where the compiler is not installed. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { builtins, compileForGpu, dryRun, trainingCost } from "../mod.ts";
import { answers } from "../cli/answers.ts";
import { compiledAnswer } from "../cli/compiled_answer.ts";
import { listInstalled } from "../lib/xla/runtime/mod.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";

/** Recipes whose steps take a minute and more each are compiled where this says so. */
const all = Deno.env.get("DENOISE_COMPILE") === "all";
const recipes = all
  ? ["quickstart", "keras-ddim", "flowers-ddim", "flowers-attention", "cifar10-ddim", "celeba-ddim", "birds-ddim"]
  : ["quickstart"];

const installed = listInstalled().map(({ name }) => name);
const ready = installed.includes("cpu") && installed.some((name) => /^cuda13/.test(name));
if (!ready) {
  console.log("compiling for GPUs: skipped: needs no GPU, but deno task runtime add cuda13-compiler (303 MB)");
}

/** XLA's threads outlive a test. */
const compiling = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, fn, ignore: !ready, sanitizeResources: false, sanitizeOps: false });

/** What factors are multiplied in. */
const types = { tensorfloat32: "tf32", mixed: "bfloat16", ...(all ? { float32: "float32" } : {}) };

for (const recipe of recipes) {
  for (const [precision, type] of Object.entries(types)) {
    compiling(`the training step of ${recipe} in ${precision} does on an H100 what it was counted to do`, async () => {
      const file = join("recipes", `${recipe}.yaml`);
      const overrides = ["backend.use=xla", `backend.precision=${precision}`];
      const how = { plugins: builtins, overrides, programs: ["step"] as const };
      const { programs: [step], fits, graph, batch } = await compileForGpu(file, how, memoryConsole());
      const cost = (await trainingCost(graph))!;
      assert.equal(step!.name, "training step");
      assert.equal(batch, cost.batch);
      assert.ok(fits);
      // FLOP of convolutions and products, counted from shapes, and read from what XLA made of them.
      const counted = cost.convolutionFlops + cost.matmulFlops;
      // Gradients of channels that nobody uses, such as those of the embedded noise level, are not computed there.
      const part = step!.flops / counted;
      assert.ok(part > 0.96 && part < 1.02, `${step!.flops}, not ${counted}`);
      const found = new Set(step!.work.map(({ type }) => type));
      assert.deepEqual([...found], [type]);
      for (const { what, library } of step!.work) assert.equal(library, what === "product" ? "cuBLAS" : "cuDNN");
      // XLA knows the gradients of convolutions as such: as plain ones, their kernels would be laid out anew.
      const of = (what: string) => step!.work.find((one) => one.what === what)?.count ?? 0;
      assert.equal(of("input gradient"), of("filter gradient"));
      // State and batch go in; the state comes out in its own memory.
      assert.ok(step!.memory.arguments > cost.stateBytes);
      assert.ok(step!.memory.shared >= cost.stateBytes);
      assert.ok(step!.memory.temporary < cost.stepBytes);
      assert.equal(step!.collectives, 0);
    });
  }
}

const small = `
name: small
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
metrics: []
train: { steps: 9, samples: { rows: 1, columns: 2 } }
`;

/** A small recipe in a folder of its own. */
async function withRecipe(use: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "small.yaml");
    await Deno.writeTextFile(file, small);
    await use(file, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

compiling(
  "compileForGpu() compiles each program of a recipe once, and shares a batch between GPUs",
  () =>
    withRecipe(async (file) => {
      const how = { plugins: builtins, overrides: ["backend=xla"], gpu: "RTX4090" };
      const one = await compileForGpu(file, how, memoryConsole());
      assert.equal(one.gpu.model, "NVIDIA GeForce RTX 4090");
      assert.deepEqual(one.programs.map(({ name, turn }) => [name, turn]), [
        ["training step", false],
        ["samplers.preview step", true],
        ["evaluation step", false],
        ["initial state", false],
      ]);
      assert.deepEqual(one.programs.map(({ flops }) => flops > 0), [true, true, true, false]);
      const answer = compiledAnswer(one);
      assert.deepEqual(answers["compile:gpu"].parse(answer), answer, "all of it is promised");
      const two = await compileForGpu(file, { ...how, devices: 2, programs: ["step"] }, memoryConsole());
      const [alone] = one.programs, [shared] = two.programs;
      assert.equal(two.devices, 2);
      assert.equal(alone!.collectives, 0);
      assert.ok(shared!.collectives > 0);
      assert.ok(Math.abs(shared!.flops / alone!.flops - 0.5) < 0.01);
    }),
);

compiling(
  "dryRun() says whether training fits a GPU, and how fast it is there at best",
  () =>
    withRecipe(async (file) => {
      const gpu = { name: "t4", console: memoryConsole() };
      const { text, compiled } = await dryRun(file, { plugins: builtins, gpu, runs: join(dirname(file), "runs") });
      assert.match(
        text.replace(/\s+/g, " "),
        / gpu Tesla T4: fits: the training step needs [\d.]+ [kM]B of the 12 GB that XLA takes of 16 GB at best [\d.]+ µs a step, under a second for 9 steps: /,
      );
      assert.deepEqual(compiled!.programs.map(({ name }) => name), ["training step"]);
      assert.ok(compiled!.programs[0]!.work.every(({ type }) => type === "float32"), "a T4 has no TF32");
    }),
);

Deno.test("compileForGpu() refuses an unknown GPU, a backend that does not compile, and a batch that is not shared evenly", () =>
  withRecipe(async (file) => {
    const refused = (options: object) =>
      compileForGpu(file, { plugins: builtins, ...options }, memoryConsole()).then(
        () => assert.fail("compiled"),
        (error) => error.problems[0] as { code: string; message: string; help: string[] },
      );
    const unknown = await refused({ gpu: "rtx4900" });
    assert.equal(unknown.code, "gpu-unknown");
    assert.equal(unknown.message, `Unknown GPU "rtx4900"`);
    assert.match(unknown.help[0]!, /^did you mean rtx4090\? GPUs: .*a100, /);
    for (const gpu of ["NVIDIA GeForce RTX 4090", "rtx_4090", "Tesla T4", "NVIDIA H100 80GB HBM3", "H200"]) {
      const { code } = await refused({ gpu, devices: 3 });
      assert.equal(code, "batch-uneven", `${gpu} is known, as its driver calls it and as people do`);
    }
    const uneven = await refused({ devices: 3 });
    assert.equal(uneven.code, "batch-uneven");
    assert.match(uneven.message, /^Cannot split a batch of 16 pictures evenly over 3 devices$/);
    const backend = await refused({ overrides: ["backend=wasm"] });
    assert.equal(backend.code, "gpu-backend");
    assert.match(backend.message, /^Cannot compile for a GPU: the backend "wasm" does not compile$/);
  }));

Deno.test("compileForGpu() says what to install where there is no compiler", () =>
  withRecipe(async (file, folder) => {
    const before = Deno.env.get("DENOISE_CACHE");
    Deno.env.set("DENOISE_CACHE", folder);
    try {
      await assert.rejects(compileForGpu(file, { plugins: builtins }, memoryConsole()), (error) => {
        const [{ message, help }] = (error as { problems: [{ message: string; help: string[] }] }).problems;
        assert.equal(message, "Cannot compile for NVIDIA's GPUs: no compiler for them is installed");
        assert.deepEqual(help, [
          "to install it: deno task runtime add cuda13-compiler (303 MB; it needs no GPU and no driver)",
        ]);
        return true;
      });
    } finally {
      if (before === undefined) Deno.env.delete("DENOISE_CACHE");
      else Deno.env.set("DENOISE_CACHE", before);
    }
  }));
