/** Gradients that are accumulated: the update of the whole batch, in less memory; and what is refused. */
import assert from "node:assert/strict";
import { builtins, compiledInitialState, readRecipe, wire } from "../mod.ts";
import { disposeTree, leaves, seedTensor } from "../lib/tensor/mod.ts";
import { compiledTrainStep } from "../pipeline/programs/compiled_step.ts";
import { trainingCost } from "../pipeline/programs/cost.ts";
import { courseOf } from "../pipeline/programs/course.ts";
import { upload } from "../pipeline/programs/states.ts";
import { cpuPlugin, everyBackend, inRecipes } from "./backends.ts";
import { problemsOf } from "./problems.ts";

const recipe: Parameters<typeof readRecipe>[0] = {
  name: "parts",
  seed: 5,
  dataset: { use: "emoji", image_size: 8, batch_size: 8, categories: ["Activities"] },
  augmentation: ["horizontal-flip"],
  network: {
    use: "attention-unet",
    widths: [4, 8],
    attention_levels: [1],
    block_depth: 1,
    groups: 2,
    embedding_dims: 4,
    image_dims: 4,
    dropout: 0.2,
  },
  loss: { use: "denoising", error: "mse", stratified: true },
  optimizer: { use: "sgd", learning_rate: 0.05, momentum: 0 },
  train: { steps: 2 },
};

const read = (changes: readonly string[]) => readRecipe(recipe, { plugins: builtins, overrides: changes });

/** Weights and errors after two steps on the same batches. */
async function trained(backend: string, changes: readonly string[]) {
  const graph = await wire(await read([`backend=${backend}`, ...changes]));
  const { stage } = graph.one("backend");
  await stage.start();
  const step = compiledTrainStep(graph, stage);
  const seed = seedTensor(3), course = courseOf({ totalSteps: 2, stepsPerEpoch: 2 });
  const normalizer = graph.one("normalizer").stage;
  const statistics = Object.fromEntries(
    Object.entries(normalizer.blank(graph.datasetImage)).map(([name, tensor]) => [name, tensor.onesLike()]),
  );
  let state = await compiledInitialState(graph, stage);
  const told: Record<string, number> = {};
  for (const at of [0, 1]) {
    const image = Uint8Array.from({ length: 8 * 192 }, (_, i) => (i * 37 + at * 91 + (i >> 4)) % 256);
    const batch = upload({ image, item: Int32Array.from({ length: 8 }, (_, i) => 8 * at + i), size: 8 }, {
      ...{ height: 8, width: 8, channels: 3 },
    });
    const { errors, update, ...after } = await step(state, batch, statistics, seed, course);
    state = after.state;
    for (const [name, scalar] of [...Object.entries(errors), ...Object.entries(update)]) {
      told[`${name} of step ${at}`] = (await scalar.data())[0]!;
    }
    disposeTree([batch, errors, update]);
  }
  const weights = await Promise.all(
    leaves(state).map(async ([path, tensor]) => [path, Array.from(await tensor.data())] as const),
  );
  disposeTree([state, seed, course, statistics]);
  await stage.stop();
  return { weights: new Map(weights), told };
}

/** Fails where an update by parts is another than that of the whole batch, but for rounding in float32. */
function assertSame(parts: Awaited<ReturnType<typeof trained>>, whole: typeof parts): void {
  for (const [name, value] of Object.entries(whole.told)) {
    assert.ok(Math.abs(parts.told[name]! - value) <= 2e-5 * Math.abs(value), `${name}: ${parts.told[name]}, ${value}`);
  }
  assert.deepEqual([...parts.weights.keys()], [...whole.weights.keys()]);
  for (const [path, values] of whole.weights) {
    const largest = Math.max(1e-2, ...values.map(Math.abs));
    const apart = Math.max(...values.map((value, i) => Math.abs(value - parts.weights.get(path)![i]!)));
    assert.ok(apart <= 1e-5 * largest, `${path} differs by ${apart} of ${largest}`);
  }
}

const tried = { ...inRecipes, cpu: everyBackend.cpu! };

for (const [name, backend] of Object.entries(tried)) {
  Deno.test(`a batch in four parts gives the update of the whole batch, with the same draws, on ${name}`, async () => {
    const whole = await trained(backend, []);
    assertSame(await trained(backend, ["train.accumulate=4"]), whole);
  });
}

Deno.test("parts of a sum add up", async () => {
  const sum = ["loss.reduction=sum", "optimizer.learning_rate=1e-4"];
  assertSame(await trained("wasm", [...sum, "train.accumulate=2"]), await trained("wasm", sum));
});

Deno.test({
  name: "two devices share each part",
  ignore: cpuPlugin === undefined,
  async fn() {
    const on = (devices: number) => `{ use: xla, devices: ${devices}, plugin: ${JSON.stringify(cpuPlugin)} }`;
    const free = ["network.dropout=0"];
    assertSame(await trained(on(2), [...free, "train.accumulate=4"]), await trained(on(1), free));
  },
});

Deno.test("a step takes less memory in parts: what a picture adds is there once for each of a part", async () => {
  const bytes = async (...changes: string[]) => {
    const { stepBytes, stateBytes } = (await trainingCost(
      await wire(await read(["backend=wasm", "dataset.batch_size=64", ...changes])),
    ))!;
    return { stepBytes, stateBytes };
  };
  const whole = await bytes(),
    quarter = await bytes("train.accumulate=4"),
    small = await bytes("dataset.batch_size=16");
  assert.ok(quarter.stepBytes < 0.4 * whole.stepBytes, `${quarter.stepBytes} of ${whole.stepBytes}`);
  const beside = quarter.stepBytes - small.stepBytes; // gradients of the parts before, and the whole batch's pictures
  assert.ok(beside <= quarter.stateBytes + 64 * 8 * 8 * 3 * 4 * 2, `${beside} more than a batch of 16`);
});

async function refusal(...changes: string[]) {
  const problems = await problemsOf(read(["backend=wasm", ...changes]).then(wire));
  return problems.map(({ code, message, help }) => [code, message, help[0]].join(" | "));
}

Deno.test("accumulation is refused where parts are uneven, or depend on one another", async () => {
  assert.deepEqual(await refusal("train.accumulate=3"), [
    "accumulate-uneven | Cannot take batches of 8 pictures apart into 3 equal parts | " +
    "train.accumulate can be 2, 4 or 8; or choose a dataset.batch_size that it divides",
  ]);
  const network = "network={ use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4 }";
  const [statistics] = await refusal("train.accumulate=2", network);
  assert.match(
    statistics!,
    /^accumulate-statistics \| Cannot accumulate gradients with network\/residual-unet: it normalises by statistics of the whole batch \(down0/,
  );
  assert.ok(
    await wire(await read(["backend=wasm", "train.accumulate=2", "loss.uncertainty=true"])),
    "it keeps no numbers",
  );
  const [buffers] = await refusal("train.accumulate=2", "loss.importance=8", "loss.stratified=false");
  assert.match(
    buffers!,
    /^accumulate-loss \| Cannot accumulate gradients with loss\/denoising: it keeps numbers of whole/,
  );
});
