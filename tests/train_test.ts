/** Runs from start to end: what they leave behind, how they resume, what they refuse. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  builtins,
  dryRun,
  evaluate,
  type EvaluateResult,
  runs,
  sample,
  type SampleOptions,
  train,
  type TrainOptions,
  type TrainResult,
} from "../mod.ts";
import { readLog } from "../pipeline/run/log.ts";
import { readSafetensors } from "../pipeline/run/safetensors.ts";
import { takeRunFolder } from "../pipeline/run/run_folder.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { testRuns } from "./backends.ts";
import { refusalOf } from "./problems.ts";

const recipe = (backend: string) => `
name: small
seed: 5
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
loss: { use: denoising, weighting: noise }
parametrization: noise
samplers: { preview: { use: ddim, steps: 3, stochasticity: 0.5 }, quick: { use: ddim, steps: 2 } }
train: { epochs: 2, keep: { last: 2, best: noise }, samples: { rows: 1, columns: 3 } }
backend: ${backend}
`;

/** A folder with the recipe, and commands that work in it. */
async function workplace(backend: string) {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "small.yaml");
  await Deno.writeTextFile(file, recipe(backend));
  const shared = { plugins: builtins, cache: join(folder, "cache") };
  const run = join(folder, "runs", "small");
  return {
    folder,
    file,
    run,
    async train(overrides: string[] = [], options: Partial<TrainOptions> = {}, target = file) {
      const output = memoryConsole();
      const result: TrainResult = await train(
        target,
        { ...shared, runs: join(folder, "runs"), overrides, ...options },
        output,
      );
      return { ...result, output };
    },
    async sample(target: string, options: Partial<SampleOptions> = {}) {
      const output = memoryConsole();
      return { ...await sample(target, { plugins: builtins, ...options }, output), output };
    },
    async evaluate(target: string): Promise<EvaluateResult> {
      return await evaluate(target, shared, memoryConsole());
    },
    names: (...path: string[]) => [...Deno.readDirSync(join(folder, ...path))].map(({ name }) => name).sort(),
    tensors: async (result: TrainResult) => (await readSafetensors(result.checkpoint!)).tensors,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** A metric that fails until the file `mended` lies beside it. */
const failing = (folder: string) => `
import { plugin, z } from "denoise/plugin";
export default plugin({
  kind: "metric",
  name: "failing",
  summary: "Fails until it is mended",
  options: z.object({}),
  create: () => ({
    better: { failing: "lower" },
    async measure() {
      await Deno.stat(${JSON.stringify(join(folder, "mended"))});
      return { failing: 1 };
    },
  }),
});
`;

testRuns("train() keeps what it trained where a metric or a sampler fails, and resumes from there", async (backend) => {
  await using place = await workplace(backend);
  await Deno.writeTextFile(join(place.folder, "failing.ts"), failing(place.folder));
  const file = join(place.folder, "failing.yaml");
  const every = "{ use: failing, every: 6 steps }";
  await Deno.writeTextFile(
    file,
    `plugins: [./failing.ts]\nmetrics: [${every}]\n${recipe(backend).replace(", best: noise", "")}`,
  );
  const train = () => place.train(["train.checkpoint=2 epochs"], {}, file);
  await assert.rejects(train(), /Cannot look at ".*": it is not there/);
  assert.deepEqual(place.names("runs", "small", "checkpoints"), ["step-000006.safetensors"]);
  await Deno.writeTextFile(join(place.folder, "mended"), "");
  const { outcome, step, output } = await train();
  assert.deepEqual([outcome, step], ["finished", 8]);
  assert.match(output.lines.join("\n"), /failing 1/, "what failed is measured");
});

testRuns("train() leaves recipe, log, checkpoints and samples, and says what it does", async (backend) => {
  await using place = await workplace(backend);
  const { output, ...result } = await place.train();
  assert.deepEqual([result.outcome, result.step, result.epoch], ["finished", 8, 2]);
  assert.deepEqual(place.names("runs", "small"), [
    ".lock",
    "checkpoints",
    "data",
    "log.jsonl",
    "recipe.yaml",
    "report.html",
    "samples",
  ]);
  const checkpoints = ["best.safetensors", "step-000004.safetensors", "step-000008.safetensors"];
  assert.deepEqual(place.names("runs", "small", "checkpoints"), checkpoints);
  assert.deepEqual(place.names("runs", "small", "samples"), ["epoch-001.png", "epoch-002.png"]);

  const log = await readLog(join(place.run, "log.jsonl"));
  const steps = log.filter(({ event }) => event === undefined).map(({ step }) => step);
  assert.deepEqual(steps, [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.ok(log.every(({ event, loss }) => event !== undefined || (typeof loss === "number" && loss > 0)));
  assert.deepEqual(
    log.filter(({ event }) => event !== undefined).map(({ step, event }) => `${step} ${event}`),
    ["0 start", "4 epoch", "4 metrics", "4 samples", "8 epoch", "8 metrics", "8 samples"],
  );
  // 8×8 emoji are learnt alike, seen or not: as many training pictures, with the same draws, come near.
  for (const { noise, "noise training": training } of log.filter(({ event }) => event === "metrics")) {
    assert.ok(Math.abs(Number(noise) - Number(training)) < 0.05, `${noise} and ${training}`);
    assert.notEqual(noise, training);
  }
  const zero = log[0]!.zero_output_loss as number; // noise under mean absolute error: sqrt(2 / pi)
  assert.ok(Math.abs(zero - Math.sqrt(2 / Math.PI)) < 0.02, String(zero));

  const page = await Deno.readTextFile(join(place.run, "report.html"));
  assert.match(
    page,
    /<dt>Validation error: noise<\/dt><dd>0\.\d{4} at epoch 2, the best<span class="note">Lower is better\. /,
  );
  assert.match(page, /Training pictures, measured alike: 0\.\d{4}: validation is \d+\.\d % (above|below)\./);

  const said = output.lines.join("\n");
  assert.match(said, /^denoise \d+\.\d+ {2}small: emoji, 8×8$/m);
  assert.match(said, /^network {6}residual-unet, 2,063 parameters, [\d.]+ MFLOP a step$/m);
  assert.match(
    said,
    /^epoch {2}1 {5}loss 0\.\d{4} {3}validation: noise 0\.\d{4}, image \d\.\d{4} {3}training: 0\.\d{4}, \d\.\d{4} {3}best$/m,
  );
  assert.match(said, /^pictures {5}.*epoch-002\.png$/m);
  assert.ok(output.lines.every((line) => line.length <= 100 || line.includes(place.folder)), said);
  assert.match(
    output.progressed.join("\n"),
    /^epoch 1\/2 +50 % {2}loss 0\.\d{4} {2}[\d.,]+ images\/s$/m,
  );
  assert.deepEqual(output.warnings, []);
});

testRuns(
  "train() for more epochs gives the weights of one longer run; a run folder serves as its recipe",
  async (backend) => {
    await using place = await workplace(backend);
    await using other = await workplace(backend);
    await place.train();
    const longer = await place.train(["train.epochs=3"], {}, place.run);
    assert.equal(longer.folder, place.run);
    const whole = await other.train(["train.epochs=3"]);
    assert.deepEqual(await place.tensors(longer), await other.tensors(whole));
    assert.match(longer.output.lines.join("\n"), /resuming after step 8/);
    const again = await place.train(["train.epochs=3"]);
    assert.deepEqual([again.step, again.outcome], [12, "finished"]);
    assert.match(again.output.lines.join("\n"), /already trained for as long as the recipe asks: 12 steps/);
  },
);

testRuns("train() ends well where its report cannot be written, and says how to get it", async (backend) => {
  await using place = await workplace(backend);
  await Deno.mkdir(join(place.run, "report.html"), { recursive: true }); // no file can be written there
  const { outcome, output } = await place.train(["train.epochs=1"]);
  assert.equal(outcome, "finished");
  assert.match(output.warnings.join("\n"), /Cannot write the report of the run[^]*deno task report/);
});

testRuns(
  "train() that is interrupted before its first step leaves what it prepares, and trains the same later",
  async (backend) => {
    await using place = await workplace(backend);
    await using other = await workplace(backend);
    const calm = await place.train();
    for (const label of ["backend", "data", "run"]) {
      const controller = new AbortController();
      const output = memoryConsole();
      const line = output.line;
      output.line = (text = "") => {
        line(text);
        if (text.startsWith(label)) setTimeout(() => controller.abort(new DOMException("", "AbortError")));
      };
      const held: string[] = [];
      const hold = () => (held.push("held"), { [Symbol.dispose]: () => void held.push("released") });
      const result = await train(other.file, {
        plugins: builtins,
        cache: join(other.folder, "cache"),
        runs: join(other.folder, "runs"),
        signal: controller.signal,
        hold,
      }, output);
      assert.deepEqual([result.outcome, result.step], [
        "interrupted",
        result.checkpoint === undefined ? 0 : result.step,
      ]);
      assert.match(output.lines.join("\n"), /^stopping …$[^]*^resume with: deno task run/m);
      assert.ok(held.length === 0 || held.join() === "held,released", "what is held is released");
    }
    const later = await other.train();
    assert.deepEqual(await other.tensors(later), await place.tensors(calm));
  },
);

testRuns("train() that is interrupted finishes its step, saves, says how to resume, and then does", async (backend) => {
  await using place = await workplace(backend);
  await using other = await workplace(backend);
  for (const last of [2, 4, 7]) { // 4: in the middle of an epoch's metrics and samples
    const controller = new AbortController();
    const output = memoryConsole();
    let steps = 0;
    const before = (await Deno.stat(place.run).catch(() => undefined)) === undefined ? 0 : last === 4 ? 2 : 4;
    output.progress = ({ label }) => {
      if (label.startsWith("epoch")) steps++;
      if (before + steps === last && (last !== 4 || label === "sampling")) {
        controller.abort(new DOMException("", "AbortError"));
      }
    };
    const options = { plugins: builtins, cache: join(place.folder, "cache"), runs: join(place.folder, "runs") };
    const result = await train(place.file, { ...options, signal: controller.signal, command: "go" }, output);
    assert.deepEqual([result.outcome, result.step], ["interrupted", last]);
    const name = `step-${String(last).padStart(6, "0")}.safetensors`;
    assert.deepEqual(output.lines.slice(-3), [
      "stopping after this step …",
      `saved ${join(place.run, "checkpoints", name)}`,
      `resume with: go --runs ${join(place.folder, "runs")} ${place.file}`,
    ]);
    const made = /^epoch {2}1 {5}loss 0\.\d{4} {3}validation: /m; // what was due, with the loss of the process before
    if (last === 7) assert.match(output.lines.join("\n"), made);
  }
  const resumed = await place.train();
  const whole = await other.train();
  assert.deepEqual(await place.tensors(resumed), await other.tensors(whole));
  const entries = async (run: string) =>
    (await readLog(join(run, "log.jsonl"))).filter(({ event }) => !["start", "resume", "epoch"].includes(event!));
  assert.deepEqual(await entries(place.run), await entries(other.run), "what was interrupted is made up for, once");
});

testRuns("train() refuses a recipe that changed, and starts over with fresh", async (backend) => {
  await using place = await workplace(backend);
  await place.train(["train.epochs=1"]);
  const error = await refusalOf(place.train(["optimizer.learning_rate=0.5", "seed=6"]));
  assert.equal(error.problems[0]!.code, "recipe-changed");
  assert.ok(error.problems[0]!.help.some((line) => line.includes("optimizer.learning_rate: 0.001 → 0.5")));
  assert.ok(error.problems[0]!.help.some((line) => line.includes("seed: 5 → 6")));
  const fresh = await place.train(["optimizer.learning_rate=0.5", "train.epochs=1"], { fresh: true });
  assert.equal(fresh.step, 4);
  assert.deepEqual(place.names("runs"), ["small", "small.old-1"]);
  assert.ok(place.names("runs", "small.old-1", "checkpoints").includes("step-000004.safetensors"));
});

testRuns("train() continues with other samplers and metrics, to the same weights, and says so", async (backend) => {
  await using place = await workplace(backend);
  await using other = await workplace(backend);
  await place.train(["train.epochs=1"]);
  const longer = await place.train(["samplers.quick.steps=1", "metrics=[{ use: validation-error, error: mse }]"]);
  assert.match(longer.output.warnings.join("\n"), /Samplers or metrics have changed[^]*quick\.steps: 2 → 1/);
  assert.deepEqual(await place.tensors(longer), await other.tensors(await other.train()));
});

Deno.test({
  name: "train() continues on another backend, and says that it is not bit for bit",
  sanitizeResources: false, // the threads of a backend outlive the test that started them
  sanitizeOps: false,
  async fn() {
    await using place = await workplace("wasm");
    await place.train(["train.epochs=1"]);
    const { step, output } = await place.train(["backend=cpu"]);
    assert.equal(step, 8);
    assert.match(output.warnings.join("\n"), /Backend was wasm and is now cpu: .* not bit for bit/);
    assert.deepEqual((await place.train(["backend=cpu", "train.epochs=3"])).output.warnings, []);
  },
});

testRuns("train() refuses a folder in which another run trains", async (backend) => {
  await using place = await workplace(backend);
  const { folder } = await place.train(["train.epochs=1"]);
  // Another process, as far as the folder knows: in this one, a training has the backend alone.
  using _other = await takeRunFolder(folder, { fresh: false, moved: () => {} });
  const problem = (await refusalOf(place.train())).problems[0]!;
  assert.equal(problem.code, "run-busy");
  assert.match(problem.message, new RegExp(`process ${Deno.pid} is already training there`));
});

testRuns("train() falls back to the checkpoint before a damaged one, with the same result", async (backend) => {
  await using place = await workplace(backend);
  const first = await place.train();
  const expected = await place.tensors(first);
  const bytes = await Deno.readFile(first.checkpoint!);
  bytes[bytes.length - 100]! ^= 4;
  await Deno.writeFile(first.checkpoint!, bytes);
  const again = await place.train();
  assert.match(again.output.warnings.join("\n"), /step-000008.*checksum.*\n.*step-000004/);
  assert.deepEqual(await place.tensors(again), expected);
  assert.ok(place.names("runs", "small", "checkpoints").includes("step-000008.safetensors.damaged"));

  for (const name of ["step-000004.safetensors", "step-000008.safetensors"]) {
    await Deno.truncate(join(place.run, "checkpoints", name), 1000);
  }
  const error = await refusalOf(place.train());
  assert.equal(error.problems[0]!.code, "checkpoints-damaged");
});

testRuns("train() stops at a loss that is not finite, and keeps the last good checkpoint", async (backend) => {
  await using place = await workplace(backend);
  const overrides = ["optimizer.learning_rate=1e30", "train.checkpoint=1 steps", "train.epochs=20"];
  const error = await refusalOf(place.train(overrides));
  const [problem] = error.problems;
  assert.equal(problem!.code, "diverged");
  assert.match(problem!.message, /^Training stopped at step \d+: /);
  assert.match(problem!.help.join("\n"), /learning rate/);
  for (const name of place.names("runs", "small", "checkpoints")) {
    const { tensors } = await readSafetensors(join(place.run, "checkpoints", name));
    for (const [path, { dtype, data }] of Object.entries(tensors)) {
      if (dtype === "F32") assert.ok((data as Float32Array).every(Number.isFinite), `${name} ${path}`);
    }
  }
});

testRuns(
  "train() and a dry run refuse a batch that an epoch does not fill, and a folder that is not there",
  async (backend) => {
    await using place = await workplace(backend);
    const batch = "dataset.batch_size=4096";
    const runs = join(place.folder, "runs");
    const dry = (overrides: string[]) => dryRun(place.file, { plugins: builtins, runs, overrides });
    for (const error of [await refusalOf(place.train([batch])), await refusalOf(dry([batch]))]) {
      assert.equal(error.problems[0]!.code, "batch-too-large");
      assert.equal(error.problems[0]!.place?.line, 1);
      assert.equal(error.problems[0]!.place?.column, "dataset.".length + 1);
    }
    const dataset = "dataset={ use: image-folder, folder: /not/there, image_size: 8, batch_size: 4 }";
    for (const error of [await refusalOf(place.train([dataset])), await refusalOf(dry([dataset]))]) {
      assert.match(error.message, /Cannot find folder "\/not\/there"/);
    }
  },
);

testRuns("sample() gives the same picture for a seed, whatever the batch, from a checkpoint alone", async (backend) => {
  await using place = await workplace(backend);
  const { checkpoint } = await place.train();
  const alone = join(place.folder, "alone.safetensors");
  await Deno.copyFile(checkpoint!, alone);
  const out = join(place.folder, "out");
  const many = await place.sample(place.run, { count: 5, seed: 7, out, grid: join(place.folder, "grid.png") });
  await Deno.remove(place.run, { recursive: true });
  const one = await place.sample(alone, { count: 1, seed: 9, batch: 1, out: join(place.folder, "one") });
  assert.deepEqual(many.images[2], { seed: 9, file: "00002-seed-9.png" });
  assert.deepEqual(
    await Deno.readFile(join(place.folder, "one", one.images[0]!.file!)),
    await Deno.readFile(join(out, "00002-seed-9.png")),
  );
  const about = JSON.parse(await Deno.readTextFile(join(out, "samples.json")));
  assert.deepEqual(about.images, many.images);
  assert.deepEqual([about.sampler, about.step, about.options.steps], ["preview", 8, 3]);
  assert.ok(place.names().includes("grid.png"));

  const quick = await place.sample(alone, { count: 1, steps: 4, sampler: "quick", out: join(place.folder, "quick") });
  assert.match(quick.output.lines.join("\n"), /quick \(ddim, 4 steps\)/);
  assert.equal((await refusalOf(place.sample(alone, { sampler: "quik" }))).problems[0]!.code, "unknown-sampler");
  assert.equal((await refusalOf(place.sample(alone, { seed: 2 ** 31 }))).problems[0]!.code, "bad-number");
  assert.equal((await refusalOf(place.sample(place.folder))).problems[0]!.code, "checkpoint-missing");
});

testRuns("sample() draws the pictures of a run's own grid for the seeds from 0 on", async (backend) => {
  await using place = await workplace(backend);
  await place.train();
  const grid = join(place.folder, "grid.png");
  await place.sample(place.run, { count: 3, grid });
  const { decode, crop } = await import("../lib/image/mod.ts");
  const [ours, its] = await Promise.all(
    [grid, join(place.run, "samples", "epoch-002.png")].map(async (file) => decode(await Deno.readFile(file))),
  );
  const first = { left: 0, top: 0, width: 66, height: 66 }; // the grids may be laid out otherwise
  assert.deepEqual(crop(ours!, first), crop(its!, first));
});

testRuns("evaluate() measures what training measured", async (backend) => {
  await using place = await workplace(backend);
  await place.train();
  const result = await place.evaluate(place.run);
  const last = (await readLog(join(place.run, "log.jsonl"))).findLast(({ event }) => event === "metrics")!;
  assert.deepEqual(result.metrics.map(({ label, value }) => [label, value]), [["noise", last.noise], [
    "image",
    last.image,
  ]]);
  assert.equal(result.json, join(place.run, "evaluation-step-000008.json"));
  assert.deepEqual(JSON.parse(await Deno.readTextFile(result.json!)).metrics, result.metrics);
});

/** A metric whose value is a list, measurement by measurement; it is read from the step that the weights are of. */
const scripted = `
import { plugin, z } from "denoise/plugin";
let at = 0;
export default plugin({
  kind: "metric",
  name: "scripted",
  summary: "Says what it is told to",
  options: z.object({ values: z.array(z.number()).describe("one a measurement") }),
  create: ({ options: { values } }) => ({
    better: { scripted: "lower" },
    measure: () => Promise.resolve({ scripted: values[Math.min(at++, values.length - 1)] }),
  }),
});
`;

Deno.test(
  "train() stops when its patience is over, and resumes with more of it to the bits of one that never stopped",
  async () => {
    await using place = await workplace("wasm");
    const file = join(place.folder, "patient.yaml");
    const text = recipe("wasm").replace("best: noise", "best: scripted").replace(
      "epochs: 2",
      "epochs: 9, patience: 2 epochs",
    );
    await Deno.writeTextFile(file, `plugins: [./m.ts]\nmetrics: [{ use: scripted, values: [3, 2, 2, 4] }]\n${text}`);
    await Deno.writeTextFile(join(place.folder, "m.ts"), scripted);
    const train = (overrides: string[] = [], options: Partial<TrainOptions> = {}) =>
      place.train(overrides, options, file);

    const { output, ...stopped } = await train();
    assert.deepEqual([stopped.outcome, stopped.step, stopped.epoch], ["finished", 16, 4]);
    assert.deepEqual(stopped.stopped, { metric: "scripted", value: 2, step: 8, patience: "2 epochs" });
    const said = output.lines.join("\n");
    assert.match(said, /stopped +scripted has not got better for 2 epochs: 2\.0000 at step 8 stays the best/);
    assert.match(said, /'train\.patience=4 epochs'/);
    assert.ok(place.names("runs", "small", "checkpoints").includes("best.safetensors"));
    assert.ok(place.names("runs", "small", "samples").includes("epoch-004.png"), "the last samples");
    const logged = (await readLog(join(place.run, "log.jsonl"))).find(({ event }) => event === "stopped");
    assert.deepEqual(logged, {
      step: 16,
      event: "stopped",
      epoch: 4,
      metric: "scripted",
      best: 2,
      since: 8,
      patience: "2 epochs",
    });
    const [listed] = await runs(join(place.folder, "runs"), memoryConsole());
    assert.deepEqual([listed!.state, listed!.stopped?.patience], ["finished", "2 epochs"]);
    assert.match(await Deno.readTextFile(join(place.run, "report.html")), /ended by train\.patience/);

    const again = await train(["train.epochs=6"]);
    assert.deepEqual([again.step, again.stopped?.step], [16, 8], "it stays stopped");
    assert.match(again.output.lines.join("\n"), /longer +.* train\.epochs=6 'train\.patience=4 epochs'/);
    assert.match(again.output.lines.join("\n"), /already stopped: scripted has not got better/);
    const more = await train(["train.patience=3 epochs"]);
    assert.deepEqual([more.step, more.stopped?.step, more.stopped?.patience], [20, 8, "3 epochs"]);
    const whole = await train(["train.epochs=5", "train.patience=90 epochs"], { folder: join(place.folder, "whole") });
    assert.deepEqual([whole.step, whole.stopped], [20, undefined]);
    assert.deepEqual(await place.tensors(more), await place.tensors(whole));
  },
);
