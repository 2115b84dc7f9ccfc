/** Tests of reading recipes that are right: forms, defaults, layers, plugins, and where they may be. */
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { sha256 } from "../../lib/files/mod.ts";
import { DenoiseError } from "../problems/problem.ts";
import { fakes } from "./fake_plugins.ts";
import { readRecipe } from "./read.ts";
import { checkpoint, inFolder, read, smallest } from "./testing.ts";
import { toYaml } from "./write.ts";

Deno.test("readRecipe() takes stages as names and as maps, and fills in defaults of recipe, plugin and kind", async () => {
  const recipe = await read(smallest + "metrics: [ noise, { use: kid, sampler: preview, every: 500 steps } ]\n");
  const stage = (id: string) => recipe.stages.find((stage) => stage.id === id)!;
  assert.deepEqual(recipe.stages.map((stage) => `${stage.id} ${stage.plugin.kind}/${stage.plugin.name}`), [
    "dataset dataset/emoji",
    "normalizer normalizer/mean-variance",
    "network network/residual-unet",
    "schedule schedule/cosine",
    "parametrization parametrization/noise",
    "loss loss/denoising",
    "optimizer optimizer/adamw",
    "ema ema/exponential",
    "samplers.preview sampler/ddim",
    "metrics[0] metric/noise",
    "metrics[1] metric/kid",
    "backend backend/auto",
  ]);
  assert.deepEqual(stage("dataset").options, { image_size: 32, batch_size: 64, repeats: 1 });
  assert.deepEqual(stage("samplers.preview").options, { steps: 5, stochasticity: 0, clip: false });
  assert.deepEqual(stage("metrics[1]").options, { sampler: "preview", every: "500 steps" });
  assert.deepEqual(stage("metrics[1]").path, ["metrics", 1]);
  assert.deepEqual(recipe.train, {
    epochs: 3,
    checkpoint: "1 epoch",
    keep: { last: 2 },
    samples: { every: "1 epoch", rows: 4, columns: 8 },
  });
  assert.equal(recipe.seed, 0);
  assert.equal(recipe.name, "r");
});

Deno.test("readRecipe() gives a stage without use that of the default", async () => {
  const recipe = await read(smallest + "ema: { decay: 0.5 }\n");
  assert.deepEqual((recipe.resolved as { ema: unknown }).ema, { use: "exponential", decay: 0.5 });
});

Deno.test("readRecipe() names a recipe after its file, as a folder can be named", async () => {
  const cases: [file: string, name: string][] = [
    ["flowers-ddim.yaml", "flowers-ddim"],
    ["my best one!.yaml", "my-best-one"],
    ["v1.2.yaml", "v1.2"],
    ["Übung.yml", "Übung"],
    ["con.yaml", "recipe-con"],
    ["---.yaml", "recipe"],
    ["e\u0301.yaml", "\u00e9"],
    ["a\u3164b.yaml", "a-u3164b"],
    [`${"a".repeat(79)}\u{20000}.yaml`, "a".repeat(79)],
  ];
  for (const [file, name] of cases) {
    await inFolder({ [file]: smallest }, async () => {
      assert.equal((await readRecipe(file, { plugins: fakes })).name, name);
    });
  }
});

Deno.test("readRecipe() merges extends by stage", async () => {
  const base = `name: base
seed: 7
dataset: { use: emoji, image_size: 64, batch_size: 8 }
augmentation: [ horizontal-flip, random-crop ]
network: { use: residual-unet, widths: [8, 16], block_depth: 4, attention: { heads: 8, at: [2] } }
schedule: { use: cosine, start: 3 }
ema: { use: exponential, decay: 0.5 }
optimizer: adamw
samplers: { preview: { use: ddim, steps: 9, clip: true }, best: { use: multistep, order: 2 } }
train: { epochs: 3, keep: { last: 5 }, samples: { rows: 2 } }
`;
  const over = `extends: base/base.yaml
dataset: { use: emoji, batch_size: 16 }          # same use: options merge
network: { block_depth: 1, widths: [4], attention: { at: [1] } }
schedule: cosine                                 # a name replaces
ema: { decay: 0.9 }
optimizer: { learning_rate: 0.1 }                # the base gives a bare name
augmentation: [ random-crop ]                    # lists replace
samplers: { preview: { clip: false }, best: { use: ddim }, third: multistep }
train: { steps: 100, samples: { columns: 3 } }   # steps replace epochs
`;
  const { resolved, name, seed } = await read({ "r.yaml": over, "base/base.yaml": base });
  assert.equal(name, "r", "a run of this recipe is not a run of its base");
  assert.equal(seed, 7);
  const expected = {
    dataset: { use: "emoji", image_size: 64, batch_size: 16, repeats: 1 },
    augmentation: [{ use: "random-crop", margin: 0.1 }],
    network: {
      use: "residual-unet",
      widths: [4],
      block_depth: 1,
      embedding_dims: 32,
      max_frequency: 1000,
      attention: { heads: 8, at: [1] },
    },
    schedule: { use: "cosine", start: 2.5, end: -7.5 },
    ema: { use: "exponential", decay: 0.9 },
    optimizer: { use: "adamw", learning_rate: 0.1, amsgrad: false },
    samplers: {
      preview: { use: "ddim", steps: 9, stochasticity: 0, clip: false },
      best: { use: "ddim", steps: 20, stochasticity: 0, clip: false },
      third: { use: "multistep", steps: 20, order: 3, clip: false },
    },
    train: {
      steps: 100,
      checkpoint: "1 epoch",
      keep: { last: 5 },
      samples: { every: "1 epoch", rows: 2, columns: 3 },
    },
  };
  for (const [key, value] of Object.entries(expected)) assert.deepEqual(resolved[key], value, key);
});

Deno.test("readRecipe() follows a chain of bases, each relative to the file that names it", async () => {
  const recipe = await read({
    "r.yaml": "extends: a/one.yaml\nseed: 3\n",
    "a/one.yaml": "extends: ../b/two.yaml\nseed: 2\nema: { decay: 0.25 }\n",
    "b/two.yaml": smallest + "seed: 1\nschedule: linear\n",
  });
  assert.equal(recipe.seed, 3);
  const from = (path: (string | number)[]) => {
    const origin = recipe.origin(path);
    return origin.from === "file" ? `${origin.file}:${origin.line}:${origin.column}` : origin.from;
  };
  assert.equal(from(["seed"]), "r.yaml:2:7");
  assert.equal(from(["ema", "decay"]), "a/one.yaml:3:15");
  assert.equal(from(["schedule", "use"]), "b/two.yaml:5:11");
  assert.equal(from(["ema", "use"]), "default");
  assert.equal(from(["network", "widths"]), "default");
});

Deno.test("readRecipe() applies overrides in their order, with values in YAML", async () => {
  const text = smallest.replace("residual-unet", "{ use: residual-unet, block_depth: 9 }") + "metrics: [ noise ]\n";
  const recipe = await read(
    text,
    "network.widths=[1, 2]",
    "samplers.preview.steps=50",
    "samplers.fast={ use: multistep, order: 2 }",
    "metrics.0.every=2 epochs",
    'metrics[0].every="1 epoch"',
    "schedule=linear",
    "dataset.use=image-folder",
    "dataset.folder=x=y",
    "train.steps=10",
    "name=other",
    "seed=5",
    "ema.decay=0.1",
  );
  const resolved = recipe.resolved as Record<string, Record<string, Record<string, unknown>>>;
  assert.equal(resolved.network!.block_depth, 9);
  assert.deepEqual(resolved.network!.widths, [1, 2]);
  assert.equal(resolved.samplers!.preview!.steps, 50);
  assert.equal(resolved.samplers!.fast!.order, 2);
  assert.deepEqual(resolved.metrics![0], { use: "noise", every: "1 epoch" });
  assert.deepEqual(resolved.schedule, { use: "linear" });
  assert.equal(resolved.dataset!.folder, "x=y");
  assert.equal(recipe.train.steps, 10);
  assert.equal(recipe.train.epochs, undefined);
  assert.equal(recipe.name, "other");
  assert.equal(recipe.seed, 5);
  assert.deepEqual(recipe.origin(["metrics", 0, "every"]), {
    from: "command line",
    text: 'metrics[0].every="1 epoch"',
  });
  assert.deepEqual(recipe.origin(["ema", "use"]), { from: "default" });
});

Deno.test("readRecipe() gives options to the plugin that an override names, whichever comes first", async () => {
  for (const named of ["samplers.preview.use=multistep", "samplers.preview=multistep"]) {
    const overrides = [named, "samplers.preview.order=2"];
    for (const order of [overrides, overrides.toReversed()]) {
      const { samplers } = (await read(smallest, ...order)).resolved as { samplers: Record<string, object> };
      assert.deepEqual(samplers.preview, { use: "multistep", steps: 20, order: 2, clip: false }, order.join(" "));
    }
  }
});

Deno.test("readRecipe() keeps the name of a recipe that is overridden", async () => {
  assert.equal((await read(smallest + "name: mine\n", "seed=3")).name, "mine");
});

Deno.test("readRecipe() reads aliases as the values they stand for", async () => {
  const recipe = await read(`dataset: emoji
network: { use: residual-unet, widths: &widths [4, 8], attention: { at: *widths } }
train: { epochs: 3 }
`);
  assert.deepEqual((recipe.resolved as { network: { attention: { at: number[] } } }).network.attention.at, [4, 8]);
});

Deno.test("readRecipe() takes a run folder and a checkpoint where it takes a recipe", async () => {
  const { resolved } = await read(smallest + "seed: 11\nname: first\n");
  const text = toYaml(resolved);
  const files = {
    "runs/first/recipe.yaml": text,
    "runs/first/checkpoints/step-000512.safetensors": checkpoint({ recipe: text }),
    "second.yaml": "extends: runs/first\nseed: 12\n",
  };
  await inFolder(files, async () => {
    for (const file of ["runs/first", "runs/first/", "runs/first/checkpoints/step-000512.safetensors"]) {
      assert.deepEqual((await readRecipe(file, { plugins: fakes })).resolved, resolved, file);
    }
    const overridden = await readRecipe("runs/first", { plugins: fakes, overrides: ["train.epochs=9"] });
    assert.equal(overridden.train.epochs, 9);
    const second = await readRecipe("second.yaml", { plugins: fakes });
    assert.deepEqual([second.name, second.seed], ["second", 12]);
  });
});

Deno.test("readRecipe() looks for plugin files beside the recipe that names them, and keeps those of bases", async () => {
  const files = {
    "r.yaml": "extends: base/base.yaml\nplugins: [./mine.ts]\n",
    "mine.ts": "",
    "base/base.yaml": smallest + "plugins: [base.ts, ../mine.ts]\n",
    "base/base.ts": "",
  };
  await inFolder(files, async () => {
    const asked: string[] = [];
    const plugins = {
      ...fakes,
      withFiles: (names: readonly string[]) => {
        asked.push(...names);
        return Promise.resolve(fakes);
      },
    };
    const recipe = await readRecipe("r.yaml", { plugins });
    const expected = [resolve("base/base.ts"), resolve("mine.ts")];
    assert.deepEqual(asked, expected);
    assert.deepEqual(recipe.resolved.plugins, expected, "absolute, so that the run folder can be read from anywhere");
  });
});

Deno.test("readRecipe() passes on the problems of a plugin file, and none that follow from it", async () => {
  await inFolder(
    { "r.yaml": smallest.replace("emoji", "mine") + "plugins: [broken.ts]\n", "broken.ts": "" },
    async () => {
      await assert.rejects(readRecipe("r.yaml", { plugins: fakes }), (error) => {
        assert(error instanceof DenoiseError);
        assert.deepEqual(error.problems.map((problem) => problem.code), ["plugin-file-broken"]);
        return true;
      });
    },
  );
});

Deno.test("readRecipe() never touches the prototypes of objects", async () => {
  const text = smallest + `__proto__: { polluted: 1 }\nconstructor: { prototype: { polluted: 1 } }\n`;
  await assert.rejects(read(text, "__proto__.polluted=1", "network.__proto__.polluted=1", "samplers.constructor.x=1"));
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  await assert.rejects(read(smallest + "toString: 3\nhasOwnProperty: 1\n"), /Unknown key "toString"/);
  await assert.rejects(read(smallest + "loss: { toString: noise }\n"), /Unknown option "toString"/);
});

Deno.test("readRecipe() sorts the problems of a file by line", async () => {
  const text = "zzz: 1\n" + smallest + "ema: { decay: 2 }\nyyy: 2\ndataset: emoji\nseed: x\n";
  await assert.rejects(read(text), (error) => {
    assert(error instanceof DenoiseError);
    assert.deepEqual(error.problems.map((problem) => problem.place!.line), [1, 5, 6, 7, 8]);
    return true;
  });
});

Deno.test("Recipe.problem() points at an option with its key, at a stage by its plugin, and at the nearest parent", async () => {
  const text = `dataset: emoji
network:
  use: residual-unet
  block_depth: 3
train: { epochs: 3 }
samplers: { preview: { use: ddim, steps: 4 } }
`;
  const recipe = await read(text, "ema.decay=0.5");
  const at = (path: (string | number)[]) => {
    const { place } = recipe.problem(path, { code: "x", message: "X", help: [] });
    return `${place!.file}:${place!.line}:${place!.column}+${place!.length}`;
  };
  assert.equal(at(["network", "block_depth"]), "r.yaml:4:3+14");
  assert.equal(at(["network"]), "r.yaml:3:8+13");
  assert.equal(at(["network", "widths"]), "r.yaml:3:8+13");
  assert.equal(at(["dataset"]), "r.yaml:1:1+14");
  assert.equal(at(["dataset", "image_size"]), "r.yaml:1:10+5");
  assert.equal(at(["samplers", "preview", "steps"]), "r.yaml:6:35+8");
  assert.equal(at(["ema", "decay"]), "command line:1:5+9");
  assert.equal(at(["schedule"]).startsWith("r.yaml:1:1"), true);
});

Deno.test("readRecipe() refuses a recipe in a checkpoint that is not the one its checksum is of", async () => {
  const sum = { recipe_sha256: sha256(smallest) };
  const read = (metadata: Record<string, string>) =>
    inFolder({ "x.safetensors": checkpoint(metadata) }, () => readRecipe("x.safetensors", { plugins: fakes }));
  assert.equal((await read({ recipe: smallest, ...sum })).train.epochs, 3);
  assert.equal((await read({ recipe: smallest })).train.epochs, 3, "older checkpoints have no sum");
  await assert.rejects(
    read({ recipe: smallest.replace("epochs: 3", "epochs: 4"), ...sum }),
    (error) =>
      error instanceof DenoiseError &&
      error.problems[0]!.help[0] === "its recipe is damaged: the checksum differs",
  );
});
