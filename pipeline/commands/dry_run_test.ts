/** Tests of dry runs: how long a run takes, where it resumes, and what it refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, dryRun, train } from "../../mod.ts";
import { memoryConsole } from "../terminal/memory_console.ts";
import { type DryRunOptions, timeLines } from "./dry_run.ts";

const recipe = `
name: small
dataset: { use: emoji, image_size: 8, batch_size: 16, categories: [Activities] }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: { preview: { use: ddim, steps: 2 } }
metrics: [{ use: validation-error, every: 2 epochs }]
train: { epochs: 9, samples: { every: 4 epochs, rows: 1, columns: 2 } }
backend: wasm
`;

/** A folder of a test, the recipe in it, and options with which all is written there. */
interface Place {
  readonly folder: string;
  readonly file: string;
  readonly shared: DryRunOptions;
}

/** Tests the recipe in a folder of its own. */
function testDryRun(name: string, test: (place: Place) => Promise<void>): void {
  Deno.test({
    name,
    sanitizeResources: false, // the threads of a backend outlive the test that started them
    sanitizeOps: false,
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const file = join(folder, "small.yaml");
        await Deno.writeTextFile(file, recipe);
        const shared = { plugins: builtins, runs: join(folder, "runs"), cache: join(folder, "cache") };
        await test({ folder, file, shared });
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

testDryRun(
  "dryRun() with a probe says how long the whole run takes, and leaves nothing behind",
  async ({ folder, file, shared }) => {
    const console = memoryConsole();
    const text = (await dryRun(file, { ...shared, probe: { console } })).text.replace(/\s+/g, " ");
    const time = String.raw`[\d.,]+ m?s`;
    const parts = [
      `36 steps of ${time}`,
      `5 × validation-error of ${time}`,
      `3 × samples of ${time}`,
      `9 × checkpoint of ${time}`,
    ];
    assert.match(
      text,
      RegExp(`time about \\d+ seconds? here: ${parts.join(", ")} starting took ${time}, with compiling$`),
    );
    assert.match(console.progressed.join("\n"), /^probing {2}step 16\/\d\d /m);
    assert.deepEqual(console.lines, []);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["cache", "small.yaml"]);
    assert.deepEqual([...Deno.readDirSync(join(folder, "cache"))].filter(({ name }) => name.startsWith("probe")), []);
    assert.match((await dryRun(file, shared)).text, /time +not measured: add --probe to measure a few steps/);
    const stopped = AbortSignal.abort(new Error("stop"));
    await assert.rejects(dryRun(file, { ...shared, probe: { console, signal: stopped } }), /stop/);
  },
);

testDryRun(
  "dryRun() says where a run resumes, and refuses what the run would: another recipe, guides that are not there",
  async ({ folder, file, shared }) => {
    const dry = async (...overrides: string[]) => (await dryRun(file, { ...shared, overrides })).text;
    assert.match(await dry(), /^run +\S+small$/m);
    await train(file, { ...shared, overrides: ["train.epochs=1", "train.samples.every=100 epochs"] });
    assert.match(await dry(), /^run +\S+small, resuming after step 4$/m);
    await assert.rejects(dry("seed=5"), /Cannot resume .*: the recipe has changed/);
    assert.match((await dryRun(file, { ...shared, overrides: ["seed=5"], fresh: true })).text, /^run +\S+small$/m);
    const guided = (by: string) => dry("train.snapshots=2 epochs", `samplers.preview.guidance={ scale: 2, by: ${by} }`);
    await assert.rejects(guided(join(folder, "none")), /Cannot find run/);
    await assert.rejects(guided("90 epochs"), /training ends after 9 epochs/);
    await assert.rejects(guided("1 epoch"), /1 epoch/);
  },
);

Deno.test("timeLines() adds up what a run does, roughly", () => {
  const work = (seconds: number) => [
    { kind: "step", times: 3000, seconds },
    { kind: "samples", times: 20, seconds: 2.14 },
  ];
  const told = (seconds: number) => timeLines({ work: work(seconds), starting: 12.4 });
  assert.deepEqual(told(0.11), [
    "about 6 minutes here: 3,000 steps of 0.11 s, 20 × samples of 2.1 s",
    "starting took 12 s, with compiling",
  ]);
  assert.match(told(0.0046)[0]!, /^about 57 seconds here: 3,000 steps of 4\.6 ms/);
  assert.match(told(3)[0]!, /^about 2\.5 hours here: /);
  assert.match(told(100)[0]!, /^about 3\.5 days here: 3,000 steps of 100 s/);
});
