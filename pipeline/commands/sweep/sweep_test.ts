import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { decode } from "../../../lib/image/mod.ts";
import { builtins, DenoiseError, sweep } from "../../../mod.ts";
import { short } from "../../recipe/write.ts";
import { memoryConsole } from "../../terminal/memory_console.ts";
import { bestCell } from "./best.ts";
import { nameOf, readGrid } from "./grid.ts";
import { rowsToDraw } from "./samples.ts";
import { printTable } from "./table.ts";
import { glow } from "../../../tests/glow.ts";
import { smallRecipe } from "./testing.ts";

const train = "train: { steps: 2, samples: { rows: 1, columns: 2 } }";
const recipe = smallRecipe("metrics: [{ use: validation-error }]", train);

Deno.test("readGrid() goes through every combination, and retrains no model for samplers and metrics", () => {
  const grid = readGrid(["seed=1", "schedule=cosine,linear", "samplers.preview.steps=5,20", "loss.error=mae,mse"]);
  assert.deepEqual(grid.fixed, ["seed=1"]);
  assert.deepEqual(grid.models.map(({ point }) => Object.values(point).join()), [
    "cosine,mae",
    "cosine,mse",
    "linear,mae",
    "linear,mse",
  ]);
  for (const { measured } of grid.models) {
    assert.deepEqual(measured.map((point) => point["samplers.preview.steps"]), ["5", "20"]);
  }
});

Deno.test("readGrid() leaves commas within brackets, braces and quotes to the value", () => {
  const text = 'samplers.preview={ use: multistep, order: 3 },{ use: ddim, steps: 5 },"a,b"';
  assert.deepEqual(readGrid([text]).axes[0]!.values, [
    "{ use: multistep, order: 3 }",
    "{ use: ddim, steps: 5 }",
    '"a,b"',
  ]);
  assert.deepEqual(readGrid(["network.widths=[4, 8],[8, 16]"]).axes[0]!.values, ["[4, 8]", "[8, 16]"]);
  assert.deepEqual(readGrid(["network.widths=[4, 8]", "seed=1,2"]).fixed, ["network.widths=[4, 8]"]);
});

Deno.test("readGrid() takes the grid of the recipe, where the command line has not another", () => {
  const declared = {
    schedule: ["cosine", "linear"],
    "samplers.preview": ["{ use: ddim, steps: 5 }"],
    seed: ["1", "2"],
  };
  const { axes, fixed } = readGrid(["seed=3"], declared);
  assert.deepEqual(axes.map(({ key, values }) => [key, ...values]), [
    ["schedule", "cosine", "linear"],
    ["samplers.preview", "{ use: ddim, steps: 5 }"],
  ]);
  assert.deepEqual(fixed, ["seed=3"]);
  assert.deepEqual(readGrid(["schedule=linear,cosine"], declared).axes.at(-1)!.values, ["linear", "cosine"]);
});

Deno.test("readGrid() writes the values of the recipe so that they read back as they are", () => {
  const values = ["cosine", "5", "true", "1e-3", 5, 0.001, true, null, "a: b", "a, b", "a ", "a\u200b", "\u3164", {
    x: "1",
    y: ["a,b", 2],
  }];
  const { axes: [axis] } = readGrid([], { key: values.map(short) });
  assert.deepEqual(axis!.values.map((text) => parse(text)), values);
});

Deno.test("readGrid() refuses what is not a grid", () => {
  const code = (...overrides: string[]) => {
    try {
      return `${readGrid(overrides).axes.length} axes`;
    } catch (error) {
      return error instanceof DenoiseError ? error.problems[0]!.code : String(error);
    }
  };
  assert.equal(code("seed=1"), "sweep-empty");
  assert.equal(code("seed=1,2", "seed=3,4"), "sweep-axis-twice");
  assert.equal(code("name=a,b"), "sweep-name");
  assert.equal(code("network.widths=[4,8"), "sweep-unclosed");
});

Deno.test("nameOf() tells points apart, in names that are fit for folders", () => {
  const { models } = readGrid([
    "schedule={ use: cosine, end_log_snr: -7 },{ use: cosine, end_log_snr: -8 }",
    "network.widths=[4, 8],[4, 16]",
  ]);
  const names = models.map(({ point }) => nameOf(point, "as-it-is"));
  assert.equal(new Set(names).size, 4);
  for (const name of names) assert.match(name, /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,79}$/u);
  assert.equal(nameOf({ schedule: "cosine" }, ""), "schedule-cosine");
});

Deno.test("rowsToDraw() keeps the best in the order of the grid, and those without a number last of all", () => {
  const cells = [3, 1, NaN, 2].map((value, i) => ({
    ...{ recipe: `${i}`, point: {}, run: "", step: 1 },
    metrics: [{ id: "metrics[0]", label: "a", name: "a", value, better: "lower" as const }],
  }));
  const drawn = (better: "lower" | "higher", most: number) =>
    rowsToDraw(cells, { label: "a", better, cell: undefined }, most).map(({ recipe }) => recipe).join("");
  assert.deepEqual([drawn("lower", 2), drawn("higher", 2), drawn("lower", 3), drawn("lower", 4)], [
    "13",
    "03",
    "013",
    "0123",
  ]);
  assert.equal(bestCell(cells, undefined).cell, cells[1]);
});

Deno.test("printTable() tells rows one below another where columns have no room", () => {
  const long = "network.widths";
  const axes = [{ key: long, values: ["[8, 16, 24, 32, 40]", "[8, 16]"], afterTraining: false }];
  const cells = axes[0]!.values.map((value, i) => ({
    ...{ recipe: "", run: "", step: 1, point: { [long]: value } },
    metrics: [{ id: "metrics[0]", label: "noise", name: "noise", value: 2 - i, better: "lower" as const }],
  }));
  const told = (width: number) => {
    const console = memoryConsole(width);
    printTable(console, axes, cells, bestCell(cells, "noise"));
    return console.lines;
  };
  assert.deepEqual(told(80), [
    "network.widths        noise",
    "[8, 16, 24, 32, 40]  2.0000",
    "[8, 16]              1.0000  best",
    "best by noise: lower is better",
  ]);
  assert.deepEqual(told(32), [
    "row 1        network.widths [8,",
    "             16, 24, 32, 40]",
    "             noise 2.0000",
    "best         network.widths [8,",
    "             16]   noise 1.0000",
    "best by noise: lower is better",
  ]);
});

Deno.test({
  name: "sweep() trains each model once, measures all, and does only what is missing the next time",
  sanitizeResources: false, // the threads of a backend outlive the test that started them
  sanitizeOps: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const file = join(folder, "small.yaml");
    await Deno.writeTextFile(file, recipe);
    const shared = { plugins: builtins, runs: join(folder, "runs"), cache: join(folder, "cache") };
    const run = async (...overrides: string[]) => {
      const output = memoryConsole();
      const result = await sweep(file, { ...shared, overrides }, output);
      return { ...result, trained: output.lines.filter((line) => line.startsWith("model ")), output };
    };
    const first = await run("schedule=cosine,linear", "metrics.0.error=mae,mse");
    assert.equal(first.outcome, "finished");
    assert.equal(first.trained.length, 4);
    assert.match(
      first.trained[0]!,
      /^model 1\/2 {4}schedule=cosine metrics\.0\.error=mae {3}noise 0\.\d{4}, image \d\.\d{4}$/,
    );
    const said = first.output.lines.join(" ").replace(/ +/g, " ");
    assert.match(said, /error=mse noise \d\.\d{4}, image \d\.\d{4} 0:00:\d\d, 0:00:\d\d left model 2\/2/);
    assert.doesNotMatch(said, /epoch|step 2|checkpoint|json {6}|backend|deno task/, "nothing else of a model");
    assert.match(first.output.progressed.join("\n"), /^model 1\/2 {2}step 1\/2 /m);
    assert.deepEqual(first.cells.map(({ point }) => Object.values(point).join()), [
      "cosine,mae",
      "cosine,mse",
      "linear,mae",
      "linear,mse",
    ]);
    const values = first.cells.map(({ metrics }) => metrics[0]!.value);
    assert.equal(new Set(values).size, 4, `${values}`);
    assert.equal(first.folder, join(folder, "runs", "small-sweep"));
    assert.deepEqual(first.output.warnings, []);
    const lowest = first.cells.reduce((best, cell) => cell.metrics[0]!.value < best.metrics[0]!.value ? cell : best);
    const marked = first.output.lines.filter((line) => line.endsWith(" best"));
    assert.equal(marked.length, 1);
    for (const value of Object.values(lowest.point)) assert.ok(marked[0]!.includes(value), `${value} in ${marked[0]}`);
    assert.ok(first.output.lines.includes("best by noise: lower is better"));
    for (const name of ["schedule-cosine", "schedule-linear"]) {
      assert.ok((await Deno.stat(join(first.folder, name, "log.jsonl"))).isFile);
    }
    const csv = await Deno.readTextFile(join(first.folder, "sweep.csv"));
    assert.equal(csv.trim().split("\n").length, 5);
    assert.match(csv, /^schedule,metrics\.0\.error,/);
    assert.match(await Deno.readTextFile(join(first.folder, "sweep.svg")), /Sweep of small/);
    const markdown = await Deno.readTextFile(join(first.folder, "sweep.md"));
    assert.match(markdown, /^\| schedule +\|/);
    assert.equal(markdown.match(/\*\*best\*\*/g)?.length, 1);
    assert.deepEqual(first.files.map((file) => basename(file)), [
      ...["sweep.json", "sweep.md", "sweep.csv", "sweep.png", "sweep.svg", "sweep-samples.png"],
    ]);
    const { width, height } = await decode(await Deno.readFile(join(first.folder, "sweep-samples.png")));
    assert.ok(width > 8 * 72 && height > 4 * 72, `four rows of eight: ${width}×${height}`);

    const second = await run("schedule=cosine,linear,log-snr-linear", "metrics.0.error=mae,mse");
    assert.deepEqual(second.trained.map((line) => line.split(" ").filter(Boolean).slice(0, 3).join(" ")), [
      "model 1/1 schedule=log-snr-linear",
      "model 1/1 schedule=log-snr-linear",
    ]);
    assert.deepEqual(second.cells.slice(0, 4), first.cells);
    assert.equal(second.cells.length, 6);

    const trained = join(first.folder, "schedule-cosine");
    const files = (await Array.fromAsync(Deno.readDir(trained))).map(({ name }) => name).sort();
    const ofRun = await sweep(
      join(trained, "recipe.yaml"),
      { ...shared, overrides: ["seed=1,2"] },
      memoryConsole(),
    );
    assert.equal(ofRun.folder, join(folder, "runs", "schedule-cosine-sweep"), "the recipe of a run is one");
    assert.deepEqual(ofRun.cells.map(({ run }) => run), ["seed-1", "seed-2"].map((name) => join(ofRun.folder, name)));
    assert.deepEqual((await Array.fromAsync(Deno.readDir(trained))).map(({ name }) => name).sort(), files);

    const useless = await run("seed=1", "samplers.preview.steps=1,2");
    assert.match(useless.output.warnings.join(), /No metric uses sampler "preview": every value of .* the same/);

    const stopped = new AbortController();
    stopped.abort(new Error("stop"));
    const output = memoryConsole();
    const third = await sweep(file, { ...shared, overrides: ["seed=1,2"], signal: stopped.signal }, output);
    assert.equal(third.outcome, "interrupted");
    assert.equal(output.lines.at(-1), `resume with: deno task sweep --runs ${shared.runs} ${file} seed=1,2`);
    assert.equal((await run("seed=1,2")).outcome, "finished");
  },
});

Deno.test({
  name: "sweep() measures samplers with the steps that they have, and starts over with fresh",
  sanitizeResources: false, // as above
  sanitizeOps: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const file = join(folder, "small.yaml");
    await Deno.writeTextFile(join(folder, "glow.ts"), glow(2));
    await Deno.writeTextFile(
      file,
      smallRecipe("plugins: [./glow.ts]", "metrics: [{ use: glow, sampler: preview }]", train),
    );
    const shared = { plugins: builtins, runs: join(folder, "runs"), cache: join(folder, "cache") };
    const run = async (overrides: string[], fresh = false) => {
      const output = memoryConsole();
      return { ...await sweep(file, { ...shared, overrides, fresh }, output), said: output.lines.join("\n") };
    };
    const values = async (setting: string) => (await run([setting])).cells.map(({ metrics }) => metrics[0]!.value);
    const whole = await values("samplers.preview={ use: ddim, steps: 1 },{ use: ddim, steps: 4 }");
    assert.notEqual(whole[0], whole[1]);
    assert.deepEqual(await values("samplers.preview.steps=1,4"), whole);

    const changed = ["optimizer.learning_rate=0.5", "samplers.preview.steps=1,4"];
    await assert.rejects(run(changed), /the recipe has changed/);
    const { said, cells } = await run(changed, true);
    assert.match(said, /The old sweep is kept in .*small-sweep\.old-1/);
    assert.match(said, /2 measurements, 0 done before/);
    assert.notDeepEqual(cells.map(({ metrics }) => metrics[0]!.value), whole);
  },
});

Deno.test("sweep() goes through what a recipe declares, and refuses what is not a grid", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "small.yaml");
  const run = async (grid: string) => {
    await Deno.writeTextFile(file, `${recipe}sweep: ${grid}\n`);
    return await sweep(file, { plugins: builtins, runs: join(folder, "runs") }, memoryConsole()).catch(String);
  };
  assert.match(String(await run("{ schedule: [cosine, linaer] }")), /linaer/);
  assert.match(String(await run("{ schedule: cosine }")), /takes a list of values/);
  assert.match(String(await run("[schedule]")), /takes a map of settings/);
});

Deno.test("sweep() tells a wrong value before anything is trained", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "small.yaml");
  await Deno.writeTextFile(file, recipe);
  const options = { plugins: builtins, runs: join(folder, "runs") };
  const refused = (message: RegExp, ...overrides: string[]) =>
    assert.rejects(sweep(file, { ...options, overrides }, memoryConsole()), message);
  await refused(/linaer/, "schedule=cosine,linaer");
  await refused(/gamma does not belong to weights none/, "loss.weights=min-snr,none", "loss.gamma=3");
  await refused(
    /rho does not belong to spacing times/,
    "samplers.preview.spacing=karras,times",
    "samplers.preview.rho=3",
  );
  const unused = { ...options, overrides: ["seed=1,2", "samplers.preview.rho=3"] };
  const error = await sweep(file, unused, memoryConsole()).then(() => assert.fail(), (error) => error);
  assert.match(error.problems[0].help[1], /^where it is inherited, rho: null .*, samplers\.preview\.rho=null$/);
  await assert.rejects(Deno.stat(join(folder, "runs")), Deno.errors.NotFound);
});
