/** A model that is trained in a second, for tests of what uses one. */
import { join } from "node:path";
import { builtins, train } from "../mod.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";

const recipe = `
name: tiny
seed: 5
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 3, stochasticity: 0.5 }, quick: { use: ddim, steps: 2 } }
metrics: []
train: { epochs: 1 }
backend: cpu
`;

/** Trains it in a folder, with overrides of its recipe, and returns the run folder. */
export async function trainTiny(folder: string, overrides: readonly string[] = []): Promise<string> {
  const file = join(folder, "tiny.yaml"), runs = join(folder, "runs");
  await Deno.writeTextFile(file, recipe);
  await train(file, { plugins: builtins, cache: join(folder, "cache"), runs, overrides }, memoryConsole());
  return join(runs, "tiny");
}
