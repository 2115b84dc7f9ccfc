/** Tests of the files of a run: its log, its lock, its checkpoints, its folder. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DenoiseError } from "../problems/problem.ts";
import {
  type Checkpoint,
  findCheckpoint,
  listCheckpoints,
  newestGood,
  type Position,
  prune,
  readPosition,
  writeCheckpoint,
} from "./checkpoint.ts";
import { lockFolder } from "./lock.ts";
import { type LogEntry, readLog, RunLog } from "./log.ts";
import { runFolderAt, runFolderOf, takeRunFolder } from "./run_folder.ts";
import { writeSafetensors } from "./safetensors.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const step = (step: number): LogEntry => ({ step, loss: 1 / step });

Deno.test("RunLog.open() cuts off later steps and what was not finished", () =>
  inFolder(async (folder) => {
    const path = join(folder, "log.jsonl");
    const entries = [{ step: 0, event: "start" }, step(1), step(2), { step: 2, event: "metrics", noise: 0.5 }, step(3)];
    {
      using log = await RunLog.open(path, 0);
      for (const entry of entries) log.append(entry);
      await log.sync();
    }
    assert.deepEqual(await readLog(path), entries);
    await Deno.writeTextFile(path, '{"step":4,"lo', { append: true });
    assert.deepEqual(await readLog(path), entries);
    {
      using log = await RunLog.open(path, 2);
      log.append({ step: 2, event: "resume" });
      log.append(step(3));
    }
    assert.deepEqual(await readLog(path), [...entries.slice(0, 4), { step: 2, event: "resume" }, step(3)]);
    {
      using _ = await RunLog.open(path, 100);
    }
    assert.equal((await readLog(path)).length, 6, "nothing is cut where nothing is later");
    const lines = [step(1), step(2)].map((entry) => `${JSON.stringify(entry)}\n`);
    const damage = ["zeros left by a power failure", `{"step":"1"}`, `{"step":-1}`, "x".repeat(3e6), "null", ""];
    await Deno.writeTextFile(path, `${lines.join(damage.join("\n") + "\n")}${damage.join("\n")}\n`);
    assert.deepEqual(await readLog(path), [step(1), step(2)]);
    {
      using log = await RunLog.open(path, 9);
      log.append(step(10));
    }
    assert.deepEqual(await readLog(path), [step(1), step(2), step(10)], "damage loses no entry that is whole");
    assert.equal((await Deno.readTextFile(path)).split("\n").length, 3 + damage.length + 1, "what ends it is cut off");
  }));

Deno.test("RunLog.open() cuts off what was due at a step and is done again, and keeps it where it was done", () =>
  inFolder(async (folder) => {
    const path = join(folder, "log.jsonl");
    const before = [step(1), step(2), { step: 2, event: "warning", message: "slow" }];
    const due = [{ step: 2, event: "epoch", epoch: 1 }, { step: 2, event: "samples", file: "a.png" }];
    const text = [...before, ...due].map((entry) => `${JSON.stringify(entry)}\n`).join("");
    for (const [measured, left] of [[true, [...before, ...due]], [false, before]] as const) {
      await Deno.writeTextFile(path, text);
      using _ = await RunLog.open(path, 2, measured);
      assert.deepEqual(await readLog(path), left);
    }
  }));

Deno.test("lockFolder() keeps a second one out until the first lets go", () =>
  inFolder(async (folder) => {
    const first = await lockFolder(folder);
    await assert.rejects(lockFolder(folder), (error) => {
      assert.ok(error instanceof DenoiseError);
      assert.equal(error.problems[0]!.code, "run-busy");
      assert.match(
        error.message,
        new RegExp(`process ${Deno.pid} is already training there; it began at \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d$`),
      );
      return true;
    });
    first[Symbol.dispose]();
    (await lockFolder(folder))[Symbol.dispose]();
  }));

Deno.test("lockFolder() is not held up by a process that was killed", () =>
  inFolder(async (folder) => {
    const module = new URL("./lock.ts", import.meta.url).href;
    const source = join(folder, "hold.ts");
    const code = `import { lockFolder } from ${JSON.stringify(module)};
      const lock = await lockFolder(${JSON.stringify(folder)});
      console.log("held");
      setInterval(() => lock, 1000);`;
    await Deno.writeTextFile(source, code);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--allow-read", "--allow-write", source],
      stdout: "piped",
    }).spawn();
    await child.stdout.pipeThrough(new TextDecoderStream()).values().next();
    await assert.rejects(lockFolder(folder), new RegExp(`process ${child.pid} is already`));
    child.kill("SIGKILL");
    await child.status;
    (await lockFolder(folder))[Symbol.dispose]();
  }));

const position: Position = {
  ...{ step: 0, epoch: 1, batch: 2, measured: true, seed: 3, backend: "cpu", pictures: 4, metrics: {}, seconds: 5 },
};
const checkpoint = (step: number): Checkpoint => ({
  position: { ...position, step },
  recipe: "name: x\n",
  tensors: { "state/step": { dtype: "I32", shape: [], data: new Int32Array([step]) } },
});
const file = (folder: string, step: number) => join(folder, `step-${String(step).padStart(6, "0")}.safetensors`);

Deno.test("prune() keeps the newest checkpoints, and always one", () =>
  inFolder(async (folder) => {
    for (const step of [5, 999_999, 1_000_000, 10]) await writeCheckpoint(file(folder, step), checkpoint(step));
    await writeCheckpoint(join(folder, "best.safetensors"), checkpoint(5));
    assert.deepEqual((await listCheckpoints(folder)).map(({ step }) => step), [1_000_000, 999_999, 10, 5]);
    await prune(folder, 2);
    const kept = ["best.safetensors", "step-1000000.safetensors", "step-999999.safetensors"];
    assert.deepEqual(names(folder), kept);
    await prune(folder, 0);
    assert.deepEqual(names(folder), kept.slice(0, 2));
  }));

Deno.test("prune() continues where a checkpoint cannot be removed", () =>
  inFolder(async (folder) => {
    for (const step of [10, 20, 30]) await writeCheckpoint(file(folder, step), checkpoint(step));
    await Deno.mkdir(join(file(folder, 25), "inside"), { recursive: true }); // not empty: it is not removed
    await prune(folder, 1);
    assert.deepEqual(names(folder), ["step-000025.safetensors", "step-000030.safetensors"]);
  }));

Deno.test("newestGood() passes over damaged files, and findCheckpoint() over what is none", () =>
  inFolder(async (run) => {
    const folder = join(run, "checkpoints");
    for (const step of [1, 2, 3]) await writeCheckpoint(file(folder, step), checkpoint(step));
    await Deno.truncate(file(folder, 3), 40);
    await writeSafetensors(file(folder, 2), {}, { recipe: "of something else" });
    const damaged: string[] = [];
    const found = await newestGood(folder, (path) => void damaged.push(path));
    assert.equal(found!.checkpoint.position.step, 1);
    assert.deepEqual(damaged, [file(folder, 3), file(folder, 2)]);
    for (const path of [run, folder, file(folder, 1)]) {
      assert.equal((await findCheckpoint(path, () => {})).path, file(folder, 1));
    }
    assert.deepEqual(await readPosition(file(folder, 1)), { ...position, step: 1 });
    await assert.rejects(findCheckpoint(join(run, "other"), () => {}), /Cannot find run/);
    const other = join(run, "tiny.yaml");
    for (const path of [other, join(run, "recipe.yaml")]) await Deno.writeTextFile(path, "name: tiny");
    const help = async (path: string) => {
      const error = await findCheckpoint(path, () => {}).catch((error: DenoiseError) => error);
      assert.ok(error instanceof DenoiseError && error.problems[0]!.code === "checkpoint-other", path);
      return error.problems[0]!.help;
    };
    assert.deepEqual(await help(join(run, "recipe.yaml")), [`name its run folder: ${run}`]);
    await Deno.remove(file(folder, 1));
    await assert.rejects(newestGood(folder, () => {}), /every checkpoint is damaged/);
    assert.equal(await newestGood(join(run, "none"), () => {}), undefined);
    await Deno.remove(folder, { recursive: true });
    assert.deepEqual(await help(other), [
      "name a run folder, such as runs/tiny, or a checkpoint in it",
      `train first: deno task run ${other}`,
    ]);
  }));

Deno.test("takeRunFolder() removes what killed writers left, and moves an old run aside when asked", () =>
  inFolder(async (folder) => {
    const run = join(folder, "runs", "x");
    await writeCheckpoint(file(join(run, "checkpoints"), 7), checkpoint(7));
    await Deno.writeTextFile(`${file(join(run, "checkpoints"), 8)}.0123abcd.tmp`, "half");
    (await takeRunFolder(run, { fresh: false, moved: () => assert.fail() }))[Symbol.dispose]();
    assert.deepEqual(names(join(run, "checkpoints")), ["step-000007.safetensors"]);
    const moved: string[] = [];
    for (let i = 0; i < 2; i++) {
      (await takeRunFolder(run, { fresh: true, moved: (to) => moved.push(to) }))[Symbol.dispose]();
    }
    assert.deepEqual(moved, [`${run}.old-1`], "what is empty is not moved");
    assert.deepEqual(names(join(`${run}.old-1`, "checkpoints")), ["step-000007.safetensors"]);
  }));

Deno.test("takeRunFolder() says where nothing can be written", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "runs"), "a file");
    const path = join(folder, "runs", "x");
    await assert.rejects(takeRunFolder(path, { fresh: false, moved: () => {} }), (error: DenoiseError) => {
      assert.equal(error.problems[0]!.code, "run-folder-unwritable");
      assert.ok(error.message.startsWith(`Cannot write to the run folder "${path}": `), error.message);
      return true;
    });
  }));

Deno.test("runFolderOf() is runs/<name>, or the run that was named itself", () =>
  inFolder(async (folder) => {
    const run = join(folder, "elsewhere", "mine");
    const path = file(join(run, "checkpoints"), 7);
    await writeCheckpoint(path, checkpoint(7));
    const average = join(run, "averages", "step-000007-std-0.07.safetensors");
    for (const named of [run, join(run, "recipe.yaml"), path, average]) {
      assert.equal(await runFolderOf(named, "x", "runs"), run);
      assert.equal(await runFolderAt(named), run);
    }
    assert.equal(await runFolderAt(join(folder, "recipe.yaml")), undefined);
    assert.equal(await runFolderOf(join(folder, "recipe.yaml"), "x", "runs"), join("runs", "x"));
    assert.equal(await runFolderOf(folder, "x", "runs"), join("runs", "x"));
  }));
