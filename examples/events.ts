/**
 * Trains a small model, and shows what training tells: losses, pictures, checkpoints. Leaving the loop saves.
 *
 *     deno run -P=train examples/events.ts
 *     deno run -P=train examples/events.ts backend=wasm
 *
 * @module
 */
import { readRecipe, sample, train } from "denoise";

const recipe = await readRecipe(`${import.meta.dirname}/small.yaml`, { overrides: Deno.args });
const work = train(recipe, { folder: "runs/events" });
for await (const event of work) {
  if (event.type === "step" && event.step % 4 === 0) console.log(`step ${event.step}: loss ${event.loss.toFixed(4)}`);
  if (event.type === "preview") await Deno.writeFile("latest.png", event.png);
  if (event.type === "checkpoint") console.log(`saved ${event.file}`);
  if (event.type === "epoch" && event.epoch === 2) break;
}
const { outcome, step, folder } = await work;
console.log(`${outcome} after ${step} steps`);

for await (const event of sample(folder, { count: 2, out: "pictures" })) {
  if (event.type === "picture") console.log(`seed ${event.picture.seed}: ${event.file}`);
}
