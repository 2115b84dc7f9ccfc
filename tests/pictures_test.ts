/** Pictures of a small run: each shows what it says, from the noise it says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import sharp from "sharp";
import {
  animationPicture,
  builtins,
  diffusionPicture,
  gridPicture,
  interpolationPicture,
  kidPicture,
  neighboursPicture,
  type Recipe,
  report,
  sample,
  type SampleOptions,
  samplersPicture,
  schedulePicture,
  stepsPicture,
  train,
  trajectoryPicture,
} from "../mod.ts";
import { cutGrid, decode, enlarge, type Picture } from "../lib/image/mod.ts";
import { sampleGrids } from "../pipeline/commands/pictures/animation.ts";
import { type KidCell, kidChart } from "../pipeline/commands/pictures/kid.ts";
import { loadWithSamplers, samplerLabel } from "../pipeline/commands/pictures/samplers.ts";
import { ratioAxis } from "../pipeline/commands/pictures/schedules.ts";
import { stepsOf } from "../pipeline/commands/pictures/comparison.ts";
import { evaluationRequests } from "../pipeline/commands/pictures/evaluations.ts";
import { evaluationsOf } from "../pipeline/programs/evaluations.ts";
import { generatePictures } from "../pipeline/commands/pictures/options.ts";
import { moments, numbered, trajectory, trajectoryLabels } from "../pipeline/commands/pictures/trajectory.ts";
import { chartToSvg } from "../pipeline/view/plots/mod.ts";
import { lockFolder } from "../pipeline/run/lock.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { refusalOf } from "./problems.ts";

const glow = `
import { plugin, tf, z } from "denoise/plugin";
export default plugin({
  kind: "metric",
  name: "glow",
  summary: "How bright generated pictures are",
  needs: ["sampler"],
  options: z.object({
    sampler: z.string().describe("which"),
    images: z.int().default(4).describe("how many"),
  }),
  create: ({ options }) => ({
    better: { "glow(mean)": "higher" },
    async measure(view) {
      let sum = 0;
      for await (const images of view.generate(options.images)) {
        const mean = tf.tidy(() => tf.mean(images));
        sum += (await mean.data())[0] * images.shape[0];
        mean.dispose();
      }
      return { "glow(mean)": { value: sum / options.images, spread: 0.01 } };
    },
  }),
});
`;
const recipe = `
name: small
seed: 5
plugins: [./glow.ts]
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
loss: { use: denoising, weighting: noise }
parametrization: noise
samplers: { preview: { use: ddim, steps: 3, stochasticity: 0.5 }, quick: { use: ddim, steps: 2 } }
metrics: []
train: { epochs: 3, samples: { every: 1 epoch, rows: 2, columns: 8 } }
backend: cpu
`;

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
await Deno.writeTextFile(join(folder, "glow.ts"), glow);
await Deno.writeTextFile(join(folder, "small.yaml"), recipe);
const [run, cache] = [join(folder, "runs", "small"), join(folder, "cache")];
const common = { plugins: builtins, cache };
await train(join(folder, "small.yaml"), { ...common, runs: join(folder, "runs") }, memoryConsole());

const out = (name: string) => join(folder, "out", name);
const read = async (path: string): Promise<Picture> => await decode(await Deno.readFile(path));
const about = async (path: string) => await sharp(await Deno.readFile(path), { animated: true }).metadata();
const isThere = (path: string) => Deno.stat(path).then(() => true, () => false);

/** Pictures of a figure, from its right and lower end: labels are left and above. */
async function cells(path: string, { rows, columns, side = 72, gap = 4, margin = 12 }: {
  rows: number;
  columns: number;
  side?: number;
  gap?: number;
  margin?: number;
}): Promise<Picture[][]> {
  const whole = await read(path);
  const left = whole.width - margin - columns * (side + gap) + gap;
  const top = whole.height - margin - rows * (side + gap) + gap;
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      const data = new Uint8Array(8 * 8 * 3);
      for (let pixel = 0; pixel < 64; pixel++) {
        const row = top + i * (side + gap) + Math.floor(pixel / 8) * (side / 8);
        const column = left + j * (side + gap) + (pixel % 8) * (side / 8);
        data.set(
          whole.data.subarray((row * whole.width + column) * 3, (row * whole.width + column) * 3 + 3),
          pixel * 3,
        );
      }
      return { width: 8, height: 8, data };
    }));
}

/** The pictures that `sample` generates. */
async function sampled(seeds: number[], options: { sampler?: string; steps?: number } = {}): Promise<Picture[]> {
  const found: Picture[] = [];
  for (const seed of seeds) {
    const to = out(`sample-${crypto.randomUUID()}`);
    const { images } = await sample(run, { plugins: builtins, out: to, seed, count: 1, ...options }, memoryConsole());
    found.push(await read(join(to, images[0]!.file!)));
  }
  return found;
}

function same(a: Picture, b: Picture, what: string, tolerance = 1): void {
  assert.equal(a.data.length, b.data.length, what);
  assert.ok(a.data.every((value, i) => Math.abs(value - b.data[i]!) <= tolerance), what);
}

async function refused(action: Promise<unknown>): Promise<string> {
  const error = await refusalOf(action);
  return [error.message, ...error.problems.flatMap(({ help }) => help)].join("\n");
}

/** Pictures of a grid with captions: `cells` knows none. */
async function gridCells(path: string, rows: number, columns: number): Promise<Picture[][]> {
  const whole = await read(path);
  const pitch = 72 + 4 + 18;
  const top = whole.height - 12 - rows * pitch + 4;
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      const data = Uint8Array.from({ length: 192 }, (_, at) => {
        const [row, column] = [Math.floor(at / 24), Math.floor(at / 3) % 8];
        return whole.data[((top + i * pitch + row * 9) * whole.width + 12 + j * 76 + column * 9) * 3 + at % 3]!;
      });
      return { width: 8, height: 8, data };
    }));
}

Deno.test("a grid holds the pictures that sample gives, and another sampler's where asked for", async () => {
  const file = out("grid.png");
  await gridPicture(run, { plugins: builtins, out: file, rows: 1, columns: 2, seed: 7 }, memoryConsole());
  const [first] = await gridCells(file, 1, 2);
  for (const [i, picture] of (await sampled([7, 8])).entries()) same(first![i]!, picture, `picture ${i}`);
  await gridPicture(run, { plugins: builtins, out: file, columns: 2, seed: [9, 3, 7] }, memoryConsole());
  const listed = await gridCells(file, 2, 2);
  for (const [i, picture] of (await sampled([9, 3, 7])).entries()) {
    same(listed[Math.floor(i / 2)]![i % 2]!, picture, `picture ${i} of the list`);
  }
  const console = memoryConsole();
  const sampler = "{ use: ddim, steps: 4, stochasticity: 1, variance_preserving: false }";
  await gridPicture(run, { plugins: builtins, out: file, columns: 2, seed: [9, 3, 7], sampler }, console);
  assert.notDeepEqual(await gridCells(file, 2, 2), listed);
  assert.match(console.lines.join("\n"), /ddim, steps 4, stochasticity 1, not variance preserving/);
});

Deno.test("sample takes a list of seeds, and enlarges files and grid by whole pixels", async () => {
  const [to, file] = [out("listed"), out("listed.png")];
  const options = { plugins: builtins, out: to, grid: file, seed: [9, 3, 4], scale: 3 };
  const console = memoryConsole();
  const { images } = await sample(run, options, console);
  assert.deepEqual(images.map(({ seed }) => seed), [9, 3, 4]);
  assert.match(console.lines.join("\n"), /listed\.png, seeds 9, 3, 4 row by row/);
  const { images: written } = JSON.parse(await Deno.readTextFile(join(to, "samples.json")));
  assert.deepEqual(written, images);
  const grid = cutGrid(await read(file), { rows: 2, columns: 2 });
  for (const [i, picture] of (await sampled([9, 3, 4])).entries()) {
    const large = await read(join(to, images[i]!.file!));
    assert.deepEqual(large, enlarge(picture, 3));
    assert.deepEqual(grid[i], large);
  }
  await sample(run, { ...options, labels: true }, memoryConsole());
  const { width, height } = await about(file);
  assert.deepEqual([width, height], [12 + 2 * 24 + 4 + 12, 12 + 2 * (24 + 18) + 4 + 12], "room for captions");
  const count = sample(run, { plugins: builtins, seed: [1, 2], count: 3 }, memoryConsole());
  assert.match(await refused(count), /Cannot use "--count 3" with 2 seeds\nleave out --count/);
});

Deno.test("each row of steps is what sample gives for as many; all begin with one noise", async () => {
  const file = out("steps.png");
  await stepsPicture(
    run,
    { plugins: builtins, out: file, sampler: "quick", steps: [1, 2, 5], columns: 8 },
    memoryConsole(),
  );
  const rows = await cells(file, { rows: 3, columns: 8 });
  for (const [i, steps] of [1, 2, 5].entries()) {
    const expected = await sampled([0, 1, 2], { sampler: "quick", steps });
    for (const [j, picture] of expected.entries()) same(rows[i]![j]!, picture, `${steps} steps, seed ${j}`);
  }
  const requests = [1, 2, 5].map((steps) => ({ text: "preview", options: { steps } }));
  await using loaded = await loadWithSamplers(run, requests, { plugins: builtins }, memoryConsole());
  const first = [];
  for (const sampler of loaded.samplers) first.push((await trajectory(loaded.model, sampler, [0, 1])).noisy[0]!);
  assert.deepEqual(first[1], first[0]);
  assert.deepEqual(first[2], first[0]);
});

Deno.test("the last row of steps is another run's, from the same noises by its first sampler", async () => {
  const other = (name: string, size: number) =>
    recipe.replace("name: small", `name: ${name}`).replace("seed: 5", "seed: 8").replace("size: 8", `size: ${size}`)
      .replace("preview: { use: ddim, steps: 3, stochasticity: 0.5 }", "preview: { use: dpmpp, steps: 4 }")
      .replace(/train: .*/, "train: { steps: 1 }");
  for (const [name, size] of [["other", 8], ["large", 16]] as const) {
    await Deno.writeTextFile(join(folder, `${name}.yaml`), other(name, size));
    await train(join(folder, `${name}.yaml`), { ...common, runs: join(folder, "runs") }, memoryConsole());
  }
  const beside = join(folder, "runs", "other");
  const file = out("beside.png"), console = memoryConsole();
  const options = { plugins: builtins, out: file, sampler: "quick", steps: [2], columns: 8 };
  await stepsPicture(run, { ...options, beside }, console);
  const rows = await cells(file, { rows: 2, columns: 8 });
  const seeds = [0, 1, 2];
  for (const [i, target] of [run, beside].entries()) {
    const requests = [{ text: i === 0 ? "quick" : "preview" }];
    await using loaded = await loadWithSamplers(target, requests, { plugins: builtins }, memoryConsole());
    const pictures = await generatePictures(loaded.model, loaded.samplers[0]!, seeds, {});
    for (const [j, picture] of pictures.entries()) same(rows[i]![j]!, picture, `row ${i}, seed ${j}`);
  }
  assert.match(console.lines.join("\n"), /other.*\n.*dpmpp.*, 4 steps/);

  await assert.rejects(
    stepsPicture(run, { ...options, beside: join(folder, "runs", "large") }, memoryConsole()),
    /Cannot draw ".*large" beside it: its pictures have 16×16 pixels, not 8×8/,
  );
});

Deno.test("a trajectory ends with the picture of its seed, after as many steps as the sampler has", async () => {
  const requests = [{ text: "preview" }, { text: "{ use: ddim, steps: 6 }" }];
  const expected = [
    await sampled([4, 9], { sampler: "preview" }),
    await sampled([4, 9], { sampler: "quick", steps: 6 }),
  ];
  await using loaded = await loadWithSamplers(run, requests, { plugins: builtins }, memoryConsole());
  const { model, samplers } = loaded;
  assert.deepEqual(samplers.map((sampler) => samplerLabel(sampler)), ["ddim, stochasticity 0.5", "ddim"]);
  assert.deepEqual(trajectoryLabels(samplers), ["ddim, stochasticity 0.5, 3 steps", "ddim, deterministic, 6 steps"]);
  assert.deepEqual(trajectoryLabels(samplers.slice(1)), ["ddim, deterministic"]);
  for (const [i, sampler] of samplers.entries()) {
    const { noisy, signal, result } = await trajectory(model, sampler, [4, 9], 1);
    assert.deepEqual([noisy.length, signal.length], [[3, 3], [6, 6]][i]);
    for (const step of [...noisy, ...signal]) assert.equal(step.length, 2);
    assert.deepEqual(signal.at(-1), result);
    for (const [j, picture] of expected[i]!.entries()) same(result[j]!, picture, `seed ${j}`);
  }
});

Deno.test("a trajectory is drawn as a picture, and as an animation with a frame a step", async () => {
  const options = { plugins: builtins, samplers: ["quick", "{ use: ddim, stochasticity: 1 }"], steps: 5, columns: 3 };
  await trajectoryPicture(run, { ...options, out: out("way.png") }, memoryConsole());
  const rows = await cells(out("way.png"), { rows: 4, columns: 3 });
  assert.deepEqual(rows[0]![0], rows[2]![0], "both begin with the same noise");
  assert.notDeepEqual(rows[1]![2], rows[3]![2]);
  const [last] = await sampled([0], { sampler: "quick", steps: 5 });
  same(rows[1]![2]!, last!, "the last signal");
  await trajectoryPicture(run, { ...options, out: out("way.gif"), delay: 90 }, memoryConsole());
  const { pages, delay } = await about(out("way.gif"));
  assert.deepEqual([pages, delay], [5, [90, 90, 90, 90, 2000]]);
});

Deno.test("interpolation begins and ends with the pictures of its seeds, and an animation comes back", async () => {
  const options = { plugins: builtins, sampler: "quick", rows: 2, seed: 3 };
  await interpolationPicture(run, { ...options, columns: 8, out: out("between.png") }, memoryConsole());
  const rows = await cells(out("between.png"), { rows: 2, columns: 8 });
  const ends = await sampled([3, 4, 5, 6], { sampler: "quick" });
  for (const [i, [from, to]] of [[0, 1], [2, 3]].entries()) {
    same(rows[i]![0]!, ends[from!]!, "where it begins", 2);
    same(rows[i]![7]!, ends[to!]!, "where it ends", 2);
    assert.notDeepEqual(rows[i]![1], rows[i]![0]);
  }
  const moving = { ...options, columns: 2, stops: 2, frames: 3, delay: 50 };
  await interpolationPicture(run, { ...moving, out: out("between.webp") }, memoryConsole());
  const { pages, delay } = await about(out("between.webp"));
  assert.deepEqual([pages, delay], [6, Array(6).fill(50)]);
});

Deno.test("the animation of a run has a frame for each grid of samples; a picture has rows of them", async () => {
  assert.deepEqual((await sampleGrids(run)).map(({ label }) => label), ["epoch 1", "epoch 2", "epoch 3"]);
  await animationPicture(run, { plugins: builtins, delay: 70 }, memoryConsole());
  const { pages, delay } = await about(join(run, "pictures", "animation.gif"));
  assert.deepEqual([pages, delay], [3, [70, 70, 2000]]);
  await animationPicture(run, { plugins: builtins, out: out("epochs.png"), rows: 2, columns: 8 }, memoryConsole());
  const rows = await cells(out("epochs.png"), { rows: 2, columns: 8, side: 64 });
  const last = cutGrid(await read(join(run, "samples", "epoch-003.png")), { rows: 2, columns: 8 });
  const small = (picture: Picture) =>
    Array.from({ length: 64 }, (_, i) => {
      const at = (Math.floor(i / 8) * 8 * picture.width + (i % 8) * 8) * 3;
      return [...picture.data.subarray(at, at + 3)];
    }).flat();
  assert.equal(rows[1]![1]!.data.join(), small(last[1]!).join());
  assert.match(
    await refused(animationPicture(folder, { plugins: builtins }, memoryConsole())),
    /it is not a run folder/,
  );
});

Deno.test("all schedules are in one chart, those of options given where they have them; a recipe's is alone", async () => {
  const draw = async (options: { recipe?: string; overrides?: string[] }) => {
    const console = memoryConsole();
    await schedulePicture({ plugins: builtins, out: out("schedule.svg"), ...options }, console);
    return await Deno.readTextFile(out("schedule.svg"));
  };
  const all = await draw({});
  for (const name of builtins.names("schedule")) assert.ok(all.includes(`schedule: ${name}"`), name);
  for (const text of ["diffusion time", "signal rate", "noise rate", "log signal-to-noise ratio (ln)"]) {
    assert.ok(all.includes(`>${text}</text>`), text);
  }
  assert.notEqual(await draw({ overrides: ["start_log_snr=5"] }), all);
  assert.ok((await draw({ recipe: join(folder, "small.yaml") })).includes("small: cosine"));
  const { file } = await schedulePicture({ plugins: builtins, recipe: run }, memoryConsole());
  assert.equal(file, join(run, "pictures", "schedule.png"));
  assert.ok(await isThere(file));
  assert.match(await refused(draw({ overrides: ["stat_log_snr=5"] })), /did you mean start_log_snr\?/);
  assert.match(await refused(draw({ overrides: ["%TEMP%"] })), /Cannot read override "%TEMP%"/);
  assert.match(await refused(draw({ overrides: ["start_log_snr=[1"] })), /Bracket "\[" is not closed/);
  assert.match(
    await refused(draw({ overrides: ["start_log_snr=high"] })),
    /Option "start_log_snr" of schedule\/cosine takes a number from -30 to 30, not the text "high"/,
  );
});

Deno.test("ratios of a schedule are shown whole, and where an axis ends before them it says so", async () => {
  const axis = (part: "signal" | "noise", ...ends: number[]) =>
    ratioAxis(part, ends.map((end, i) => ({ name: `schedule-${i}`, values: [1, end] })));
  assert.deepEqual(axis("noise", 1.05), { title: "next noise power / noise power", range: [1, 1.2] });
  assert.deepEqual(axis("noise", 1.05, 1.87).range, [1, 1.9]);
  assert.deepEqual(axis("noise", 14.24), {
    title: "next noise power / noise power; schedule-0 reaches 14.2",
    range: [1, 2],
  });
  assert.match(axis("noise", 3, 4).title, /2 schedules reach 4$/);
  assert.deepEqual(axis("signal", 0.03), { title: "next signal power / signal power", range: [0, 1] });
  const file = out("fluid.svg");
  await schedulePicture({ plugins: builtins, out: file }, memoryConsole());
  assert.match(await Deno.readTextFile(file), /^<svg style="max-width: 100%; height: auto"[^>]* viewBox=/);
});

Deno.test("diffusion shows an image turning to noise, from a run or a recipe", async () => {
  for (const target of [run, join(folder, "small.yaml")]) {
    await diffusionPicture(target, { ...common, out: out("over-time.png"), columns: 5 }, memoryConsole());
    const [noisy, signal] = await cells(out("over-time.png"), { rows: 4, columns: 5 });
    const apart = (a: Picture, b: Picture) => a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0);
    const distances = noisy!.map((picture) => apart(picture, signal![0]!));
    for (let i = 1; i < 5; i++) assert.ok(distances[i]! > distances[i - 1]!, distances.join());
  }
  await diffusionPicture(run, { ...common, out: out("over-time.gif"), columns: 4, delay: 60 }, memoryConsole());
  assert.deepEqual((await about(out("over-time.gif"))).delay, [800, 60, 60, 800, 60, 60]);
  const { file } = await diffusionPicture(run, { ...common, columns: 2 }, memoryConsole());
  assert.equal(file, join(run, "pictures", "diffusion.png"));
  const none = { ...common, overrides: ["dataset.validation=0"], out: out("none.png") };
  const said = await refused(diffusionPicture(join(folder, "small.yaml"), none, memoryConsole()));
  assert.match(said, /it has no validation pictures\nname a picture: --image FILE$/);
  const missing = diffusionPicture(run, { ...common, image: join(folder, "none.png") }, memoryConsole());
  assert.match(await refused(missing), /Cannot read the picture ".*none\.png"/);
});

Deno.test("kid measures each sampler with each number of steps once, keeps what it measured, and draws it", async () => {
  const draw = async (samplers: string[], steps: number[]) => {
    const console = memoryConsole();
    const options = { ...common, metric: "glow", samplers, steps, out: out("glow.svg") };
    const { cells } = await kidPicture(run, options, console);
    return { cells, said: console.lines.join("\n"), svg: await Deno.readTextFile(out("glow.svg")) };
  };
  const first = await draw(["preview", "quick"], [1, 2]);
  assert.match(first.said, /4 measurements, 0 of them done before/);
  assert.equal(new Set(first.cells.map(({ measurement }) => measurement.value)).size > 1, true);
  for (const text of ["glow(mean), higher is better", "network evaluations", "ddim", "ddim, stochasticity 0.5"]) {
    assert.ok(first.svg.includes(`>${text}</text>`), text);
  }
  const again = await draw(["preview", "quick"], [1, 2]);
  assert.match(again.said, /4 measurements, 4 of them done before/);
  assert.deepEqual(again.cells, first.cells);
  assert.equal(again.svg, first.svg);
  const more = await draw(["quick", "{ use: ddim, stochasticity: 1 }"], [2, 3]);
  assert.match(more.said, /4 measurements, 1 of them done before/);
  assert.deepEqual(more.cells[0], first.cells[3]);
  const other = { ...common, metric: "glow", samplers: ["quick"], steps: [2], ema: "network", out: out("glow.svg") };
  const network = memoryConsole();
  await kidPicture(run, other, network);
  assert.match(network.lines.join("\n"), /1 measurement, 0 of them done before/, "of other weights");

  const kept = join(run, "pictures", "glow-step-000012.json");
  assert.ok(await isThere(kept), [...Deno.readDirSync(join(run, "pictures"))].map(({ name }) => name).join());
  await Deno.writeTextFile(kept, "[{");
  assert.match(await refused(draw(["quick"], [1])), /remove the file, and they are measured again/);

  const weights = "inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5";
  await Deno.mkdir(join(cache, "metrics", "kid"), { recursive: true });
  await Deno.writeTextFile(join(cache, "metrics", "kid", weights), "of something else");
  const console = memoryConsole();
  const said = await refused(kidPicture(run, { ...common, metric: "kid", steps: [1] }, console));
  assert.match(said, /^Cannot measure "kid": a file it needs is missing\n[^]*not the one expected/);
  assert.match(said, /\nor give them with --weights FILE$/);
  assert.deepEqual(console.warnings, []);
});

Deno.test("samplers are drawn over evaluations of the network; with a spread for few alone", async () => {
  const cell = (sampler: string, steps: number, evaluations: number): KidCell => ({
    key: `${sampler} ${steps}`,
    sampler,
    steps,
    evaluations,
    measurement: { id: "metrics[0]", label: "m", name: "m", value: 1 / steps, spread: 0.1, better: "lower" },
  });
  const cells = (names: string[]) => names.flatMap((name) => [2, 4].map((steps) => cell(name, steps, steps)));
  const draw = async (cells: KidCell[]) => await chartToSvg(kidChart(cells, "about"));
  const both = await draw([...cells(["a", "b"]), cell("c", 2, 4), cell("c", 4, 8)]);
  assert.ok(both.includes(">network evaluations</text>") && !both.includes("diffusion steps"));
  assert.match(both, /network evaluations: 8; m, lower is better: 0\.25; sampler: c/);
  assert.ok(both.includes("bands: standard deviation over batches"));
  assert.ok(!(await draw(cells(["a", "b", "c", "d", "e"]))).includes("bands"));
});

const twice = "{ use: second-order, steps: 9 }";

Deno.test("samplers have as many evaluations each, or the nearest number below, from the same noises", async () => {
  const file = out("samplers.png");
  const options = { plugins: builtins, samplers: ["quick", twice], evaluations: [4, 5], seed: [9, 4, 5, 6] };
  await samplersPicture(run, { ...options, out: file }, memoryConsole());
  const whole = await read(file);
  const requests = async (recipe: Recipe) => await evaluationRequests(recipe, options.samplers, options.evaluations);
  await using loaded = await loadWithSamplers(run, requests, { plugins: builtins }, memoryConsole());
  const { model, samplers } = loaded;
  assert.deepEqual(samplers.map(({ stage }) => stage.steps), [4, 5, 2, 2]);
  assert.deepEqual(samplers.map(evaluationsOf), [4, 5, 4, 4]);
  assert.equal(stepsOf(samplers.slice(0, 2), [4, 5]), "4, 5 steps");
  assert.equal(stepsOf(samplers.slice(2), [4, 5]), "2, 2 steps\n4, 4 evaluations");
  // The second row's first picture, 2 steps of second order from seed 9: where the figure says it is.
  const [picture] = await generatePictures(model, samplers[2]!, [9]);
  const [gap, room, side] = [4, 14, 72];
  const left = whole.width - 12 - 8 * side - 7 * gap - room, top = whole.height - 12 - side;
  const shown = Uint8Array.from({ length: 192 }, (_, i) => {
    const [row, column] = [Math.floor(i / 24), Math.floor(i / 3) % 8];
    return whole.data[((top + row * 9) * whole.width + left + column * 9) * 3 + i % 3]!;
  });
  same({ width: 8, height: 8, data: shown }, picture!, "second order from seed 9");
  const few = samplersPicture(run, { ...options, evaluations: [1], out: file }, memoryConsole());
  assert.match(await refused(few), /Cannot draw second-order in 1 evaluation: each of its steps takes 2[^]*2,4,8/);
});

Deno.test("a trajectory is numbered by steps where all have as many, else by evaluations under each picture", async () => {
  const requests = ["quick", "{ use: ddim, steps: 2 }", twice].map((text) => ({ text }));
  await using loaded = await loadWithSamplers(run, requests, { plugins: builtins }, memoryConsole());
  const [a, b, c] = loaded.samplers;
  assert.deepEqual(numbered([a!, b!], [[0, 1], [0, 1]], 1), { columnsTitle: "step (of 2)", columnLabels: ["1", "2"] });
  assert.deepEqual(numbered([a!, c!], [[0, 1], [0, 8]], 1).captions, [
    ["0", "1"],
    ["1", "2"],
    ["0", "16"],
    ["2", "18"],
  ]);
  assert.deepEqual(moments([a!, b!]).map(({ title, steps }) => [title, ...steps]), [
    ["Step 1 of 2", 0, 0],
    ["Step 2 of 2", 1, 1],
  ]);
  const frames = moments([a!, c!]);
  assert.deepEqual(frames.map(({ steps }) => steps.join()).slice(0, 3), ["1,0", "1,0", "1,1"]);
  assert.deepEqual(frames.at(-1), { title: "18 of 18 network evaluations", steps: [1, 8] });
});

Deno.test("neighbours finds the training pictures that are nearest, and the report shows it", async () => {
  const console = memoryConsole();
  const { file, distances } = await neighboursPicture(run, { ...common, images: 3, rows: 2, columns: 2 }, console);
  assert.equal(file, join(run, "pictures", "neighbours.png"));
  assert.equal(distances.generated.length, 3);
  assert.ok(distances.held.length > 0 && distances.held.every((distance) => distance > 0));
  assert.match(console.lines.join(" ").replaceAll(/\s+/g, " "), /measured Median distance .* for 3 generated pictures/);
  await report(run, { plugins: builtins }, memoryConsole());
  const page = await Deno.readTextFile(join(run, "report.html"));
  assert.match(page, /<h2>Nearest training pictures<\/h2>\s*<p>Median distance/);
  await Deno.remove(file);
  await Deno.remove(join(run, "pictures", "neighbours.json"));
  await report(run, { plugins: builtins }, memoryConsole());
});

Deno.test("training leaves a report with its curves, samples and graph, and report writes it again", async () => {
  const file = join(run, "report.html");
  const first = await Deno.readTextFile(file);
  const texts = ["Loss of training", "milliseconds a step", "epoch 3", "residual-unet", "2,063 parameters"];
  for (const text of [...texts, "3 of 3 epochs, finished"]) {
    assert.ok(first.includes(text), text);
  }
  assert.equal(first.match(/src="data:image\/png;base64,/g)?.length, 3);
  await Deno.remove(file);
  assert.equal(await report(run, { plugins: builtins }, memoryConsole()), file);
  // Clips are numbered on, so that charts of a page differ.
  const timeless = (html: string) => html.replaceAll(/clip\d+|Written [^<]*|, [\w ]* before this page/g, "");
  assert.equal(timeless(await Deno.readTextFile(file)) === timeless(first), true);
  const longer = join(folder, "longer");
  await Deno.mkdir(longer);
  const recipe = await Deno.readTextFile(join(run, "recipe.yaml"));
  await Deno.writeTextFile(join(longer, "recipe.yaml"), recipe.replace("epochs: 3", "epochs: 300"));
  await Deno.copyFile(join(run, "log.jsonl"), join(longer, "log.jsonl"));
  const page = () => report(longer, { plugins: builtins }, memoryConsole()).then((file) => Deno.readTextFile(file));
  assert.match(await page(), /3 of 300 epochs, stopped/);
  using _lock = await lockFolder(longer);
  assert.match(await page(), /3 of 300 epochs, training now/);
  assert.match(await refused(report(folder, { plugins: builtins }, memoryConsole())), /it is not a run folder/);
});

Deno.test("files of another kind, samplers and numbers that are none are refused before any work", async () => {
  const draw = (options: Record<string, unknown>) =>
    gridPicture(run, { plugins: builtins, ...options }, memoryConsole());
  assert.match(await refused(draw({ out: "grid.jpg" })), /Cannot write a picture as "grid\.jpg"/);
  assert.match(await refused(draw({ sampler: "dddim" })), /ddim/);
  assert.match(await refused(draw({ sampler: "{ use: ddim, stochastisity: 1 }" })), /did you mean stochasticity\?/);
  assert.match(await refused(draw({ rows: 0 })), /--rows 0/);
  assert.match(await refused(draw({ overrides: ["backend=cpu", "seed=3"] })), /"seed=3"[^]*use --seed 3$/);
  assert.match(await refused(draw({ seed: 2 ** 31 - 32 + 1 })), /a whole number from 0 to 2147483616$/);
  const of = (options: Partial<SampleOptions>) => sample(run, { plugins: builtins, ...options }, memoryConsole());
  assert.match(await refused(of({ overrides: ["seed=3"] })), /use --seed 3$/);
  assert.match(
    await refused(of({ grid: out("grid.jpg") })),
    /Cannot write a grid as .*\nuse a name that ends in \.png$/,
  );
  assert.equal(await isThere(out("grid.jpg")), false);
});
