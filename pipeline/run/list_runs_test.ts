/** Tests of what is told of the runs in a folder, and of a run that was misspelt. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { nearRuns } from "../recipe/near_runs.ts";
import { writeCheckpoint } from "./checkpoint.ts";
import { listRuns } from "./list_runs.ts";
import { lockFolder } from "./lock.ts";

/** A run folder: a recipe, a log, and a checkpoint of a step. */
async function makeRun(folder: string, train: string, log: readonly object[], at?: { step: number; epoch: number }) {
  await Deno.mkdir(join(folder, "checkpoints"), { recursive: true });
  await Deno.writeTextFile(join(folder, "recipe.yaml"), `train: ${train}\n`);
  await Deno.writeTextFile(join(folder, "log.jsonl"), log.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  if (at === undefined) return;
  const best = { metric: "noise", value: 0.25, step: 10 };
  const position = {
    ...at,
    batch: 0,
    measured: true,
    seed: 0,
    backend: "cpu",
    pictures: 9,
    best,
    metrics: {},
    seconds: 1,
  };
  const path = join(folder, "checkpoints", `step-${String(at.step).padStart(6, "0")}.safetensors`);
  await writeCheckpoint(path, { position, recipe: "name: x\n", tensors: {} });
}

Deno.test("listRuns() tells how far each run is, and whether somebody trains it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const log = [{ step: 1, loss: 0.9 }, { step: 10, loss: 0.5 }, { step: 10, event: "epoch", epoch: 1 }];
    await makeRun(join(folder, "half"), "{ epochs: 4 }", [...log, { step: 11, loss: 0.4 }], { step: 10, epoch: 1 });
    await makeRun(join(folder, "done"), "{ steps: 10 }", log, { step: 10, epoch: 1 });
    await makeRun(join(folder, "x-sweep", "now"), "{ steps: 30 }", [...log, { step: 12, loss: 0.3 }], {
      step: 10,
      epoch: 1,
    });
    await makeRun(join(folder, "begun"), "{ epochs: 4 }", []);
    await Deno.writeTextFile(join(folder, "begun", "recipe.yaml"), "train: 4\n");
    await Deno.mkdir(join(folder, "no run"));
    using _lock = await lockFolder(join(folder, "x-sweep", "now"));
    const told = (await listRuns(folder)).map(({ name, state, step, steps, epoch, epochs, loss, best }) =>
      [name, state, step, steps, epoch, epochs, loss, best?.value] as const
    ).sort();
    assert.deepEqual(told, [
      ["begun", "unknown", 0, null, 0, null, null, undefined],
      ["done", "finished", 10, 10, 1, null, 0.5, 0.25],
      // The step behind the checkpoint is done again: it does not count, and nor does its loss.
      ["half", "stopped", 10, 40, 1, 4, 0.5, 0.25],
      [join("x-sweep", "now"), "training", 12, 30, 1, null, 0.3, 0.25],
    ]);
    await Deno.utime(join(folder, "half", "log.jsonl"), 1, 4e9);
    const [first] = await listRuns(folder);
    assert.deepEqual([first!.name, first!.changed], ["half", new Date(4e12)], "the one that changed last");
    assert.ok(first!.bytes > 100);
    assert.deepEqual((await listRuns(join(folder, "half"))).map(({ name }) => name), ["half"], "a run itself");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("nearRuns() finds the run that was meant, wherever the folder is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of ["runs/my-pictures", "runs/other", "elsewhere/deep"]) {
      await makeRun(join(folder, name), "{}", []);
    }
    const near = async (path: string) => {
      const found = await nearRuns(join(folder, path));
      return [found.near, ...found.there].map((path) => path?.slice(folder.length + 1));
    };
    const runs = [join("runs", "my-pictures"), join("runs", "other")];
    assert.deepEqual(await near("runs/my-picturs"), [runs[0], ...runs]);
    assert.deepEqual(await near("rusn/my-pictures"), [runs[0], ...runs]);
    assert.deepEqual(await near("my-pictures"), [runs[0], ...runs]);
    assert.deepEqual(await near("runs"), [undefined, ...runs]);
    assert.deepEqual(await near("elsewhere/dep"), [join("elsewhere", "deep"), join("elsewhere", "deep")]);
    assert.deepEqual(await near("elsewhere/nothing-like-it"), [undefined, join("elsewhere", "deep")]);
    assert.deepEqual(await near("far/away/from/all"), [undefined]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
