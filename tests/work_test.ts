/** Work as programs have it: events in step with the loop, and leaving it stops and saves. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  builtins,
  DenoiseError,
  diffusionPicture,
  dryRun,
  evaluate,
  type EvaluateEvent,
  loadModel,
  openTraining,
  readRecipe,
  sample,
  type SampleEvent,
  train,
  type TrainEvent,
  type TrainOptions,
  Work,
} from "denoise";
import { silentConsole as console } from "../pipeline/terminal/silent.ts";
import { readSafetensors } from "../pipeline/run/safetensors.ts";

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const recipe = await readRecipe({
  name: "work",
  seed: 5,
  dataset: { use: "emoji", image_size: 8, batch_size: 16, categories: ["Activities"] },
  network: { use: "patch-unet", widths: [4, 8], block_depth: 1, embedding_dims: 4 },
  samplers: { preview: { use: "ddim", steps: 2 } },
  train: { epochs: 2, samples: { rows: 1, columns: 2 }, keep: { best: "noise" } },
  backend: "cpu",
});
const start = (name: string, options: Partial<TrainOptions> = {}) =>
  train(recipe, { folder: join(folder, name), cache: join(folder, "cache"), ...options });
const tensors = async (checkpoint: string | undefined) => (await readSafetensors(checkpoint!)).tensors;

/** Events but for progress, in short. */
const short = (event: TrainEvent) => `${event.type}${"step" in event ? ` ${event.step}/${event.epoch}` : ""}`;

Deno.test("train() tells of each step, and of what is done at the end of epochs, in order", async () => {
  const told: string[] = [];
  const labels = new Set<string>();
  const work = start("whole");
  for await (const event of work) {
    if (event.type === "progress") labels.add(event.label);
    else told.push(short(event));
    if (event.type === "start") assert.deepEqual([event.plan.totalSteps, event.plan.stepsPerEpoch], [8, 4]);
    if (event.type === "preview") assert.deepEqual(event.png, await Deno.readFile(event.file));
    if (event.type === "checkpoint") assert.ok((await Deno.stat(event.file)).isFile);
    if (event.type === "step") assert.ok(event.loss > 0 && event.losses.loss === event.loss);
    if (event.type === "metrics") assert.deepEqual(event.measured.map(({ label }) => label), ["noise", "image"]);
  }
  const epoch = (n: number) => [
    ...[3, 2, 1].map((left) => `step ${4 * n - left}/${n - 1}`),
    `step ${4 * n}/${n}`,
    ...["metrics", "preview", "checkpoint", "checkpoint", "epoch"].map((type) => `${type} ${4 * n}/${n}`),
  ];
  assert.deepEqual(told, ["start 0/0", ...epoch(1), ...epoch(2)]);
  assert.ok(labels.has("epoch 1/2"), [...labels].join());
  const { outcome, step, checkpoint, best } = await work;
  assert.deepEqual([outcome, step, best?.step], ["finished", 8, 8]);
  assert.ok(checkpoint!.endsWith("step-000008.safetensors"));
});

Deno.test("leaving the loop saves, and the run resumes to the bits of one that was not stopped", async () => {
  const work = start("left");
  for await (const event of work) if (event.type === "step" && event.step === 2) break;
  const { outcome, step, checkpoint } = await work;
  assert.deepEqual([outcome, step], ["interrupted", 3], "losses are read a step late");
  assert.ok(checkpoint!.endsWith("step-000003.safetensors"), "it is saved once the loop is left");
  // A loop that throws does the same, and what it throws is what comes out.
  await assert.rejects(async () => {
    for await (const { type } of start("left")) if (type === "metrics") throw new RangeError("mine");
  }, RangeError);
  const { checkpoint: resumed } = await start("left");
  assert.deepEqual(await tensors(resumed), await tensors((await start("whole")).checkpoint));
});

Deno.test("a signal stops work with or without a loop, and problems come out of both", async () => {
  const abort = new AbortController();
  const steps: number[] = [];
  const work = start("signal", { signal: abort.signal });
  for await (const event of work) {
    if (event.type === "step") steps.push(event.step);
    if (steps.length === 2) abort.abort();
  }
  assert.equal((await work).outcome, "interrupted");
  assert.ok(steps.length < 8, steps.join());
  assert.equal((await start("signal", { signal: AbortSignal.abort() })).outcome, "interrupted");

  const broken = () => train(join(folder, "none.yaml"));
  await assert.rejects(broken(), DenoiseError);
  await assert.rejects(Array.fromAsync(broken()), ({ problems }) => problems[0].code === "missing-recipe");
});

Deno.test("sample() tells of each picture, evaluate() of each number, and both stop where the loop is left", async () => {
  const run = join(folder, "whole");
  const out = join(folder, "pictures");
  const drawn: Extract<SampleEvent, { type: "picture" }>[] = [];
  for await (const event of sample(run, { seed: [3, 9, 4], out, batch: 1 })) {
    if (event.type === "picture") drawn.push(event);
  }
  assert.deepEqual(drawn.map(({ index, total, picture }) => [index, total, picture.seed]), [[0, 3, 3], [1, 3, 9], [
    2,
    3,
    4,
  ]]);
  for (const { file, picture } of drawn) assert.deepEqual(await Deno.readFile(file!), await picture.png());

  const some = sample(run, { count: 3, batch: 1, out: join(folder, "some") });
  for await (const { type } of some) if (type === "picture") break;
  const { outcome, images } = await some;
  assert.deepEqual([outcome, images.length], ["interrupted", 1]);

  const measured: Extract<EvaluateEvent, { type: "measurement" }>[] = [];
  const work = evaluate(run, { cache: join(folder, "cache") });
  for await (const event of work) if (event.type === "measurement") measured.push(event);
  assert.deepEqual((await work).metrics, measured.map(({ type: _, ...measurement }) => measurement));
  assert.deepEqual(measured.map(({ label }) => label), ["noise", "image"]);
});

Deno.test("Work waits for its loop, keeps only the newest progress, and is gone through once", async () => {
  const log: string[] = [];
  const work = new Work<{ type: string; n: number }, string>(async ({ tell }) => {
    for (let n = 0; n < 3; n++) {
      await tell({ type: "step", n });
      log.push(`after ${n}`);
      for (let i = 0; i < 5; i++) void tell({ type: "progress", n: 10 * n + i });
    }
    return "done";
  });
  for await (const { type, n } of work) {
    log.push(`${type} ${n}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.equal(await work, "done");
  assert.deepEqual(log.filter((line) => !line.startsWith("progress")), [
    ...["step 0", "after 0", "step 1", "after 1", "step 2", "after 2"],
  ]);
  assert.deepEqual(log.filter((line) => line.startsWith("progress")), ["progress 4", "progress 14", "progress 24"]);
  assert.throws(() => work[Symbol.asyncIterator](), TypeError);

  // Awaited within its own loop it does not wait for that loop.
  const awaited = new Work<{ type: string }, number>(async ({ tell }) => {
    await tell({ type: "step" });
    await tell({ type: "step" });
    return 7;
  });
  for await (const _ of awaited) assert.equal(await awaited, 7);
});

Deno.test("work that has the backend alone refuses other work in the process, and gives it back however it ends", async () => {
  const taken = (error: unknown) => {
    assert.ok(error instanceof DenoiseError);
    assert.equal(error.problems[0]!.code, "backend-taken");
    assert.match(error.message, /^Cannot start the backend "cpu": training is under way on "cpu" in this process/);
    return true;
  };
  const { folder: trained } = await start("alone");
  const own = { folder: join(folder, "beside"), cache: join(folder, "cache") };
  for await (const event of start("busy")) {
    if (event.type !== "step" || event.step !== 2) continue;
    await assert.rejects(start("other"), taken);
    await assert.rejects(openTraining(recipe, own), taken);
    await assert.rejects(sample(trained, { count: 1, out: join(folder, "none") }), taken);
    await assert.rejects(evaluate(trained), taken);
    await assert.rejects(loadModel(trained), taken);
    await assert.rejects(dryRun(join(trained, "recipe.yaml"), { plugins: builtins }), taken);
    const out = join(folder, "diffusion.png");
    await assert.rejects(diffusionPicture(join(trained, "recipe.yaml"), { plugins: builtins, out }, console), taken);
  }
  const [one, two] = await Promise.all([start("first"), start("second").catch((error) => taken(error))]);
  assert.equal(one.outcome, "finished");
  assert.equal(two, true);
  {
    await using training = await openTraining(recipe, own);
    await assert.rejects(start("other"), taken);
    assert.equal(training.position.step, 0);
  }
  await assert.rejects(start("none", { cache: "\0" }));
  const stopped = await start("stopped", { signal: AbortSignal.abort() });
  assert.equal(stopped.outcome, "interrupted");
  // All the same bits: nobody has disturbed anybody.
  const bits = await tensors((await start("alone")).checkpoint);
  assert.deepEqual(await tensors((await start("busy")).checkpoint), bits);
  assert.deepEqual(await tensors(one.checkpoint), bits);
});

Deno.test("Work stops where its events are given up before the first, or while one is waited for", async () => {
  for (const looks of [0, 1]) {
    const work = new Work<{ type: "told" }, string>(async ({ tell, signal }) => {
      if (looks === 0) await tell({ type: "told" });
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "stopped";
    });
    const events = work[Symbol.asyncIterator]();
    const first = looks === 0 ? undefined : events.next();
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(await events.return(), { done: true, value: undefined });
    assert.deepEqual(await first, looks === 0 ? undefined : { done: true, value: undefined });
    assert.equal(await work, "stopped");
  }
});
