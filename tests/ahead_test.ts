/** Steps are dispatched ahead: the loss of a step is waited for once the next one is on its way. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, train } from "../mod.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";

/** A backend whose losses can be read once the next step is dispatched, or after a while. */
const late = `
import { opByOp, plugin, tfjsBackend, z } from "denoise/plugin";
const seen = globalThis.lossesOfLateBackend = { afterDispatch: 0, afterWait: 0 };
let wake = () => {};
export default plugin({
  kind: "backend",
  name: "late",
  summary: "Losses that come late",
  options: z.object({}),
  create: () => ({
    name: "late",
    description: "late",
    ...tfjsBackend("cpu"),
    compile(fn, options) {
      const run = opByOp(fn, options);
      if (options.name !== "training step") return run;
      return async (...args) => {
        wake();
        const result = await run(...args);
        const next = new Promise((resolve) => wake = () => resolve("afterDispatch"));
        const { loss } = result.errors;
        const data = loss.data.bind(loss);
        loss.data = async () => {
          const values = await data();
          let timer;
          const waited = new Promise((resolve) => timer = setTimeout(() => resolve("afterWait"), 1000));
          seen[await Promise.race([next, waited])]++;
          clearTimeout(timer);
          return values;
        };
        return result;
      };
    },
  }),
});
`;

const recipe = `
name: ahead
plugins: [./late.ts]
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
train: { epochs: 2 }
samplers: { preview: { use: ddim, steps: 1 } }
metrics: []
backend: late
`;

Deno.test("train() dispatches a step, with its batch, before it has the loss of the step before", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(join(folder, "late.ts"), late);
  await Deno.writeTextFile(join(folder, "ahead.yaml"), recipe);
  const options = { plugins: builtins, runs: folder, cache: join(folder, "cache") };
  const { step, epoch } = await train(join(folder, "ahead.yaml"), options, memoryConsole());
  const seen = (globalThis as unknown as { lossesOfLateBackend: unknown }).lossesOfLateBackend;
  // The last loss of each epoch is waited for: its checkpoint may not be of a loss that is not finite.
  assert.deepEqual(seen, { afterDispatch: step - epoch, afterWait: epoch });
  await Deno.remove(folder, { recursive: true });
});
