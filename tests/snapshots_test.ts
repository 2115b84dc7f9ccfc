/** Snapshots of a run: which are kept, what they hold, what takes them, and what resuming does with them. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { builtins, dryRun, listSnapshots, sample, train } from "../mod.ts";
import { listRuns } from "../pipeline/run/list_runs.ts";
import { readSafetensors } from "../pipeline/run/safetensors.ts";
import { trainTiny } from "./tiny_model.ts";
import { problemsOf } from "./problems.ts";

const folder = await Deno.makeTempDir();
const run = await trainTiny(folder, ["train.steps=10", "train.snapshots=4 steps"]);
const stepsOf = async () => (await listSnapshots(run)).map(({ step }) => step);

Deno.test("a run keeps the average weights of the steps that its recipe names, and of the last", async () => {
  assert.deepEqual(await stepsOf(), [4, 8, 10]);
  const { tensors: kept, metadata } = await readSafetensors((await listSnapshots(run)).at(-1)!.path);
  const { tensors } = await readSafetensors(join(run, "checkpoints", "step-000010.safetensors"));
  for (const [name, { data }] of Object.entries(kept)) {
    const own = tensors[`state/average/trainable/${name}`] ?? tensors[`state/average/buffers/${name}`];
    assert.deepEqual(data, own?.data, name);
  }
  assert.equal(JSON.parse(metadata.position!).step, 10);
});

Deno.test("a snapshot is a model: it draws into its run, and the last as the checkpoint does", async () => {
  const [first, , last] = await listSnapshots(run);
  const draw = async (target: string) => {
    const { folder: out, images } = await sample(target, { plugins: builtins, count: 1 });
    assert.equal(out, join(run, "generated"));
    return await Deno.readFile(join(out, images[0]!.file!));
  };
  const [drawn, early] = [await draw(run), await draw(first!.path)];
  assert.deepEqual(await draw(last!.path), drawn);
  assert.notDeepEqual(early, drawn);
});

Deno.test("a snapshot is not trained from, and counts to the size of its run", async () => {
  const { path } = (await listSnapshots(run))[0]!;
  const [problem] = await problemsOf(train(path, { plugins: builtins }));
  assert.equal(problem!.code, "weights-alone");
  const size = async () => (await listRuns(run))[0]!.bytes;
  const bytes = await size();
  await Deno.remove(path);
  const less = await size();
  assert.ok(bytes - less > 10_000, `${bytes} and ${less} bytes`);
});

Deno.test("resuming from an earlier step removes what was kept after it", async () => {
  const checkpoints = join(run, "checkpoints");
  for await (const { name } of Deno.readDir(checkpoints)) {
    if (name !== "step-000008.safetensors") await Deno.remove(join(checkpoints, name));
  }
  const trained = await train(join(run, "recipe.yaml"), {
    plugins: builtins,
    folder: run,
    cache: join(folder, "cache"),
    overrides: ["train.snapshots=20 steps", "train.steps=11"],
  });
  assert.equal(basename(trained.checkpoint!), "step-000011.safetensors");
  assert.deepEqual(await stepsOf(), [8, 11]);
});

Deno.test("without the option nothing is kept, and a dry run says what is", async () => {
  const recipe = join(folder, "tiny.yaml");
  const { text } = await dryRun(recipe, {
    plugins: builtins,
    runs: join(folder, "none"),
    overrides: ["train.snapshots=5 epochs"],
  });
  assert.match(text, /^snapshots +the average every 5 epochs: 1 × 8\.\d kB, 8\.\d kB in all$/m);
  const two = await dryRun(recipe, {
    plugins: builtins,
    runs: join(folder, "none"),
    overrides: ["train.snapshots=2 steps", "ema=power-function"],
  });
  assert.match(two.text, /^snapshots +2 averages every 2 steps: 2 × 1\d kB, 3\d kB in all$/m);
  assert.match(two.text, /weights, their 2 averages and the optimizer's moments: 4\d kB$/m);
  assert.doesNotMatch((await dryRun(recipe, { plugins: builtins, runs: join(folder, "none") })).text, /^snapshots/m);
});
