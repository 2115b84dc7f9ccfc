/** Tests of resolved recipes as text, their differences, and where their values came from. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { visible } from "../../lib/text/mod.ts";
import { explain } from "./explain.ts";
import { fakes } from "./fake_plugins.ts";
import { readRecipe } from "./read.ts";
import { inFolder, read, smallest } from "./testing.ts";
import { differences, toYaml } from "./write.ts";

const rich = `name: rich
seed: 42
dataset:       { use: image-folder, folder: "pictures: of mine # 1", image_size: 64 }
augmentation:  [ horizontal-flip, { use: random-crop, margin: 1e-7 } ]
network:       { use: residual-unet, widths: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 480] }
optimizer:     { learning_rate: 1e-3 }
samplers:
  preview: { use: ddim, steps: 5 }
  best:    { use: multistep, steps: 7, order: 3 }
metrics:       [ { use: kid, sampler: preview, every: 2 epochs }, noise ]
train:         { epochs: 40, keep: { best: kid } }
plugins:       [ mine.ts ]
`;

Deno.test("toYaml() writes a recipe that reads back equal, and the same text again", async () => {
  for (const recipeText of [rich, smallest]) {
    await inFolder({ "r.yaml": recipeText, "mine.ts": "" }, async () => {
      const { resolved } = await readRecipe("r.yaml", { plugins: fakes });
      const text = toYaml(resolved);
      assert.deepEqual(parse(text).seed, resolved.seed);
      // In another folder: paths of plugins have to hold.
      await Deno.mkdir("runs/x", { recursive: true });
      await Deno.writeTextFile("runs/x/recipe.yaml", text);
      const again = await readRecipe("runs/x", { plugins: fakes, trust: { all: true } });
      assert.deepEqual(again.resolved, resolved);
      assert.deepEqual(again.stages.map((stage) => stage.options).length, again.stages.length);
      assert.equal(toYaml(again.resolved), text);
      assert.deepEqual(differences(resolved, again.resolved), []);
    });
  }
});

Deno.test("toYaml() puts a stage on a line where it fits, and a stage without options by its name", async () => {
  const { resolved } = await read({ "r.yaml": rich, "mine.ts": "" });
  const { plugins: _, ...rest } = resolved;
  assert.equal(
    toYaml(rest),
    `name: rich
seed: 42
dataset:
  use: image-folder
  folder: "pictures: of mine # 1"
  image_size: 64
  batch_size: 64
  repeats: 1
augmentation: [ horizontal-flip, { use: random-crop, margin: 1e-7 } ]
normalizer: mean-variance
network:
  use: residual-unet
  widths: [ 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 480 ]
  block_depth: 2
  embedding_dims: 32
  max_frequency: 1000
schedule: { use: cosine, start: 2.5, end: -7.5 }
parametrization: noise
loss: { use: denoising, weighting: noise }
optimizer: { use: adamw, learning_rate: 0.001, amsgrad: false }
ema: { use: exponential, decay: 0.999 }
samplers:
  preview: { use: ddim, steps: 5, stochasticity: 0, clip: false }
  best: { use: multistep, steps: 7, order: 3, clip: false }
metrics: [ { use: kid, sampler: preview, every: 2 epochs }, { use: noise, every: 1 epoch } ]
train:
  epochs: 40
  checkpoint: 1 epoch
  keep: { last: 2, best: kid }
  samples: { every: 1 epoch, rows: 4, columns: 8 }
backend: auto
`,
  );
});

Deno.test("toYaml() keeps text text, whatever it looks like", () => {
  const folder = [
    "3",
    "true",
    "null",
    "1e3",
    "~",
    "",
    " x ",
    "a: b",
    "# c",
    "- d",
    "[e]",
    "é😀",
    "line\nbreak",
    "'q\"",
    "*z",
  ];
  for (const value of folder) {
    const resolved = { dataset: { use: "image-folder", folder: value } };
    assert.deepEqual(parse(toYaml(resolved)), resolved, JSON.stringify(value));
  }
});

Deno.test("toYaml() writes values that are shared out, each in its place", () => {
  const shared = [1, 2];
  assert.doesNotMatch(toYaml({ network: { use: "x", widths: shared, at: shared } }), /[&*]/);
});

Deno.test("differences() names each value that differs, from the old to the new", async () => {
  const text = { "r.yaml": rich, "mine.ts": "" };
  const before = await read(text);
  const after = await read(
    text,
    "seed=7",
    "network.widths=[1, 2]",
    "schedule=linear",
    "samplers.more={ use: ddim, steps: 2 }",
    "augmentation=[]",
    "metrics.0.sampler=best",
    "train.epochs=41",
    "train.keep={}",
  );
  // The folders differ too: each was read in its own.
  assert.deepEqual(differences(before.resolved, after.resolved), [
    "seed: 42 → 7",
    "augmentation: [{ use: horizontal-flip }, { use: random-crop, margin: 1e-7 }] → []",
    "network.widths: [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 480] → [1, 2]",
    "schedule.use: cosine → linear",
    "samplers.more: (none) → { use: ddim, steps: 2, stochasticity: 0, clip: false }",
    "metrics[0].sampler: preview → best",
    "train.epochs: 40 → 41",
  ]);
  assert.deepEqual(differences({ a: "3" }, { a: 3 }), ['a: "3" → 3']);
  assert.deepEqual(differences({ a: { b: 1 } }, {}), ["a: { b: 1 } → (none)"]);
});

Deno.test("explain() shows every value with where it came from, in 100 columns", async () => {
  const files = {
    "r.yaml": "extends: base.yaml\nnetwork: { block_depth: 1 }\nsamplers: { preview: { use: ddim, steps: 5 } }\n",
    "base.yaml": smallest + "metrics: [ { use: kid, sampler: preview } ]\n",
  };
  assert.equal(
    explain(await read(files, "ema.decay=0.5")),
    `name                            r                  default
seed                            0                  default
dataset                         emoji              base.yaml:1
dataset.image_size              32                 default
dataset.batch_size              64                 default
dataset.repeats                 1                  default
augmentation                    []                 default
normalizer                      mean-variance      default
network                         residual-unet      base.yaml:2
network.widths                  [32, 64, 96, 128]  default
network.block_depth             1                  r.yaml:2
network.embedding_dims          32                 default
network.max_frequency           1000               default
schedule                        cosine             default
schedule.start                  2.5                default
schedule.end                    -7.5               default
parametrization                 noise              default
loss                            denoising          default
loss.weighting                  noise              default
optimizer                       adamw              default
optimizer.learning_rate         0.001              default
optimizer.amsgrad               false              default
ema                             exponential        default
ema.decay                       0.5                command line
samplers.preview                ddim               r.yaml:3
samplers.preview.steps          5                  r.yaml:3
samplers.preview.stochasticity  0                  default
samplers.preview.clip           false              default
metrics[0]                      kid                base.yaml:4
metrics[0].sampler              preview            base.yaml:4
metrics[0].every                1 epoch            default
train.epochs                    3                  base.yaml:3
train.checkpoint                1 epoch            default
train.keep.last                 2                  default
train.samples.every             1 epoch            default
train.samples.rows              4                  default
train.samples.columns           8                  default
backend                         auto               default

38 values: 8 from files, 1 from the command line, 29 by default`,
  );
  const long = await read(smallest.replace("emoji", `{ use: image-folder, folder: ${"x".repeat(300)} }`));
  for (const line of explain(long).split("\n")) assert.ok(line.length <= 100, line);
});

Deno.test("toYaml() writes what cannot be seen by its code, and it reads back", async () => {
  const texts = [
    "a\u200bb",
    "\u001b[2J",
    "C:\new",
    "x\u202e",
    "\u{e0041}",
    "👩‍👩‍👧",
    "\u0085\u2028",
    "\u3164",
    "é 漢",
    "#\u00ad: 'x'",
  ];
  for (const folder of texts) {
    const recipe = await read(smallest.replace("emoji", `{ use: image-folder, folder: ${JSON.stringify(folder)} }`));
    assert.equal(recipe.stages[0]!.options.folder, folder);
    for (const text of [toYaml(recipe.resolved), explain(recipe)]) {
      for (const line of text.split("\n")) assert.equal(visible(line), line);
    }
    assert.deepEqual((await read(toYaml(recipe.resolved))).resolved, recipe.resolved);
  }
});
