/** Tests of import and export on a small network: run folders, what does not fit, and average weights alone. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  builtins,
  DenoiseError,
  exportWeights,
  type ImportOptions,
  importWeights,
  readRecipe,
  train,
  wire,
} from "denoise";
import { readCheckpoint } from "../../run/checkpoint.ts";
import { readSafetensors } from "../../run/safetensors.ts";
import { memoryConsole } from "../../terminal/memory_console.ts";
import { type NamedWeight, writeKeras } from "./testing.ts";

const recipeText = `name: imported
dataset: { use: emoji, image_size: 8, batch_size: 4 }
network: { use: residual-unet, widths: [4, 6], block_depth: 1, embedding_dims: 4 }
backend: cpu
train: { steps: 1 }
`;
const statistics = { mean: Float32Array.of(0.1, 0.2, 0.3), variance: Float32Array.of(0.4, 0.5, 0.6) };

interface Place {
  readonly folder: string;
  readonly recipe: string;
  /** The weights of the recipe's network, as Keras would have them, all of them `value`. */
  weights(value: number): Promise<NamedWeight[]>;
  run(file: string, options?: Partial<ImportOptions>): Promise<string[]>;
}

async function inPlace(test: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "interchange-" });
  const recipe = join(folder, "recipe.yaml");
  await Deno.writeTextFile(recipe, recipeText);
  const graph = await wire(await readRecipe(recipe, { plugins: builtins }));
  const network = graph.one("network").stage;
  const conv = (name: string, shape: number[]) => [[name, "kernel", shape], [name, "bias", shape.slice(3)]] as const;
  const norm = (name: string, channels: number) =>
    [[name, "moving_mean", [channels]], [name, "moving_variance", [channels]]] as const;
  // In order of depth, with the names that Keras gives while it constructs.
  const list = [
    ...conv("conv2d", [1, 1, 3, 4]),
    ...norm("batch_normalization", 8),
    ...conv("conv2d_2", [3, 3, 8, 4]),
    ...conv("conv2d_3", [3, 3, 4, 4]),
    ...conv("conv2d_1", [1, 1, 8, 4]),
    ...norm("batch_normalization_1", 4),
    ...conv("conv2d_5", [3, 3, 4, 6]),
    ...conv("conv2d_6", [3, 3, 6, 6]),
    ...conv("conv2d_4", [1, 1, 4, 6]),
    ...norm("batch_normalization_2", 10),
    ...conv("conv2d_8", [3, 3, 10, 4]),
    ...conv("conv2d_9", [3, 3, 4, 4]),
    ...conv("conv2d_7", [1, 1, 10, 4]),
    ...conv("conv2d_10", [1, 1, 4, 3]),
  ] as const;
  assert.ok(network.keras !== undefined);
  try {
    await test({
      folder,
      recipe,
      weights: (value) =>
        Promise.resolve(list.map(([name, part, shape]) => ({
          name: `${name}/${part}`,
          shape,
          data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
        }))),
      async run(file, options = {}) {
        const console = memoryConsole(200);
        await importWeights(file, { plugins: builtins, recipe, ...options }, console);
        return console.lines;
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("import makes a run folder that sampling and training start from; export writes its averages alone", () =>
  inPlace(async ({ folder, recipe, weights, run }) => {
    const file = join(folder, "whole.weights.h5");
    const models = [{ at: "layers/functional", weights: await weights(0.01) }, {
      at: "ema_network",
      weights: await weights(0.02),
    }];
    await writeKeras(file, "named", models, statistics);
    const out = join(folder, "runs", "imported");
    const lines = await run(file, { out });
    assert.match(lines[0]!, /^weights +[\d,]+ numbers in 28 tensors, layers\/functional in /);
    assert.match(lines[1]!, /^average +[\d,]+ numbers in 28 tensors, ema_network in /);
    const { tensors, position } = await readCheckpoint(join(out, "checkpoints", "step-000000.safetensors"));
    assert.equal(position.step, 0);
    assert.equal(tensors["state/network/trainable/down0.block0.conv1.kernel"]!.data[0], Math.fround(0.01));
    assert.equal(tensors["state/average/buffers/middle.block0.norm.moving_mean"]!.data[0], Math.fround(0.02));
    assert.deepEqual(tensors["statistics/mean"]!.data, statistics.mean);

    const averages = join(folder, "averages.safetensors");
    await exportWeights(out, averages, memoryConsole());
    const exported = await readSafetensors(averages);
    assert.equal(Object.keys(exported.tensors).length, 28);
    assert.equal(exported.tensors["output_conv.kernel"]!.data[0], Math.fround(0.02));
    assert.deepEqual(Object.keys(JSON.parse(exported.metadata.statistics!)), ["mean", "variance"]);
    assert.equal(exported.metadata.step, "0");
    await assert.rejects(exportWeights(out, "weights.h5", memoryConsole()), /does not end in .safetensors/);

    const checkpoint = join(out, "checkpoints", "step-000000.safetensors");
    const [bytes, link] = [await Deno.readFile(checkpoint), join(folder, "link.safetensors")];
    await Deno.symlink(checkpoint, link);
    const copy = join(folder, "best.safetensors");
    await Deno.copyFile(checkpoint, copy);
    await exportWeights(out, averages, memoryConsole()); // what was exported may be exported again
    for (const taken of [checkpoint, link, copy, join(out, "checkpoints", "weights.safetensors")]) {
      await assert.rejects(
        exportWeights(out, taken, memoryConsole()),
        /checkpoints or snapshots of a run are kept there/,
        taken,
      );
    }
    assert.deepEqual(await Deno.readFile(checkpoint), bytes);

    await assert.rejects(run(file, { out }), /it already holds a run/);
    await assert.rejects(run(file, { out: averages }), /the file already exists/);
    const [own, log] = [join(folder, "own"), join(folder, "logged")];
    for (
      const [path, text] of [[join(own, "recipe.yaml"), "name: mine\n"], [join(log, "log.jsonl"), "{}\n"]] as const
    ) {
      await Deno.mkdir(dirname(path));
      await Deno.writeTextFile(path, text);
      await assert.rejects(
        run(file, { out: dirname(path) }),
        /the file already exists|it already holds a run/,
      );
      assert.equal(await Deno.readTextFile(path), text);
    }
    await assert.rejects(run(file, { out: join(own, "recipe.yaml") }), /the file already exists/);
    const console = memoryConsole();
    const result = await train(recipe, { plugins: builtins, runs: join(folder, "runs") }, console);
    assert.equal(result.step, 1);
    assert.deepEqual(console.warnings, [], "trains on without a warning");
  }));

Deno.test("import finds the average of Keras 2, which has no name in its file", () =>
  inPlace(async ({ folder, weights, run }) => {
    const file = join(folder, "whole.weights.h5");
    const models = [{ at: "layers/functional", weights: await weights(0.02) }, {
      at: "network",
      weights: await weights(0.01),
    }];
    await writeKeras(file, "places", models, statistics);
    const lines = await run(file, { out: join(folder, "out.safetensors") });
    assert.match(lines[0]!, /^weights .*, network in /);
    assert.match(lines[1]!, /^average .*, layers\/functional in /);
    await writeKeras(file, "places", [models[1]!, { ...models[1]!, at: "teacher" }], statistics);
    await assert.rejects(run(file, { out: join(folder, "other.safetensors") }), /"network" and "teacher" all fit/);
  }));

Deno.test("import says what is missing and which shapes differ, with the layer that would fit", () =>
  inPlace(async ({ folder, weights, run }) => {
    const out = join(folder, "out.safetensors");
    const refused = async (what: RegExp, change: (all: NamedWeight[]) => NamedWeight[], options = {}) => {
      const file = join(folder, "wrong.h5");
      await writeKeras(file, "legacy", [{ at: "", weights: change(await weights(0)) }], statistics);
      await assert.rejects(run(file, { out, ...options }), (error) => {
        assert.ok(error instanceof DenoiseError, String(error));
        const [{ message, help }] = error.problems as unknown as [{ message: string; help: readonly string[] }];
        assert.match([message, ...help].join("\n"), what);
        return true;
      });
      await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
    };
    await refused(
      /it has 10 layers "conv2d", and the network 11\nnone is left for "output_conv"/,
      (all) => all.filter(({ name }) => !name.startsWith("conv2d_10/")),
    );
    await refused(
      /kernel of its layer "conv2d_2" is \[5,5,8,4\], and "down0.block0.conv1.kernel" is \[3,3,8,4\]/,
      (all) =>
        all.map((one) =>
          one.name === "conv2d_2/kernel" ? { ...one, shape: [5, 5, 8, 4], data: new Float32Array(800) } : one
        ),
    );
    const swap: Record<string, string> = { conv2d_2: "conv2d_5", conv2d_5: "conv2d_2" };
    await refused(/of that shape it has conv2d_5/, (all) =>
      all.map((one) => {
        const [layer, part] = one.name.split("/") as [string, string];
        return { ...one, name: `${swap[layer] ?? layer}/${part}` };
      }));
    await refused(
      /it has no bias|has no bias, which "down0.block0.conv2.bias" takes/,
      (all) => all.filter(({ name }) => name !== "conv2d_3/bias"),
    );
    await refused(/does not say which Keras layers it mirrors/, (all) => all, {
      overrides: ["network={use: patch-unet, widths: [4, 6]}"],
    });
    await Deno.writeTextFile(join(folder, "text.h5"), "text");
    await assert.rejects(run(join(folder, "text.h5"), { out }), /it is not an HDF5 file/);
    await assert.rejects(run(join(folder, "none.h5"), { out }), /there is no such file/);
  }));

Deno.test("import fits the statistics of pixels where no file has them, and refuses a file named for them without", () =>
  inPlace(async ({ folder, weights, run }) => {
    const file = join(folder, "plain.h5");
    await writeKeras(file, "legacy", [{ at: "", weights: await weights(0) }]);
    const out = join(folder, "out.safetensors");
    await assert.rejects(run(file, { out, statistics: file }), /it holds no normalization layer/);
    const lines = await run(file, { out });
    assert.match(lines.join("\n"), /pixels +fitted to 1,\d+ pictures: the file has no normalization layer/);
    const { data } = (await readCheckpoint(out)).tensors["statistics/mean"]!;
    assert.ok((data as Float32Array).every((mean) => mean > 0 && mean < 1), String(data));
  }));

Deno.test("the file that Keras wrote for examples/ is imported with its recipe, and its average is another", async () => {
  const at = (name: string) => fileURLToPath(new URL(`../../../examples/keras/${name}`, import.meta.url));
  const folder = await Deno.makeTempDir({ prefix: "interchange-" });
  try {
    const console = memoryConsole();
    const options = {
      plugins: builtins,
      recipe: at("tiny.yaml"),
      overrides: ["backend=cpu"],
      out: join(folder, "run"),
    };
    const { checkpoint } = await importWeights(at("tiny.weights.h5"), options, console);
    const said = console.lines.join(" ").replaceAll(/\s+/g, " ");
    assert.match(said, /weights 2,279 numbers in 28 tensors, layers\/functional in .* average 2,279 numbers/);
    assert.match(said, /pixels mean and variance of the normalization layer/);
    const { tensors } = await readCheckpoint(checkpoint);
    const [path] = Object.keys(tensors).filter((name) => name.startsWith("state/network/trainable/"));
    assert.notDeepEqual(tensors[path!], tensors[path!.replace("network", "average")]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
