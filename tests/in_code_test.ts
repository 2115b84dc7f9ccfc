/** Recipes and plugins in code: the same as those of files, and typed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  builtins,
  DenoiseError,
  evaluate,
  loadModel,
  openTraining,
  readRecipe,
  type Recipe,
  sample,
  toYaml,
  train,
  wire,
} from "denoise";
import solver from "../examples/dpm_solver.ts";
import { problemsOf } from "./problems.ts";

const small = {
  name: "small",
  dataset: { use: "emoji", image_size: 16, batch_size: 8 },
  network: { use: "residual-unet", widths: [8, 16] },
  samplers: { preview: { use: "ddim", steps: 5 } },
  train: { epochs: 2, keep: { best: "noise" } },
} as const;

Deno.test("a recipe in code is that of a file that says the same", async () => {
  const file = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    const inCode = await readRecipe(small);
    await Deno.writeTextFile(file, toYaml(inCode.resolved));
    assert.deepEqual((await readRecipe(file)).resolved, inCode.resolved);
    assert.equal(inCode.name, "small");
    const { name: _, ...nameless } = small;
    assert.equal((await readRecipe(nameless)).name, "recipe-in-code");
    assert.equal((await readRecipe(small, { overrides: ["train.epochs=7"] })).train.epochs, 7);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a recipe in code extends files, by paths that are relative to a folder", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "base.yaml"), toYaml((await readRecipe(small)).resolved));
    const { resolved, train } = await readRecipe({ extends: "base.yaml", train: { epochs: 9 } }, { folder });
    assert.equal(train.epochs, 9);
    assert.equal((resolved.network as { use: string }).use, "residual-unet");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("problems of a recipe in code are shown in its YAML", async () => {
  // @ts-expect-error the option is misspelt
  const [misspelt] = await problemsOf(readRecipe({ ...small, network: { use: "residual-unet", blok_depth: 3 } }));
  assert.equal(misspelt!.code, "unknown-option");
  assert.equal(misspelt!.place!.file, "recipe in code");
  const [value] = await problemsOf(readRecipe({ ...small, network: { use: "residual-unet", widths: [8, NaN] } }));
  assert.equal(value!.code, "not-finite");
});

Deno.test("what no recipe can hold is named, with its place", async () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const data = { ...small, sweep: { seed: [() => 1, new Date(0), 7n, new Map(), Symbol("x"), cycle] } };
  const problems = await problemsOf(readRecipe(data));
  assert.deepEqual(problems.map(({ message }) => message), [
    'Value of "sweep.seed[0]" is a function, which a recipe cannot hold',
    'Value of "sweep.seed[1]" is an object of class Date, which a recipe cannot hold',
    'Value of "sweep.seed[2]" is a bigint, which a recipe cannot hold',
    'Value of "sweep.seed[3]" is an object of class Map, which a recipe cannot hold',
    'Value of "sweep.seed[4]" is a symbol, which a recipe cannot hold',
    'Value of "sweep.seed[5].self" contains itself',
  ]);
  const [form] = await problemsOf(readRecipe([small] as object));
  assert.equal(form!.code, "recipe-form");
});

Deno.test("plugins in code are used beside the built-in ones, and typed", async () => {
  const plugins = builtins.with(solver);
  const recipe = await readRecipe<{ "sampler/dpm-solver": typeof solver }>(
    { ...small, samplers: { fast: { use: "dpm-solver", steps: 3 } } },
    { plugins },
  );
  assert.equal(recipe.stages.find(({ kind }) => kind === "sampler")!.plugin, solver);
  assert.equal(plugins.with(solver).names("sampler").filter((name) => name === "dpm-solver").length, 1);
  assert.throws(() => plugins.with({ ...solver }), /sampler "dpm-solver": another plugin in code/);
  assert.throws(() => builtins.with({ ...solver, name: "ddim" }), /built-in plugin/);
  // @ts-expect-error what is not a plugin is refused
  assert.throws(() => builtins.with({ kind: "sampler" }), DenoiseError);
});

/** Never called: what it says has to fail to compile, line by line. */
export function wrongTypes() {
  // @ts-expect-error an unknown plugin
  readRecipe({ ...small, network: "residual-unot" });
  // @ts-expect-error a plugin that is not built in, and not named as a type
  readRecipe({ ...small, samplers: { fast: { use: "dpm-solver", steps: 3 } } });
  // @ts-expect-error an option of another type
  readRecipe({ ...small, dataset: { use: "emoji", image_size: "32" } });
  // @ts-expect-error a misspelt key
  readRecipe({ ...small, trian: { epochs: 3 } });
  // @ts-expect-error a misspelt option of a named stage
  readRecipe({ ...small, samplers: { fast: { use: "ddim", step: 3 } } });
  // @ts-expect-error a plugin of another kind
  readRecipe({ ...small, schedule: "ddim" });
}

Deno.test("what is not a recipe that is read, or not a path, is refused before anything is done with it", async () => {
  const raw: unknown = { dataset: "emoji", network: "patch-unet", train: { epochs: 1 } };
  const cases: [unknown, string][] = [
    [raw, "an object"],
    [undefined, "undefined"],
    [Promise.resolve(raw), "a promise that is not awaited"],
    [[], "a list"],
    [7, "a number"],
  ];
  const told = async (work: PromiseLike<unknown>) => {
    const error = await Promise.resolve(work).then(() => undefined, (error) => error);
    assert.ok(error instanceof DenoiseError, String(error));
    return [error.problems[0]!.code, error.message];
  };
  for (const [value, kind] of cases) {
    const notRead = ["code-not-read", `Cannot use ${kind} as a recipe: it is not read yet`];
    for (const take of [train, openTraining, wire]) assert.deepEqual(await told(take(value as Recipe)), notRead);
    const notAPath = ["code-not-a-path", `Cannot use ${kind} as the path of a run or a checkpoint`];
    for (const take of [sample, evaluate, loadModel]) assert.deepEqual(await told(take(value as string)), notAPath);
  }
});
