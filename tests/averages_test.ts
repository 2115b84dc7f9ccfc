/** Several averages of a run, and those computed from its snapshots: against averages that were tracked, and what is refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  builtins,
  computeAverage,
  dryRun,
  evaluate,
  exportWeights,
  loadModel,
  readRecipe,
  sample,
  train,
  wire,
} from "../mod.ts";
import { averagesOf } from "../pipeline/programs/averages.ts";
import { findCheckpoint, readCheckpoint } from "../pipeline/run/checkpoint.ts";
import type { HostTree } from "../pipeline/run/host_tensors.ts";
import { reconstruct } from "../pipeline/run/reconstruct.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { trainTiny } from "./tiny_model.ts";
import { problemsOf } from "./problems.ts";

const folder = await Deno.makeTempDir();
const ema = "ema={use: power-function, std: 0.1, also: [0.05, 0.15, 0.07]}";
const options = [ema, "train.steps=32", "train.snapshots=2 steps", "optimizer.learning_rate=0.01"];
const run = await trainTiny(folder, options);
const last = join(run, "checkpoints", "step-000032.safetensors");
const plugins = builtins;

/** The average weights at a place of a state, end to end. */
const weightsAt = (tensors: HostTree, at: string) =>
  Object.entries(tensors).filter(([key]) => key.startsWith(`state/${at}/trainable/`)).toSorted(([a], [b]) =>
    a < b ? -1 : 1
  ).flatMap(([, { data }]) => Array.from(data, Number));
const distance = (a: readonly number[], b: readonly number[]) =>
  Math.hypot(...a.map((value, i) => value - b[i]!)) / Math.hypot(...b);

const problemOf = async (work: PromiseLike<unknown>) => (await problemsOf(work))[0]!;

Deno.test("what is computed from two averages is what was tracked: of other stds nearly, of their own to rounding", async () => {
  const checkpoint = await readCheckpoint(last);
  const graph = await wire(await readRecipe(last, { trust: { trained: true } }));
  const all = averagesOf(graph);
  const averages = all.filter(({ name }) => ["0.1", "0.05"].includes(name));
  for (const { name, at } of all) {
    const { tensors, error, steps } = await reconstruct({ run, checkpoint, graph, averages, std: Number(name) });
    const off = distance(weightsAt(tensors, "average"), weightsAt(checkpoint.tensors, at));
    const own = averages.some((one) => one.name === name);
    assert.ok(off < (own ? 1e-6 : 2e-3), `std ${name} is off by ${off}`);
    assert.ok(own ? error < 1e-6 : error < 0.05, `the profile of ${name} is off by ${error}`);
    if (own) assert.deepEqual(steps, [32], "it is the average itself");
    else assert.ok(steps.length > 5, `${steps}`);
  }
  const [first, other] = ["average", "averages/0.05"].map((at) => weightsAt(checkpoint.tensors, at));
  assert.ok(distance(first!, other!) > 5e-3, "the averages differ, or this proves nothing");
});

Deno.test("--ema draws with a tracked average, a computed one or none, and a file of one draws the same", async () => {
  const draw = async (target: string, ema?: string) => {
    const { ema: used, ...result } = await sample(target, {
      ...{ plugins, count: 1, out: join(folder, "drawn") },
      ...(ema === undefined ? {} : { ema }),
    });
    return { png: await Deno.readFile(join(folder, "drawn", result.images[0]!.file!)), used };
  };
  const plain = await draw(run);
  assert.equal(plain.used, undefined);
  assert.deepEqual((await draw(run, "0.10")).png, plain.png, "a name is a number");
  const computed = await draw(run, "0.12");
  assert.equal(computed.used!.name, "0.12");
  assert.ok(computed.used!.error! < 0.05 && computed.used!.steps!.includes(32));
  const seen = [plain.png, computed.png, (await draw(run, "0.05")).png, (await draw(run, "network")).png];
  assert.equal(new Set(seen.map(String)).size, 4);
  const console = memoryConsole();
  const { file, error, std, step } = await computeAverage(run, { plugins, std: 0.12 }, console);
  assert.deepEqual([file, std, step], [join(run, "averages", "std-0.12-step-000032.safetensors"), 0.12, 32]);
  assert.ok(error < 0.05);
  assert.match(
    console.lines.join("\n"),
    /average +std 0\.12, computed from the averages at \d+ steps, its profile met /,
  );
  assert.deepEqual((await draw(file)).png, computed.png);
  await using model = await loadModel(run, { ema: "0.12" });
  for await (const picture of model.generate({ seeds: [0] })) assert.deepEqual(await picture.png(), computed.png);
});

Deno.test("an average ends with the checkpoint or snapshot that is named", async () => {
  const path = join(run, "snapshots", "step-000016.safetensors");
  const { file, steps, checkpoint } = await computeAverage(path, { plugins, std: 0.09 });
  assert.equal(checkpoint, path);
  assert.ok(Math.max(...steps) === 16);
  const { checkpoint: { position, computed } } = await findCheckpoint(file, () => {});
  assert.deepEqual([position.step, computed!.std], [16, 0.09]);
});

Deno.test("evaluate --ema keeps its numbers beside those of the run's own average", async () => {
  const overrides = ["metrics=[validation-error]"], cache = join(folder, "cache");
  const own = await evaluate(run, { plugins, overrides, cache });
  const other = await evaluate(run, { plugins, overrides, cache, ema: "0.05" });
  assert.equal(other.json, join(run, "evaluation-step-000032-ema-0.05.json"));
  assert.equal(JSON.parse(await Deno.readTextFile(other.json)).ema.name, "0.05");
  assert.notDeepEqual(other.metrics.map(({ value }) => value), own.metrics.map(({ value }) => value));
});

Deno.test("a file of one average is measured beside the run's own numbers, and takes --ema of its own std", async () => {
  const overrides = ["metrics=[validation-error]"], cache = join(folder, "cache");
  const own = await evaluate(run, { plugins, overrides, cache });
  const { file, steps } = await computeAverage(run, { plugins, std: 0.12 });
  const measured = await evaluate(file, { plugins, overrides, cache });
  assert.equal(measured.json, join(run, "evaluation-step-000032-ema-0.12.json"));
  assert.deepEqual([measured.ema!.name, measured.ema!.steps], ["0.12", steps]);
  assert.deepEqual(JSON.parse(await Deno.readTextFile(own.json!)).metrics, JSON.parse(JSON.stringify(own.metrics)));
  const same = await evaluate(file, { plugins, overrides, cache, ema: "0.120" });
  assert.deepEqual(same.metrics, measured.metrics);
});

Deno.test("what --ema cannot be is refused, with what there is", async () => {
  const refused = (ema: string, target = run) => problemOf(sample(target, { plugins, ema, count: 1 }));
  const unknown = await refused("netwrk");
  assert.equal(unknown.code, "average-unknown");
  assert.match(unknown.help[0]!, /^did you mean network\? Averages: 0\.05, 0\.07, 0\.1, 0\.15, network$/);
  for (const std of ["0", "0.29", "-0.1", "3"]) assert.equal((await refused(std)).code, "average-range", std);
  assert.equal((await problemOf(computeAverage(run, { plugins, std: NaN }))).code, "average-range");
  const [widest] = /0\.2\d+/.exec((await refused("0.2887")).help[0]!)!;
  assert.ok(Number(widest) > 0.2886);
  await computeAverage(run, { plugins, std: Number(widest) });
  const alone = await refused("network", join(run, "snapshots", "step-000016.safetensors"));
  assert.deepEqual([alone.code, alone.help[0]], ["averages-alone", "name the run folder, or one of its checkpoints"]);
  const far = await refused("0.001");
  assert.equal(far.code, "average-unreachable");
  assert.match(far.help[0]!, /^they give stds of 0\.0\d to 0\.2\d to within 10 %$/);

  const weights = join(folder, "weights.safetensors");
  await exportWeights(run, weights, memoryConsole());
  for (const name of ["0.05", "0.12", "network"]) {
    const { code, help } = await refused(name, weights);
    assert.equal(code, "average-alone");
    assert.match(help[0]!, /name the run folder/);
  }
  const { file } = await computeAverage(run, { plugins, std: 0.2 });
  assert.match((await refused("0.1", file)).message, /holds that of std 0\.2 alone/, "its name says another");
  const over = await problemOf(computeAverage(run, { plugins, std: 0.2, out: last }));
  assert.equal(over.code, "export-over-checkpoint");
  const snapshot = join(run, "snapshots", "step-000002.safetensors");
  assert.equal((await problemOf(exportWeights(run, snapshot, memoryConsole()))).code, "export-over-checkpoint");

  const damaged = join(run, "snapshots", "step-000028.safetensors");
  const bytes = await Deno.readFile(damaged);
  await Deno.writeFile(damaged, bytes.with(bytes.length - 5, bytes.at(-5)! ^ 1));
  const { code, message, help } = await refused("0.12");
  assert.equal(code, "snapshot-unusable");
  assert.ok(message.includes(damaged) && help[1]!.includes("remove it"));
  await Deno.remove(damaged);
  await sample(run, { plugins, ema: "0.12", count: 1 });
});

Deno.test("a run without snapshots, or with averages of another profile, is refused with the fix", async () => {
  const place = join(folder, "others");
  await Deno.mkdir(place);
  const without = await trainTiny(place, ["ema=power-function", "train.steps=4"]);
  const missing = await problemOf(sample(without, { plugins, ema: "0.07", count: 1 }));
  assert.equal(missing.code, "snapshots-missing");
  assert.deepEqual(missing.help, [
    "averages that it keeps: 0.1, 0.05",
    `snapshots are kept while it trains, also from now on: deno task run ${without} "train.snapshots=1 epoch"`,
  ]);
  await sample(without, { plugins, ema: "0.05", count: 1 });
  const plain = join(folder, "plain");
  await Deno.mkdir(plain);
  const exponential = await trainTiny(plain, ["train.steps=4", "train.snapshots=2 steps", "ema.also=[0.9]"]);
  const other = await problemOf(sample(exponential, { plugins, ema: "0.07", count: 1 }));
  assert.equal(other.code, "average-no-power");
  assert.match(
    other.help.join("\n"),
    /0\.9, 0\.999, network\nto have any std afterwards, train with ema: power-function/,
  );
  await sample(exponential, { plugins, ema: "0.9", count: 1 });
});

Deno.test("options of averages that make no sense are refused at their line", async () => {
  const refused = (ema: string) =>
    problemOf(dryRun(join(folder, "tiny.yaml"), { plugins, runs: join(folder, "none"), overrides: [`ema=${ema}`] }));
  assert.match((await refused("{use: power-function, also: [0.1]}")).message, /average of 0\.1 twice/);
  assert.match((await refused("{use: power-function, std: 0.1, gamma: 3}")).message, /both std and gamma/);
  assert.match((await refused("{use: power-function, std: 0.3}")).message, /0\.288/);
  assert.match((await refused("{use: power-function, also: [0.1]}")).help[0]!, /leave 0\.1 out of also/);
  assert.match((await refused("{use: exponential, warmup: false, power: 0.5}")).message, /has no power/);
  assert.match((await refused("{use: exponential, inv_gamma: 5}")).message, /a warm-up with power alone/);
});

Deno.test("a run that keeps several averages resumes with all of them", async () => {
  const trained = async (name: string, ...steps: number[]) => {
    const place = join(folder, name);
    await Deno.mkdir(place);
    const run = await trainTiny(place, [...options, `train.steps=${steps[0]}`]);
    for (const more of steps.slice(1)) {
      await train(join(run, "recipe.yaml"), {
        ...{ plugins, folder: run, cache: join(place, "cache") },
        overrides: [`train.steps=${more}`],
      });
    }
    return (await readCheckpoint(join(run, "checkpoints", "step-000012.safetensors"))).tensors;
  };
  const whole = await trained("whole", 12);
  assert.ok(Object.keys(whole).some((key) => key.startsWith("state/averages/0.07/")));
  assert.deepEqual(await trained("resumed", 8, 12), whole);
});
