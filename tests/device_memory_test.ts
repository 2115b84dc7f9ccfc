/** A batch that a device has no memory for: refused with one that fits. The device is a processor that says what it has. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, DenoiseError, train } from "../mod.ts";
import { Device } from "../lib/xla/pjrt/device.ts";
import { bytesNeeded, Executable } from "../lib/xla/pjrt/mod.ts";
import { batchThatFits } from "../pipeline/programs/memory.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { inRecipes, pjrtPlugin } from "./backends.ts";

const recipe = (backend: string) => `
name: small
seed: 5
dataset: { use: emoji, image_size: 16, batch_size: 48, categories: [Activities] }
network: { use: patch-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4 }
augmentation: [horizontal-flip]
train: { steps: 1 }
backend: ${backend}
`;

Deno.test({
  name: "a batch that a device has no memory for is refused before a step, and the one that is named fits (xla)",
  ignore: pjrtPlugin === undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    const file = join(folder, "small.yaml");
    await Deno.writeTextFile(file, recipe(inRecipes.xla!));
    const run = (name: string, overrides: string[] = []) =>
      train(
        file,
        { plugins: builtins, cache: join(folder, "cache"), folder: join(folder, name), overrides },
        memoryConsole(),
      );
    const { memory } = Device.prototype, { memoryNeeds } = Executable.prototype;
    const seen: number[] = []; // what each program takes
    let limit = 1e12;
    Device.prototype.memory = () => ({ used: 0, peak: undefined, limit });
    Executable.prototype.memoryNeeds = function () {
      const needs = memoryNeeds.call(this)!;
      seen.push(bytesNeeded(needs));
      return needs;
    };
    try {
      await run("whole");
      const most = Math.max(...seen);
      limit = 0.6 * most;
      let fits = 0;
      await assert.rejects(run("refused"), (error) => {
        assert.ok(error instanceof DenoiseError);
        const [problem] = error.problems;
        assert.equal(problem!.code, "memory-exceeded");
        assert.match(
          problem!.message,
          /^Cannot train with batches of 48: a step takes about \d.* MB, and the xla backend has \d.* MB$/,
        );
        assert.equal(problem!.place?.line, 4);
        fits = Number(/^use batch_size: (\d+), which fits$/.exec(problem!.help[0]!)?.[1]);
        return true;
      });
      assert.ok(fits >= 20 && fits < 29, `${fits} of 48, where 0.6 of the memory is there`);
      const { step } = await run("fitting", [`dataset.batch_size=${fits}`]);
      assert.equal(step, 1);
    } finally {
      Device.prototype.memory = memory;
      Executable.prototype.memoryNeeds = memoryNeeds;
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("batchThatFits() fills what there is but for a part, in numbers that all devices share", () => {
  const shortage = { needed: 1000 + 64 * 100, available: 1000 + 32 * 100 };
  const exact = (0.95 * shortage.available - 1000) / 100; // 29.9
  assert.equal(batchThatFits(64, shortage, 1000), 28, `a multiple of 4 below ${exact}`);
  assert.equal(batchThatFits(64, shortage, 1000, 3), 24, "of 4 for each of 3 devices");
  assert.equal(batchThatFits(64, { needed: 7400, available: 1600 }, 1000), 5, "small ones are not rounded");
  assert.equal(batchThatFits(64, { needed: 7400, available: 900 }, 1000), 0, "not even the weights fit");
});
