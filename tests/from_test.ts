/** Training that starts from the weights of another model: what is taken, what is left out, what is refused, and resuming. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, dryRun, exportWeights, readRecipe, train, wire } from "../mod.ts";
import { readPosition } from "../pipeline/run/checkpoint.ts";
import { readSafetensors } from "../pipeline/run/safetensors.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { trainTiny } from "./tiny_model.ts";
import { problemsOf } from "./problems.ts";

const folder = await Deno.makeTempDir();
const base = await trainTiny(folder);
const cache = join(folder, "cache");

const recipe = (lines = "") => `
name: tuned
seed: 6
dataset: { use: emoji, image_size: 8, batch_size: 4, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
metrics: []
loss: { use: denoising, weighting: signal }
train: { steps: 1, from: runs/tiny${lines} }
backend: cpu
`;

/** Trains a recipe in the folder above the run; the tensors of its last checkpoint, and what was said. */
async function tune(name: string, text: string, overrides: string[] = []) {
  const file = join(folder, `${name}.yaml`);
  await Deno.writeTextFile(file, text);
  const console = memoryConsole(10_000);
  const run = join(folder, "runs", name);
  const { checkpoint, step } = await train(file, { plugins: builtins, cache, folder: run, overrides }, console);
  return {
    ...await readSafetensors(checkpoint!),
    checkpoint: checkpoint!,
    step,
    said: [...console.lines, ...console.warnings].join("\n"),
    run,
    file,
  };
}

Deno.test({
  name: "training starts from the average weights of a run, with other data and another loss, and a fresh optimizer",
  fn: async () => {
    // No step moves a weight: what is saved is what it started from.
    const { tensors, said, checkpoint } = await tune("still", recipe(), ["optimizer.learning_rate=1e-30"]);
    const { tensors: source } = await readSafetensors(join(base, "checkpoints", "step-000004.safetensors"));
    for (const [name, { data }] of Object.entries(source)) {
      if (!name.startsWith("state/average/trainable/")) continue;
      assert.deepEqual(tensors[name]!.data, data, name);
      assert.deepEqual(tensors[name.replace("average", "network")]!.data, data, name);
    }
    assert.match(said, /from +.*step-000004\.safetensors, step 4: (\d+) of \1 tensors/);
    const { from, step } = await readPosition(checkpoint);
    assert.equal(from!.step, 4);
    assert.match(from!.path, /step-000004\.safetensors$/);
    assert.notEqual(step, 4, "it counts its own steps");
  },
});

Deno.test("exported weights and single checkpoints are started from as well, and give the same", async () => {
  const weights = join(folder, "weights.safetensors");
  await exportWeights(base, weights, memoryConsole());
  const [one, other] = [
    await tune("weights", recipe(), [`train.from=${weights}`]),
    await tune("checkpoint", recipe(), [`train.from=${join(base, "checkpoints", "step-000004.safetensors")}`]),
  ];
  for (const [name, { data }] of Object.entries(one.tensors)) assert.deepEqual(data, other.tensors[name]!.data, name);
});

Deno.test("what does not fit is drawn, and said; another meaning of the weights is warned of", async () => {
  const other = recipe().replace("block_depth: 1", "block_depth: 2").replace("max_frequency: 10", "max_frequency: 20");
  const { said } = await tune("partly", other, ["parametrization=noise"]);
  assert.match(said, /step 4: \d+ of \d+ tensors; not in it: down0\.block1\./);
  assert.match(said, /of another shape: .*\[1, 1, \d+, 4\] → \[1, 1, \d+, 4\]|not in it/);
  assert.match(said, /network\.max_frequency: 10 → 20/);
  assert.match(said, /parametrization: velocity → noise/);
  const file = join(folder, "partly.yaml");
  const { text } = await dryRun(file, {
    plugins: builtins,
    cache,
    runs: join(folder, "none"),
    overrides: ["parametrization=noise"],
  });
  assert.match(
    text,
    /^from .*step 4: [^]*may mean something else here:\s+network\.block[^]*parametrization: velocity → noise/m,
  );
});

Deno.test("a run that began from another model resumes with the same bits, and is refused another beginning", async () => {
  const whole = await tune("whole", recipe().replace("steps: 1", "steps: 2"));
  await tune("half", recipe());
  await Deno.rename(base, `${base}-away`); // it is not needed any more
  try {
    const half = await tune("half", recipe().replace("steps: 1", "steps: 2"));
    assert.equal(half.step, whole.step);
    for (const [name, { data }] of Object.entries(whole.tensors)) {
      assert.deepEqual(half.tensors[name]!.data, data, name);
    }
    assert.equal((await readPosition(half.checkpoint)).from!.step, 4);
    const drawn = recipe().replace(", from: runs/tiny", "");
    const [problem] = await problemsOf(tune("half", drawn));
    assert.match(problem!.help.join("\n"), /train: \{ from: runs\/tiny \} → \(none\)/);
  } finally {
    await Deno.rename(`${base}-away`, base);
  }
});

Deno.test("a model of which nothing fits is refused at its line, and so is one that is not there", async () => {
  const line = recipe().split("\n").findIndex((text) => text.startsWith("train:")) + 1;
  const unlike = recipe().replace(
    /network: .*/,
    "network: { use: attention-unet, widths: [16], attention_levels: [], block_depth: 1, image_dims: 16, embedding_dims: 8 }",
  );
  const [unfit] = await problemsOf(tune("unlike", unlike));
  assert.deepEqual([unfit!.code, unfit!.place!.line], ["foundation-unfit", line]);
  assert.match(unfit!.help.join("\n"), /it was trained with network: residual-unet, and this is attention-unet/);
  const [missing] = await problemsOf(tune("missing", recipe().replace("runs/tiny", "runs/tinny")));
  assert.deepEqual([missing!.code, missing!.place!.line], ["checkpoint-missing", line]);
});

Deno.test("a recipe from elsewhere may start from weights of this machine, and not of another", async () => {
  const run = join(folder, "shared");
  await Deno.mkdir(join(run, "checkpoints"), { recursive: true });
  await Deno.writeTextFile(join(run, "recipe.yaml"), recipe().replace("runs/tiny", "//host/share"));
  const [problem] = await problemsOf(readRecipe(run));
  assert.equal(problem!.code, "network-path");
  await Deno.writeTextFile(join(run, "recipe.yaml"), recipe());
  const { recipe: { train: { from } } } = await wire(await readRecipe(run));
  assert.match(from!, /tiny$/);
});

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
