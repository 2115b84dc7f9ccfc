/** The work on our side: the recipe of the Keras example, on whatever backend `auto` chooses, fed random pictures. */
import { fileURLToPath } from "node:url";
import { builtins, readRecipe, wire } from "../mod.ts";
import { buildGenerate } from "../pipeline/run/generate.ts";
import { initialState, upload } from "../pipeline/run/states.ts";
import { buildTrainStep } from "../pipeline/run/train_step.ts";
import { disposeTree, seedTensor } from "../tensor/mod.ts";

/** Seconds of one training step, and of sampling one batch in 20 steps, each until its result can be read. */
export async function ours(batch: number): Promise<{
  description: string;
  train(): Promise<number>;
  sample(): Promise<number>;
}> {
  const recipe = await readRecipe(fileURLToPath(new URL("../recipes/keras-ddim.yaml", import.meta.url)), {
    plugins: builtins,
    overrides: [`dataset.batch_size=${batch}`],
  });
  const graph = await wire(recipe);
  const backend = graph.one("backend").stage;
  await backend.start();
  const statistics = graph.one("normalizer").stage.blank(graph.pictures);
  const step = backend.compile(buildTrainStep(graph), { name: "training step", donate: [0] });
  const generate = buildGenerate(backend, graph, graph.sampler("preview"));
  const seed = seedTensor(recipe.seed);
  let state = initialState(graph);
  const size = batch * graph.pictures.height * graph.pictures.width * graph.pictures.channels;
  const image = Uint8Array.from({ length: size }, () => Math.floor(Math.random() * 256));
  const item = Int32Array.from({ length: batch }, (_, i) => i);

  return {
    description: backend.description,
    async train() {
      const pictures = upload({ image, item, size: batch }, graph.pictures);
      const start = performance.now();
      const after = await step(state, pictures, statistics, seed);
      await after.errors.loss!.data();
      const seconds = (performance.now() - start) / 1e3;
      state = after.state;
      disposeTree([pictures, after.errors]);
      return seconds;
    },
    async sample() {
      const start = performance.now();
      const options = { state: state.average, statistics, seed: recipe.seed, items: [...item] };
      for await (const images of generate(options)) {
        await images.data();
        images.dispose();
      }
      return (performance.now() - start) / 1e3;
    },
  };
}
