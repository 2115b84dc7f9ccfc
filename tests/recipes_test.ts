/** Every recipe of recipes/ works: it validates, its dry run decides, and it trains on a small archive. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { dryRun, type Plugin, train, wire } from "../mod.ts";
import { createRegistry } from "../pipeline/registry/registry.ts";
import { readRecipe } from "../pipeline/recipe/read.ts";
import { readLog } from "../pipeline/run/log.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { birds } from "../plugins/dataset/caltech-birds-2011.ts";
import { celeba } from "../plugins/dataset/celeba.ts";
import { cifar10 } from "../plugins/dataset/cifar-10.ts";
import { flowers } from "../plugins/dataset/oxford-flowers-102.ts";
import {
  birdFiles,
  celebaFiles,
  cifarFiles,
  flowersFiles,
  loopback,
} from "../plugins/dataset/shared/testing_archives.ts";
import { defaults, manifest } from "../plugins/mod.ts";

const server = await loopback({
  ...await flowersFiles(),
  ...await birdFiles(),
  ...await celebaFiles(),
  ...await cifarFiles(),
});
const { source, base } = server;

/** Datasets whose official archives are replaced by small ones on loopback; all else of them is theirs. */
// deno-lint-ignore no-explicit-any -- options of whichever plugin
const small: Readonly<Record<string, (options: any) => unknown>> = {
  "dataset/oxford-flowers-102": (options) =>
    flowers(options, {
      archive: source("/102flowers.tgz"),
      labels: source("/imagelabels.mat"),
      splits: source("/setid.mat"),
    }),
  "dataset/caltech-birds-2011": (options) => birds(options, { archive: source("/CUB_200_2011.tgz") }),
  "dataset/celeba": (options) =>
    celeba({ ...options, mirror: base }, {
      archive: source("/img_align_celeba.zip"),
      partition: source("/list_eval_partition.txt"),
    }),
  "dataset/cifar-10": (options) => cifar10(options, { archive: source("/cifar-10-binary.tar.gz") }),
};
const plugins = createRegistry(
  Object.fromEntries(
    Object.entries(manifest).map(([name, load]) => {
      const create = small[name];
      if (create === undefined) return [name, load];
      const replaced = async () => {
        const { default: plugin } = await load() as { default: Plugin };
        return { default: { ...plugin, create: ({ options }: { options: unknown }) => create(options) } };
      };
      return [name, replaced];
    }),
  ),
  defaults,
);

/** Smaller than anybody wants it, so that a few steps take a moment: networks by name, the rest for all. */
const networks: Readonly<Record<string, readonly string[]>> = {
  "residual-unet": ["network.embedding_dims=4"],
  "clear-unet": ["network.embedding_dims=4", "network.image_dims=4"],
  "attention-unet": [
    "network.embedding_dims=4",
    "network.image_dims=8",
    "network.groups=8",
    "network.attention_levels=[1]",
    "dataset.image_size=16",
  ],
  "patch-unet": ["network.embedding_dims=4"],
};
const tiny = [
  ...["network.widths=[8,16]", "network.block_depth=1", "dataset.batch_size=4", "dataset.repeats=1"],
  ...["train.steps=3", "train.samples.rows=1", "train.samples.columns=2", "backend=wasm", "metrics=[validation-error]"],
];

const folder = new URL("../recipes/", import.meta.url);
for (const { name } of [...Deno.readDirSync(folder)].sort((a, b) => (a.name < b.name ? -1 : 1))) {
  if (!name.endsWith(".yaml")) continue;
  const file = new URL(name, folder).pathname;

  Deno.test(`recipes/${name} validates, its dry run decides, and it trains on a small archive`, async () => {
    const text = await Deno.readTextFile(file);
    assert.match(text, /^# .*\n#\n# (.|\n)*Reached/, "its header says what it reaches");
    const runs = await Deno.makeTempDir();
    const graph = await wire(await readRecipe(file, { plugins }));
    assert.equal(`${graph.recipe.name}.yaml`, name);
    for (const { options } of graph.all("metric").filter(({ plugin }) => plugin.name === "kid")) {
      assert.equal(options.features, "inception-v3-75-bicubic", "as the reference measures it");
    }

    const cache = join(runs, "cache");
    const { name: dataset } = graph.one("dataset").plugin;
    const few = dataset === "emoji" ? ["dataset.categories=[Flags]"] : [];
    const classes = graph.one("network").options.classes === undefined || few.length === 0 ? [] : ["network.classes=1"];
    const overrides = [...tiny, ...few, ...classes, ...networks[graph.one("network").plugin.name] ?? []];
    const { from } = graph.recipe.train;
    if (from !== undefined) { // a recipe beside it, trained as small before
      const base = basename(from);
      await train(new URL(`${base}.yaml`, folder).pathname, { plugins, cache, runs, overrides }, memoryConsole());
      overrides.push(`train.from=${join(runs, base)}`);
    }
    // A dry run of the recipe itself, but for the memory and the time that its network takes here.
    assert.match((await dryRun(file, { plugins, cache, runs, overrides })).text, /network/);

    const output = memoryConsole();
    const result = await train(file, { plugins, cache, runs, overrides }, output);
    assert.deepEqual([result.outcome, result.step], ["finished", 3]);
    const losses = (await readLog(join(runs, graph.recipe.name, "log.jsonl"))).filter(({ loss }) => loss !== undefined);
    assert.equal(losses.length, 3);
    assert.ok(losses.every(({ loss }) => Number.isFinite(loss) && (loss as number) > 0));
    await Deno.remove(runs, { recursive: true });
  });
}

Deno.test("every dataset that recipes download is tried on a small archive", async () => {
  for (const { name } of Deno.readDirSync(folder)) {
    const graph = await wire(await readRecipe(new URL(name, folder).pathname, { plugins }));
    const { name: dataset } = graph.one("dataset").plugin;
    assert.ok(`dataset/${dataset}` in small || dataset === "emoji", `${name}: ${dataset}`);
  }
  await server[Symbol.asyncDispose]();
});
