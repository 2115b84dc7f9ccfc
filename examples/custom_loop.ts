/**
 * A training loop of your own on the parts that `train` is made of: this one stops when the loss stops falling.
 *
 *     deno run -P=train examples/custom_loop.ts
 *     deno run -P=train examples/custom_loop.ts network.block_depth=2 backend=wasm
 *
 * @module
 */
import {
  batches,
  buildTrainStep,
  builtins,
  chunks,
  compiledInitialState,
  disposeTree,
  fitStatistics,
  openPictures,
  readRecipe,
  seedTensor,
  upload,
  wire,
} from "denoise";

const recipe = await readRecipe(`${import.meta.dirname}/small.yaml`, { plugins: builtins, overrides: Deno.args });
const graph = await wire(recipe);
const backend = graph.one("backend").stage;
await backend.start({ download: true });
console.log(backend.description);

const dataset = graph.one("dataset");
await using pictures = await openPictures(dataset.stage, { name: dataset.plugin.name });
const statistics = await fitStatistics(graph, () => chunks(pictures.train));

// The step is a pure function of trees of tensors. It consumes its first argument, and its second is the batch.
const step = backend.compile(buildTrainStep(graph), { name: "training step", donate: [0], batch: [1] });
const seed = seedTensor(recipe.seed);
let state = await compiledInitialState(graph, backend);

let lowest = Infinity;
for (let epoch = 0; epoch < 10; epoch++) {
  const losses: number[] = [];
  const options = { batchSize: Number(dataset.options.batch_size), training: true, seed: recipe.seed, epoch };
  for await (const onHost of batches(pictures.train, options)) {
    const batch = upload(onHost, graph.datasetImage);
    const { state: next, errors, update } = await step(state, batch, statistics, seed);
    state = next;
    losses.push(...await errors.loss!.data());
    disposeTree([batch, errors, update]);
  }
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  console.log(`epoch ${epoch + 1}: loss ${mean.toFixed(4)}`);
  if (mean > 0.99 * lowest) break;
  lowest = mean;
}

disposeTree([state, statistics, seed]);
await backend.stop();
