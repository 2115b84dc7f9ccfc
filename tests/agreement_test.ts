/** The same recipe with the same seed trains alike on every backend that is here. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, train } from "../mod.ts";
import { readLog } from "../pipeline/run/log.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { everyBackend } from "./backends.ts";

const recipe = (backend: string) => `
name: small
seed: 5
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
augmentation: [horizontal-flip]
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
train: { epochs: 5, samples: { rows: 1, columns: 2 } }
backend: ${backend}
`;

/** Losses of the first twenty steps. */
async function losses(backend: string): Promise<number[]> {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "small.yaml");
    await Deno.writeTextFile(file, recipe(backend));
    const runs = join(folder, "runs");
    await train(file, { plugins: builtins, cache: join(folder, "cache"), runs }, memoryConsole());
    const entries = await readLog(join(runs, "small", "log.jsonl"));
    return entries.flatMap((entry) => ("loss" in entry ? [entry.loss as number] : [])).slice(0, 20);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: `twenty steps have the same losses within 1e-3 on ${Object.keys(everyBackend).join(", ")}`,
  sanitizeResources: false, // the threads of a backend outlive the test that started them
  sanitizeOps: false,
  async fn() {
    const { cpu, ...others } = everyBackend;
    const expected = await losses(cpu!);
    assert.equal(expected.length, 20);
    assert.ok(new Set(expected).size > 10, "the losses are those of a training");
    for (const [name, text] of Object.entries(others)) {
      const found = await losses(text);
      const apart = Math.max(...expected.map((loss, i) => Math.abs(loss - found[i]!)));
      assert.ok(apart < 1e-3, `${name}: ${apart} apart\n${expected}\n${found}`);
      console.log(`${name}: losses are ${apart.toExponential(1)} apart from those of cpu`);
    }
  },
});
