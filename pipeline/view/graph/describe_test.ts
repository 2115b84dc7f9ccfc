/** Tests of what a graph says of itself: cost, text, drawing, and the batch that fits. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { encodePng } from "../../../lib/image/mod.ts";
import { builtins } from "../../../mod.ts";
import { DenoiseError } from "../../problems/problem.ts";
import { readRecipe } from "../../recipe/read.ts";
import { trainingCost } from "../../programs/cost.ts";
import { describeGraph, factsOf } from "./describe.ts";
import { drawingOf } from "./drawing.ts";
import { dryRun } from "../../commands/dry_run.ts";
import { checkMemory, estimatedBytes } from "../../programs/memory.ts";
import { toMermaid } from "./mermaid.ts";
import { toSvg } from "./svg.ts";
import type { Graph } from "../../graph/types.ts";
import { wire } from "../../graph/wire.ts";

const keras = `name: keras
seed: 42
dataset: { use: emoji, image_size: 64, batch_size: 64 }
augmentation: [horizontal-flip]
network: { use: residual-unet, widths: [32, 64, 96, 128], block_depth: 2 }
parametrization: noise
samplers:
  preview: { use: ddim, steps: 5 }
  best: { use: ddim, stochasticity: 0.5 }
train: { epochs: 4, keep: { best: noise } }
backend: wasm
`;

/** Runs a test with a recipe file that is read. */
async function withRecipe(text: string, test: (file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "keras.yaml");
  try {
    await Deno.writeTextFile(file, text);
    await test(file);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const withGraph = (test: (graph: Graph) => Promise<void>, overrides: string[] = []) => () =>
  withRecipe(keras, async (file) => test(await wire(await readRecipe(file, { plugins: builtins, overrides }))));

Deno.test(
  "trainingCost() counts the Keras example: 1,950,627 parameters, 438.4 GFLOP of convolutions at batch 64",
  withGraph(async (graph) => {
    const cost = (await trainingCost(graph))!;
    assert.equal(cost.batch, 64);
    assert.equal(cost.parameters, 1_950_627);
    assert.equal((cost.convolutionFlops / 1e9).toFixed(1), "438.4");
    assert.equal((cost.evaluationFlops / 1e9).toFixed(0), "147"); // 146.2 of them in convolutions
    // Weights, average and two moments; two running statistics a channel, averaged too; steps, and those skipped.
    assert.equal(cost.stateBytes, 4 * (4 * 1_950_627 + 2 * cost.buffers + 2));
    const half = (await trainingCost(graph, 32))!;
    assert.equal(half.parameters, cost.parameters);
    assert.equal(half.convolutionFlops, cost.convolutionFlops / 2);
    assert(half.stepBytes > 0.45 * cost.stepBytes && half.stepBytes < 0.6 * cost.stepBytes);
  }),
);

Deno.test(
  "checkMemory() refuses a batch that does not fit, and the one it names does",
  withGraph(async (graph) => {
    const cost = (await trainingCost(graph))!;
    assert(cost.batch === 640);
    let fits = 0;
    await assert.rejects(checkMemory(graph, cost), (error) => {
      assert(error instanceof DenoiseError);
      const [problem] = error.problems;
      assert.match(problem!.message, /^Cannot train with batches of 640: a step takes about \d+ GB, and the wasm/);
      assert.equal(problem!.place?.file, "command line");
      fits = Number(/use batch_size: (\d+), which fits/.exec(problem!.help[0]!)![1]);
      return true;
    });
    const memory = graph.one("backend").stage.memory!;
    assert(estimatedBytes((await trainingCost(graph, fits))!) <= memory);
    assert(estimatedBytes((await trainingCost(graph, fits + 4))!) > memory);
    await checkMemory(graph, await trainingCost(graph, fits));
  }, ["dataset.batch_size=640"]),
);

Deno.test(
  "describeGraph() shows stages, what they were given and what came by default, in 100 columns",
  withGraph(async (graph) => {
    const text = describeGraph(graph, await trainingCost(graph));
    assert.match(describeGraph(graph, undefined), /^cost +not known/m);
    for (const line of text.split("\n")) assert(line.length <= 100, line);
    assert.match(text, /^ +└ network +residual-unet +1,950,627 parameters · 441 GFLOP a step at batch 64$/m);
    assert.match(text, /^ +└ normalizer +mean-variance +by default$/m);
    assert.match(text, /^ +└ parametrization +noise$/m);
    assert.match(text, /^ +├ samplers\.preview +ddim +5 steps · deterministic, order 1 · 11 GFLOP an image$/m);
    assert.match(
      text,
      /^ +├ samplers\.best +ddim +20 steps · stochastic, order 1 · 46 GFLOP an image ·\n +stochasticity 0\.5$/m,
    );
    assert.match(text, /^memory +\d\.\d GB of tensors in a step, \d\.\d GB with gaps; 4\.3 GB on the wasm backend$/m);
  }),
);

Deno.test("dryRun() says of a single picture that it is trained on and measured on", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/a.png`, await encodePng({ width: 8, height: 8, data: new Uint8Array(8 * 8 * 3) }));
  await withRecipe(keras, async (file) => {
    const dataset = `dataset={ use: image-folder, folder: ${JSON.stringify(folder)}, image_size: 64, batch_size: 1 }`;
    const { text } = await dryRun(file, { plugins: builtins, overrides: [dataset], runs: folder });
    assert.match(text, /^data +1 picture, to train on and to measure on$/m);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("dryRun() prints the decisions of a run, and writes nothing", () =>
  withRecipe(keras, async (file) => {
    const { text } = await dryRun(file, { plugins: builtins, overrides: ["dataset.batch_size=32"], runs: "elsewhere" });
    for (const line of text.split("\n")) assert(line.length <= 100, line);
    assert.match(text, /^backend +wasm \(WebAssembly/m);
    const [, pictures] = /^data +([\d,]+) pictures to train on, \d+ held out$/m.exec(text)!;
    const steps = Math.floor(Number(pictures!.replace(",", "")) / 32);
    assert.match(
      text,
      new RegExp(`^train +4 epochs of ${steps} steps, ${4 * steps} steps; a checkpoint every 1 epoch`, "m"),
    );
    assert.match(text, /^run +elsewhere.keras$/m);
    await assert.rejects(Deno.stat("elsewhere"), Deno.errors.NotFound);
    const large = { plugins: builtins, overrides: ["dataset.batch_size=640"], runs: "elsewhere" };
    await assert.rejects(dryRun(file, large), /batches of 640/);
  }));

Deno.test("dryRun() says of files that are not here whether they are downloaded, or are to be placed by hand", () =>
  withRecipe(keras, async (file) => {
    const cache = await Deno.makeTempDir();
    const text = async (dataset: string) =>
      (await dryRun(file, { plugins: builtins, cache, runs: cache, overrides: [`dataset=${dataset}`] })).text;
    assert.match(await text("cifar-10"), /^data +The file "cifar-10-.*" is not here, .*\n +it is downloaded when /m);
    const faces = await text("celeba");
    assert.match(faces, /^data +Cannot download CelebA: .*\n +fetch it with a browser/m);
    assert.doesNotMatch(faces, /downloaded when/);
    await Deno.remove(cache, { recursive: true });
  }));

Deno.test(
  "drawings show each stage once, the slots that were asked for, and what flows",
  withGraph(async (graph) => {
    const drawing = drawingOf(graph, factsOf(graph, await trainingCost(graph)));
    assert.deepEqual(
      drawing.nodes.map(({ id }) => id).sort(),
      graph.stages.map(({ id }) => id).filter((id) => id !== "backend").sort(),
    );
    const slots = drawing.edges.filter(({ type }) => type === "slot").map(({ from, label, to }) => [from, label, to]);
    assert.deepEqual(slots, [
      ["augmentation[0]", "image shape", "network"],
      ["schedule", "schedule", "loss"],
      ["augmentation[0]", "image shape", "loss"],
      ["parametrization", "parametrization", "loss"],
      ["dataset", "batch size", "optimizer"],
      ["schedule", "schedule", "samplers.preview"],
      ["schedule", "schedule", "samplers.best"],
    ]);
    const mermaid = toMermaid(drawing);
    assert.match(mermaid, /^ {2}schedule -\.->\|"schedule"\| samplers_best$/m);
    assert.match(
      mermaid,
      /^ {2}samplers_best\["<small>samplers.best<\/small><br><b>ddim<\/b><br>stochasticity: 0.5<br>20 steps<br>/m,
    );
    const svg = await toSvg(drawing);
    assert.match(svg, /^<\?xml[\s\S]*<svg[\s\S]*<\/svg>\s*$/);
    assert.equal(svg.match(/class="edge"/g)?.length, drawing.edges.length);
    assert.match(svg, />1,950,627 parameters</);
    assert.equal(await toSvg(drawing), svg);
  }),
);
