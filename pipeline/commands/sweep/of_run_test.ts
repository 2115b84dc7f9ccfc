/** Tests of sweeps of a trained model: nothing is trained, nothing is measured twice, nothing is lost. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { decode } from "../../../lib/image/mod.ts";
import {
  builtins,
  computeAverage,
  DenoiseError,
  evaluate,
  exportWeights,
  sweep,
  type SweepOptions,
  train,
} from "../../../mod.ts";
import { memoryConsole } from "../../terminal/memory_console.ts";
import { changesAt, overridesOf } from "./grid.ts";
import { glow } from "../../../tests/glow.ts";
import { smallRecipe } from "./testing.ts";

const recipe = smallRecipe(
  "plugins: [./glow.ts]",
  "metrics: [{ use: validation-error }, { use: glow, sampler: preview }]",
  "ema: { use: power-function, std: 0.1, also: [0.05] }",
  "train: { steps: 4, snapshots: 1 steps, samples: { rows: 1, columns: 2 } }",
);

Deno.test("overridesOf() gives a stage before its options, and fixed options after a stage that replaces theirs", () => {
  const point = { "samplers.preview.steps": "4", "samplers.preview": "heun", "samplers.previewed.clip": "true" };
  const fixed = [
    ...["samplers.preview.guidance={ scale: 2 }", "samplers.previews.steps=3", "seed=1"],
    "samplers.preview.rho=null", // a sampler that is new has none
  ];
  assert.deepEqual(overridesOf(point, fixed), [
    ...["samplers.preview=heun", "samplers.preview.steps=4", "samplers.previewed.clip=true"],
    "samplers.preview.guidance={ scale: 2 }",
  ]);
  assert.deepEqual(changesAt({ "metrics[0].error": "mse" }), [{ path: ["metrics", "0", "error"], written: "mse" }]);
});

Deno.test({
  name: "sweep() of a run measures settings as evaluate does, each once, and keeps each as soon as it is there",
  sanitizeResources: false, // the threads of a backend outlive the test that started them
  sanitizeOps: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const file = join(folder, "small.yaml"), cache = join(folder, "cache"), run = join(folder, "run");
    await Deno.writeTextFile(file, recipe);
    await Deno.writeTextFile(join(folder, "glow.ts"), glow(2));
    const trust = { plugins: [join(folder, "glow.ts")] };
    const shared = { plugins: builtins, cache, trust };
    await train(file, { ...shared, folder: run }, memoryConsole());
    const files = async (path: string) => (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
    const [before, checkpoints] = [await files(run), await files(join(run, "checkpoints"))];
    const swept = async (
      overrides: string[],
      more: Partial<SweepOptions> = {},
      target = run,
      console = memoryConsole(),
    ) => {
      const result = await sweep(target, { ...shared, runs: join(folder, "runs"), overrides, ...more }, console);
      return { ...result, console, said: stripVTControlCharacters(console.lines.join("\n")) };
    };
    const grid = ["samplers.preview=ddim,{ use: heun, last: end }", "samplers.preview.steps=2,3"];

    // Stopped after the first setting: it is kept.
    const stop = new AbortController();
    const stopping = memoryConsole();
    const { line } = stopping;
    Object.assign(stopping, {
      line: (text: string) => {
        line(text);
        if (text.startsWith("1 of 4")) stop.abort(new Error("stop"));
      },
    });
    const how = { ...shared, overrides: grid, signal: stop.signal };
    const first = await sweep(run, how, stopping);
    assert.deepEqual([first.outcome, first.cells.length], ["interrupted", 1]);
    assert.equal(stopping.lines.at(-1), `resume with: deno task sweep ${run} '${grid[0]}' ${grid[1]}`);

    const whole = await swept(grid);
    assert.equal(whole.folder, join(run, "sweep"));
    assert.match(whole.said, /4 settings, 1 done before; nothing is trained/);
    assert.match(whole.said, /validation-error is the same for every setting: it is not measured/);
    assert.match(whole.said, /^1 of 3 .*ddim .*steps=3 {3}glow \d+\.\d{4} {3}0:00:\d\d left$/m);
    assert.deepEqual(whole.cells[0], first.cells[0]);
    assert.deepEqual(whole.cells.map(({ evaluations }) => evaluations), [2, 3, 4, 6]);
    for (const { point, metrics, step, run: of } of whole.cells) {
      const how = { ...shared, steps: null, overrides: overridesOf(point), json: join(folder, "evaluation-1.json") };
      const alone = await evaluate(run, how, memoryConsole());
      assert.deepEqual([metrics, step, of], [alone.metrics.slice(2), 4, run], "of the same noises");
    }
    assert.equal(new Set(whole.cells.map(({ metrics }) => metrics[0]!.value)).size, 4);
    assert.deepEqual(whole.files.map((file) => basename(file)), [
      ...["sweep.json", "sweep.md", "sweep.csv", "sweep.png", "sweep.svg", "sweep-samples.png"],
    ]);
    assert.match(await Deno.readTextFile(join(run, "sweep", "sweep.svg")), /Settings of small, step 4/);
    const csv = (await Deno.readTextFile(join(run, "sweep", "sweep.csv"))).split("\n");
    assert.equal(csv[0], "samplers.preview,samplers.preview.steps,evaluations,glow,glow spread");
    assert.match(csv[3]!, /^"\{ use: heun, last: end \}",2,4,\d/);
    const { height, width } = await decode(await Deno.readFile(join(run, "sweep", "sweep-samples.png")));
    assert.ok(width > 8 * 72 && height > 4 * 72, `four rows of eight: ${width}×${height}`);
    assert.deepEqual(await files(run), [...before, "sweep"].sort(), "nothing else is written");
    assert.deepEqual(await files(join(run, "checkpoints")), checkpoints);

    // Settings of metrics as well; what is there already is not measured again, and fresh starts over.
    const more = await swept(["samplers.preview.steps=2,3", "metrics.0.error=mae,mse"]);
    assert.deepEqual(more.cells.map(({ metrics }) => metrics.map(({ name }) => name).join()), [
      ...Array(4).fill("noise,image,glow"),
    ]);
    const [a, b, c] = more.cells.map(({ metrics }) => metrics.map(({ value }) => value));
    assert.deepEqual([a![0] === c![0], a![0] === b![0], a![2] === b![2], a![2] === c![2]], [true, false, true, false]);
    assert.match((await swept(grid)).said, /4 settings, 4 done before/);
    const fresh = await swept(grid, { fresh: true });
    assert.match(fresh.said, /The old sweep is kept in .*sweep\.old-1[\s\S]*4 settings, 0 done before/);
    assert.deepEqual(fresh.cells, whole.cells);

    // Weights that lie elsewhere: the table is where runs are.
    const weights = join(folder, "weights.safetensors");
    await exportWeights(run, weights, memoryConsole());
    const ofWeights = await swept(["samplers.preview.steps=2,3"], {}, weights);
    assert.equal(ofWeights.folder, join(folder, "runs", "small-sweep"));
    assert.deepEqual(
      ofWeights.cells.map(({ metrics }) => metrics),
      whole.cells.slice(0, 2).map(({ metrics }) => metrics),
    );

    // A file of an average is not the run's own, though the step is the same.
    const { file: average } = await computeAverage(run, { ...shared, std: 0.07 });
    const ofAverage = await swept(["samplers.preview.steps=2,3"], {}, average);
    assert.match(ofAverage.said, /2 settings, 0 done before/);
    assert.notDeepEqual(ofAverage.cells.map(({ metrics }) => metrics), ofWeights.cells.map(({ metrics }) => metrics));

    // Averages: each as evaluate takes it, what does not depend on the sampler measured once of each.
    const narrow = memoryConsole(70, true); // in colours, and too narrow for what is said of an average
    const several = { ema: ["0.1", "0.05", "0.07", "network"] };
    const averages = await swept(["samplers.preview.steps=2,3"], several, run, narrow);
    assert.deepEqual(averages.cells.map(({ point }) => Object.values(point).join()), [
      ...["0.1,2", "0.1,3", "0.05,2", "0.05,3", "0.07,2", "0.07,3", "network,2", "network,3"],
    ]);
    for (const { point: { ema, ...point }, metrics } of averages.cells.filter((_, i) => i % 2 === 0)) {
      const how = { ...shared, steps: null, ema: ema!, json: join(folder, "evaluation-2.json") };
      const alone = await evaluate(run, { ...how, overrides: overridesOf(point) }, memoryConsole());
      assert.deepEqual(metrics, alone.metrics, `${ema}`);
    }
    assert.equal(new Set(averages.cells.map(({ metrics }) => metrics[0]!.value)).size, 4);
    assert.match(averages.said, /^average {6}std 0\.07, computed from the averages at \d steps/m);
    assert.match(averages.said, /^average {6}std 0\.07, .* its\n {13}profile met .*\naverage {6}network$/m);
    assert.match(averages.said, /^best by glow: higher is better$/m);

    const refused = async (...overrides: string[]) => {
      const error = await swept(overrides).then(() => assert.fail("it is swept"), (error: unknown) => error);
      assert.ok(error instanceof DenoiseError, String(error));
      return error.problems.map(({ code, message, help }) => `${code}: ${[message, ...help].join("; ")}`).join("\n");
    };
    assert.match(
      await refused("schedule=cosine,linear", "seed=1,2", "samplers.preview.steps=2,3"),
      /^sweep-needs-training: Cannot sweep over "schedule" .*run\/recipe\.yaml schedule=…\nsweep-needs-training: .*"seed"/,
    );
    assert.match(await refused("samplers.preview.steps=2,0"), /steps/);
    assert.match(
      await refused("metrics=[validation-error]", "samplers.preview.steps=2,3"),
      /^sweep-same: Found nothing to compare: validation-error measures the same for every value of samplers.preview.steps/,
    );
    assert.match(await refused("samplers.preview.steps=2"), /^sweep-empty/);
    const early = swept(["samplers.preview.steps=2,3"], { ema: ["0.1", "0.9"] });
    await assert.rejects(early, /Cannot/, "before anything is measured");
    await assert.rejects(swept([], { ema: ["0.1"] }, file), /Cannot sweep over averages of ".*small\.yaml"/);
  },
});
