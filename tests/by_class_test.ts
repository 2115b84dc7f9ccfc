/** Each class by itself: what metrics measure of it, and the grids while training. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, DenoiseError, evaluate, readRecipe, report, sample, train, wire } from "../mod.ts";
import { cutFigure, decode, enlarge } from "../lib/image/mod.ts";
import { readLog } from "../pipeline/run/log.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { glow } from "./glow.ts";

const folder = await Deno.makeTempDir();
const cache = join(folder, "cache");
const categories = ["Activities", "Food & Drink", "Objects"];

await Deno.writeTextFile(join(folder, "glow.ts"), glow(6, 4));

const recipe = (classes: string, metric = "by_class: true") => `
name: by-class
plugins: [./glow.ts]
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [${categories.join(", ")}] }
network: { use: patch-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4${classes} }
samplers: { preview: { use: ddim, steps: 2, guidance: { scale: 3 } } }
metrics:
  - { use: validation-error, every: 4 steps, ${metric} }
  - { use: glow, sampler: preview, every: 4 steps, ${metric} }
train: { steps: 8, samples: { every: 4 steps, rows: 1, columns: 2, classes: all } }
optimizer: { use: adamw, learning_rate: 0.1 }
ema: { use: exponential, decay: 0 }
backend: wasm
`;

const run = join(folder, "run"), file = join(folder, "by-class.yaml");
await Deno.writeTextFile(file, recipe(", classes: 3"));
await train(file, { plugins: builtins, cache, folder: run }, memoryConsole());

Deno.test("numbers of classes make up the number of all pictures, in the log and in evaluate", async () => {
  const entries = (await readLog(join(run, "log.jsonl"))).filter(({ event }) => event === "metrics");
  assert.equal(entries.length, 2);
  const console = memoryConsole();
  const { metrics } = await evaluate(run, { plugins: builtins, cache, steps: null }, console);
  const last = entries.at(-1)!.by_class as Record<string, Record<string, number>>;
  for (const { label, value, classes } of metrics) {
    assert.deepEqual(classes!.map(({ name }) => name), categories);
    for (const { name, value } of classes!) assert.ok(Math.abs(last[label]![name]! - value) < 1e-6 * Math.abs(value));
    const values = classes!.map(({ value }) => value);
    assert.equal(new Set(values).size, 3);
    assert.ok(Math.min(...values) < value && value < Math.max(...values), `${label}: ${value} of ${values}`);
  }
  assert.ok(console.lines.some((line) => line.startsWith("  Food & Drink")), console.lines.join("\n"));
  // Every picture counts alike in an error: classes by their number of pictures give that of all.
  const counts = await picturesOf();
  const all = counts.reduce((a, b) => a + b);
  for (const { value, classes } of metrics.slice(0, 2)) {
    const sum = classes!.reduce((sum, { value }, i) => sum + value * counts[i]!, 0);
    assert.ok(Math.abs(sum / all - value) < 1e-6, `${sum / all} and ${value}`);
  }
});

/** Validation pictures of each class, by the run's own record. */
async function picturesOf(): Promise<number[]> {
  const [name] = await Array.fromAsync(Deno.readDir(join(run, "data")), ({ name }) => name);
  const lines = (await Deno.readTextFile(join(run, "data", name!))).trim().split("\n").map((line) => JSON.parse(line));
  return categories.map((_, label) => lines.filter(([split, , own]) => split === "validation" && own === label).length);
}

Deno.test("metrics look at pictures of the classes that validation has, guided as samples are", async () => {
  const glowOf = async (...overrides: string[]) =>
    (await evaluate(run, { plugins: builtins, cache, steps: null, overrides }, memoryConsole())).metrics.at(-1)!;
  const of = (options: string) => `metrics=[{ use: glow, sampler: preview${options} }]`;
  const { value, classes } = await glowOf(of(", by_class: true"));
  assert.notEqual((await glowOf(of(""), "samplers.preview.guidance.scale=1")).value, value);
  const brightness = new Map(classes!.map(({ name, value }) => [name, value]));
  for (const name of categories) {
    const out = join(folder, name);
    const { images } = await sample(run, { plugins: builtins, class: name, count: 6, out }, memoryConsole());
    let sum = 0;
    for (const { file } of images) {
      sum += (await decode(await Deno.readFile(join(out, file!)))).data.reduce((sum, byte) => sum + byte / 255, 0);
    }
    assert.ok(
      Math.abs(sum / 6 - brightness.get(name)!) < 0.1,
      `${name}: ${sum / 6} as files, ${brightness.get(name)} measured`,
    );
  }
});

Deno.test("grids while training have a row of each class, as sample draws it", async () => {
  const files = (await Array.fromAsync(Deno.readDir(join(run, "samples")), ({ name }) => name)).sort();
  assert.deepEqual(files, ["step-000004.png", "step-000008.png"]);
  const [first, last] = await Promise.all(files.map(async (name) => {
    const whole = await decode(await Deno.readFile(join(run, "samples", name)));
    return { whole, cut: cutFigure(whole, { rows: 3, columns: 2, width: 8, height: 8 }) };
  }));
  assert.deepEqual([first!.whole.width, first!.whole.height], [last!.whole.width, last!.whole.height]);
  const out = join(folder, "all");
  const { images } = await sample(run, { plugins: builtins, class: "all", count: 2, out }, memoryConsole());
  for (const [i, { file }] of images.entries()) {
    const drawn = await decode(await Deno.readFile(join(out, file!)));
    assert.deepEqual(last!.cut[Math.floor(i / 2)]![i % 2], enlarge(drawn, 9), `${i}`);
  }
});

Deno.test("the report has a line for each class", async () => {
  const page = await Deno.readTextFile(await report(run, { plugins: builtins }, memoryConsole()));
  assert.match(page, /Validation error: noise, by class/);
  for (const name of categories) {
    assert.ok(page.split(`>${name.replace("&", "&amp;")}<`).length > 2, name);
  }
});

Deno.test("what is wanted of each class is refused at its line where the network is told none", async () => {
  await Deno.writeTextFile(file, recipe("").replace(", guidance: { scale: 3 }", ""));
  const error = await readRecipe(file, { plugins: builtins }).then(wire)
    .then(() => assert.fail("it is valid"), (error: unknown) => error);
  assert.ok(error instanceof DenoiseError, String(error));
  assert.deepEqual(error.problems.map(({ code, place }) => [code, place?.line]), [
    ["classes-unused", 8],
    ["classes-unused", 9],
    ["classes-unused", 10],
  ]);
});

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
