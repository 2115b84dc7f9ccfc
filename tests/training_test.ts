/** A training loop of one's own: the same bits as `train`, and each resumes what the other has saved. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, DenoiseError, openTraining, readRecipe, report, train, type TrainingOptions } from "denoise";
import { readLog } from "../pipeline/run/log.ts";
import { readSafetensors } from "../pipeline/run/safetensors.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { testRuns } from "./backends.ts";

const recipe = (backend: string) => `
name: loop
seed: 5
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
augmentation: [horizontal-flip]
network: { use: patch-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4 }
samplers: { preview: { use: ddim, steps: 3 } }
train: { epochs: 3, samples: { rows: 1, columns: 2 } }
backend: ${backend}
`;

async function workplace(backend: string) {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "loop.yaml");
  await Deno.writeTextFile(file, recipe(backend));
  const cache = join(folder, "cache");
  return {
    folder,
    file,
    open: async (name: string, options: TrainingOptions = {}) =>
      await openTraining(await readRecipe(file), { folder: join(folder, name), cache, ...options }),
    train: (name: string, overrides: string[] = []) =>
      train(file, { plugins: builtins, cache, folder: join(folder, name), overrides }, memoryConsole()),
    tensors: async (checkpoint: string) => (await readSafetensors(checkpoint)).tensors,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

testRuns("a loop of one's own trains the bits that train() does, whichever resumes the other", async (backend) => {
  await using place = await workplace(backend);
  const { checkpoint, step: total } = await place.train("whole");
  const whole = await place.tensors(checkpoint!);

  // Some steps, with measuring and drawing between them, which leaves the weights alone; saved within an epoch.
  const losses: number[] = [];
  {
    await using training = await place.open("mixed");
    assert.equal(training.plan.totalSteps, total);
    for await (const batch of training.batches()) {
      losses.push((await training.step(batch)).loss!);
      if (training.position.step === 2) {
        assert.deepEqual(Object.keys(await training.evaluate()).sort(), ["image", "noise"]);
        const [picture] = await training.draw({ seeds: [7] });
        assert.deepEqual([picture!.width, picture!.height], [8, 8]);
      }
      if (training.position.step === training.plan.stepsPerEpoch + 1) break;
    }
    assert.equal(training.position.batch, 1);
    await training.save();
  }
  // train() continues, to within the next epoch, and a loop to the end.
  const steps = losses.length + 2;
  assert.equal((await place.train("mixed", [`train.steps=${steps}`])).step, steps);
  await using training = await place.open("mixed");
  assert.equal(training.position.step, steps);
  for await (const batch of training.batches()) await training.step(batch);
  assert.equal(training.position.step, total);
  assert.deepEqual(await place.tensors(await training.save()), whole);

  const logged = (await readLog(join(place.folder, "mixed", "log.jsonl"))).filter(({ event }) => event === undefined);
  assert.deepEqual(logged.map(({ step }) => step), Array.from({ length: total }, (_, i) => i + 1));
  assert.deepEqual(logged.slice(0, losses.length).map(({ loss }) => loss), losses);
  const reported = await report(join(place.folder, "mixed"), { plugins: builtins }, memoryConsole());
  assert.ok(reported);
});

Deno.test("a training refuses two things at once, other batches only where they cannot be, and use after its end", async () => {
  await using place = await workplace("wasm");
  const training = await place.open("own");
  await assert.rejects(place.open("own"), DenoiseError, "the folder is in use");
  const { value: batch } = await training.batches().next();
  const step = training.step(batch!);
  await assert.rejects(training.step(batch!), /two things at once/);
  await step;
  // A batch of the caller's own: other pictures, and fewer.
  const { loss } = await training.step({
    image: new Uint8Array(2 * 8 * 8 * 3).fill(200),
    item: Int32Array.of(0, 1),
    size: 2,
  });
  assert.ok(Number.isFinite(loss));
  await assert.rejects(training.step({ ...batch!, size: 5 }), /5 pictures of 8 × 8 × 3 with 3072 bytes: it takes 960/);
  await assert.rejects(training.step({ ...batch!, item: new Int32Array(3) }), /3 values in "item": it takes 16/);
  await assert.rejects(training.draw({ seeds: [1], sampler: "previw" }), /Unknown sampler "previw"/);
  await training[Symbol.asyncDispose]();
  await training[Symbol.asyncDispose]();
  await assert.rejects(training.save(), /closed/);
  assert.throws(() => training.state, /closed/);
  await (await place.open("own", { fresh: true }))[Symbol.asyncDispose]();
});

Deno.test("a training that is aborted throws the reason, and keeps what was saved", async () => {
  await using place = await workplace("wasm");
  const abort = new AbortController();
  await using training = await place.open("aborted", { signal: abort.signal });
  const { value: batch } = await training.batches().next();
  await training.step(batch!);
  await training.save();
  abort.abort(new Error("enough"));
  await assert.rejects(training.step(batch!), /enough/);
});
