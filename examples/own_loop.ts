/**
 * A recipe in code and a training loop of your own, which stops when the validation error stops falling:
 *
 *     deno run -P=train examples/own_loop.ts
 *
 * @module
 */
import { openTraining, readRecipe } from "denoise";

const recipe = await readRecipe({
  name: "own-loop",
  dataset: { use: "emoji", image_size: 16, batch_size: 16, categories: ["Activities"] },
  network: { use: "patch-unet", widths: [8, 16], block_depth: 1, embedding_dims: 8 },
  optimizer: { use: "adamw", learning_rate: 3e-3 },
  train: { epochs: 10 },
}, { overrides: Deno.args });

await using training = await openTraining(recipe);
let lowest = Infinity;
for await (const batch of training.batches()) {
  const { loss } = await training.step(batch);
  if (training.position.batch > 0) continue; // within an epoch
  const { noise = NaN } = await training.evaluate();
  console.log(`epoch ${training.position.epoch}: loss ${loss!.toFixed(4)}, validation error ${noise.toFixed(4)}`);
  if (noise > 0.99 * lowest) break;
  lowest = noise;
  await training.save(); // runs/own-loop can be resumed, sampled and reported on
}
