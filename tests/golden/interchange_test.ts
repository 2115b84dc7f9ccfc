/** Golden interchange: weights by formula in every layout of Keras, imported, give the outputs of the reference's networks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { builtins } from "../../mod.ts";
import { importWeights } from "../../pipeline/commands/interchange/import.ts";
import { type Layout, type NamedWeight, writeKeras } from "../../pipeline/commands/interchange/testing.ts";
import { loadModel } from "../../pipeline/run/load.ts";
import { memoryConsole } from "../../pipeline/terminal/memory_console.ts";
import { stringify } from "yaml";
import { errors } from "./ledger.ts";
import { type Fill, fill, golden } from "./golden.ts";
import { networkOf, tensor, trainingStateOf } from "./harness.ts";

const topic = golden("networks");
const statistics = { mean: Float32Array.of(0.25, 0.5, 0.75), variance: Float32Array.of(0.0625, 0.09, 0.04) };

/** The recipe of a network of the fixtures. */
function recipeOf(description: Record<string, unknown>): string {
  const { widths, block_depth, attentions, patch_size, image_size } = description;
  const keras = { embedding_dims: description.embedding_dims, max_frequency: description.embedding_max_frequency };
  const repository = {
    embedding_dims: description.noise_embedding_dims,
    max_frequency: description.noise_embedding_max_frequency,
    image_dims: description.image_embedding_dims,
  };
  const levels = (attentions as boolean[] | undefined)?.flatMap((has, level) => has ? [level] : []);
  const network = levels !== undefined
    ? { use: "attention-unet", widths, block_depth, patch_size, attention_levels: levels, ...repository }
    : "image_embedding_dims" in description
    ? { use: "clear-unet", widths, block_depth, ...repository }
    : { use: "residual-unet", widths, block_depth, ...keras };
  return stringify({
    name: "imported",
    dataset: { use: "emoji", image_size, batch_size: 2 },
    network,
    backend: "cpu",
    train: { steps: 1 },
  });
}

if (topic !== undefined) {
  for (const [name, description] of Object.entries<Record<string, unknown>>(topic.json.networks)) {
    if (name === "keras-io-64") continue; // keras-io-small has the same layers
    Deno.test(`golden interchange: ${name} from every layout of Keras`, async () => {
      const folder = await Deno.makeTempDir();
      const recipe = join(folder, "recipe.yaml");
      await Deno.writeTextFile(recipe, recipeOf(description));
      const list = description.weights as (Fill & { keras_name: string })[];
      const named = (shift: number): NamedWeight[] =>
        list.map((one) => ({ name: one.keras_name, shape: one.shape, data: fill(one).map((value) => value + shift) }));
      // In the fixtures as in Keras: layers in order of depth, their names in order of construction.
      const [network, average] = [named(0.5), named(0)];
      const layouts: [Layout, string][] = [["legacy", ".h5"], ["model", ".h5"], ["named", ".weights.h5"], [
        "places",
        ".weights.h5",
      ]];
      for (const [layout, ending] of layouts) {
        const [file, ema] = [join(folder, `${layout}${ending}`), join(folder, `${layout}-ema${ending}`)];
        await writeKeras(file, layout, [{ at: "", weights: network }], statistics);
        await writeKeras(ema, layout, [{ at: "", weights: average }]);
        const out = join(folder, `${layout}.safetensors`);
        await importWeights(file, { plugins: builtins, recipe, ema, out }, memoryConsole());
        await assertImported(out, name, description, layout);
      }
      // One file with all of a model, as the Keras example saves it.
      const whole = join(folder, "whole.weights.h5");
      const models = [{ at: "layers/functional", weights: network }, { at: "ema_network", weights: average }];
      await writeKeras(whole, "named", models, statistics);
      const out = join(folder, "whole.safetensors");
      await importWeights(whole, { plugins: builtins, recipe, out }, memoryConsole());
      await assertImported(out, name, description, "whole");
      await Deno.remove(folder, { recursive: true });
    });
  }

  /** Its average gives the golden output; its plain weights are the others; its statistics are those of the file. */
  const assertImported = async (out: string, name: string, description: Record<string, unknown>, layout: string) => {
    await using model = await loadModel(out, { plugins: builtins }, memoryConsole());
    const { graph, statistics: found } = model.session;
    const expected = trainingStateOf(description.weights);
    for (const part of ["trainable", "buffers"] as const) {
      assert.deepEqual(Object.keys(model.average[part]).sort(), Object.keys(expected[part]).sort());
      for (const [path, weight] of Object.entries(expected[part])) {
        assert.deepEqual(model.average[part][path]!.dataSync(), weight.dataSync(), `${path} of layout ${layout}`);
      }
    }
    for (const [key, values] of Object.entries(statistics)) assert.deepEqual(found[key]!.dataSync(), values);
    const given = tensor<tf.Rank.R4>(topic!.get(`${name}/embedding`));
    const image = tensor<tf.Rank.R4>(topic!.get(`${name}/noisy_images`));
    const level = tensor<tf.Rank.R4>(topic!.get(`${name}/noise_variances`));
    const hooked = networkOf(description, image.shape, name, { embed: () => given });
    const { output } = hooked.apply(model.average, { image, level }, { training: false });
    const { max } = errors(output.dataSync(), topic!.get(`${name}/output_inference`).data);
    assert.ok(max <= 1e-5, `output of layout ${layout} is off by ${max}`);
    assert.equal(graph.recipe.name, "imported");
    tf.dispose([given, image, level, output, expected.trainable, expected.buffers]);
  };
}
