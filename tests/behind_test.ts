/** What a run depends on and what changes while it is away: its pictures, where they are, what they are called. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { builtins, DenoiseError, evaluate, train, type TrainResult } from "../mod.ts";
import { encodePng } from "../lib/image/mod.ts";
import { readCheckpoint, writeCheckpoint } from "../pipeline/run/checkpoint.ts";
import { readLog } from "../pipeline/run/log.ts";
import { type MemoryConsole, memoryConsole } from "../pipeline/terminal/memory_console.ts";

const recipe = `
name: small
seed: 5
dataset: { use: image-folder, folder: data, image_size: 8, batch_size: 4, validation: 0.3 }
network: { use: residual-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4, max_frequency: 10 }
samplers: {}
metrics: []
train: { steps: 5, checkpoint: 100 epochs }
backend: cpu
`;

/** A picture of its own for each number. */
const png = (number: number) =>
  encodePng({
    width: 8,
    height: 8,
    data: new Uint8Array(192).map((_, i) => (number * 37 + i * (1 + number % 5)) % 256),
  });

/** A folder with a recipe and a folder of pictures, `names` by number. */
async function workplace(names: readonly string[] = Array.from({ length: 14 }, (_, i) => `p${i}.png`)) {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "small.yaml");
  await Deno.writeTextFile(file, recipe);
  const write = async (name: string, number: number, data = "data") => {
    const path = join(folder, data, name);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeFile(path, await png(number));
  };
  for (const [i, name] of names.entries()) await write(name, i);
  const at = (data: string) => `dataset.folder=${join(folder, data)}`;
  return {
    folder,
    write,
    at,
    path: (...parts: string[]) => join(folder, ...parts),
    async train(steps: number, { data = "data", name = "small" } = {}) {
      const output = memoryConsole();
      const overrides = [`train.steps=${steps}`, `name=${name}`, at(data)];
      const cache = join(folder, "cache");
      const result = await train(file, { plugins: builtins, overrides, runs: join(folder, "runs"), cache }, output);
      return { ...result, output };
    },
    /** Weights, momenta and all else that a checkpoint holds of training, as bytes. */
    async bits({ checkpoint }: TrainResult) {
      const { tensors, position: { step, epoch, batch } } = await readCheckpoint(checkpoint!);
      return { tensors, step, epoch, batch };
    },
    stores: () => [...Deno.readDirSync(join(folder, "cache", "pictures"))].length,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const said = ({ warnings }: MemoryConsole) => warnings.join("\n");

/** Names of the pictures that are trained on and held out. */
async function splitsOf({ folder }: { folder: string }, run = "small") {
  const [file] = [...Deno.readDirSync(join(folder, "runs", run, "data"))];
  const text = await Deno.readTextFile(join(folder, "runs", run, "data", file!.name));
  const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line) as [string, string, number | null, string]);
  const of = (split: string) => lines.filter(([its]) => its === split).map(([, , , name]) => name);
  return { train: of("train"), validation: of("validation") };
}

Deno.test("train() continues to the same bits where the pictures were moved, touched, or copied in another order", async () => {
  await using place = await workplace();
  const calm = await place.bits(await place.train(9, { name: "calm" }));
  await place.train(3);
  await Deno.rename(place.path("data"), place.path("moved"));
  const stores = place.stores();
  const moved = await place.train(5, { data: "moved" });
  assert.equal(said(moved.output), "");
  assert.equal(place.stores(), stores, "what was only moved is not decoded again");

  const then = new Date("2001-02-03T04:05:06Z");
  for (const { name } of Deno.readDirSync(place.path("moved"))) await Deno.utime(place.path("moved", name), then, then);
  assert.equal(said((await place.train(7, { data: "moved" })).output), "");
  const names = [...Deno.readDirSync(place.path("moved"))].map(({ name }) => name).sort().reverse();
  await Deno.mkdir(place.path("copied"));
  for (const name of names) await Deno.copyFile(place.path("moved", name), place.path("copied", name));
  const copied = await place.train(9, { data: "copied" });
  assert.equal(said(copied.output), "");
  assert.deepEqual(await place.bits(copied), calm);
});

Deno.test("train() names the pictures that have changed since, and continues from the weights with the epoch begun again", async () => {
  await using place = await workplace();
  await place.train(3);
  const { train: [first, second, third, fourth] } = await splitsOf(place);
  await place.write(first!, 99); // as many as before
  await Deno.remove(place.path("data", second!));
  await Deno.rename(place.path("data", third!), place.path("data", `${third}x.png`));
  await Deno.writeTextFile(place.path("data", fourth!), "no picture any more");
  await place.write("new.png", 50);

  const { output, step, checkpoint } = await place.train(5);
  const text = said(output);
  assert.match(text, /^The training pictures have changed since step 3\n/m);
  assert.match(text, new RegExp(`with other pixels: "${first}"`));
  assert.match(text, new RegExp(`2 removed, or no longer readable: (?=.*"${second}")(?=.*"${fourth}")`));
  assert.match(text, /added: .*"new.png"|renamed: .*x\.png/);
  assert.match(text, /starts again\n.*\n.*normalizer keeps the statistics/s);
  assert.equal(step, 5);
  const { position } = await readCheckpoint(checkpoint!);
  assert.deepEqual([position.step, position.epoch, position.batch], [5, 2, 0], "an epoch of two batches after step 3");
  const log = await readLog(place.path("runs", "small", "log.jsonl"));
  assert.match(String(log.find(({ event }) => event === "warning")?.message), /^The training pictures have changed/);

  const { warnings } = (await place.train(6)).output;
  assert.deepEqual(warnings.filter((text) => !text.startsWith("Skipped")), [], "once: the checkpoint is of these now");
});

Deno.test("train() tells what has changed again where it was stopped before it saved anything", async () => {
  await using place = await workplace();
  await place.train(3);
  const { train: [first] } = await splitsOf(place);
  await place.write(first!, 99);
  for (let i = 0; i < 2; i++) {
    const { output } = await place.train(3); // as long as the recipe asks already
    assert.match(said(output), new RegExp(`1 with other pixels: "${first}"`));
  }
  assert.match(said((await place.train(4)).output), /1 with other pixels/);
  assert.equal([...Deno.readDirSync(place.path("runs", "small", "data"))].length, 2);
  await place.train(5);
  assert.equal([...Deno.readDirSync(place.path("runs", "small", "data"))].length, 1, "the record of the old ones goes");
});

Deno.test("train() refuses another folder none of whose pictures was trained on", async () => {
  await using place = await workplace();
  await place.train(3);
  for (let i = 0; i < 14; i++) await place.write(`p${i}.png`, 100 + i, "other");
  await assert.rejects(place.train(5, { data: "other" }), (error) => {
    assert.ok(error instanceof DenoiseError);
    assert.match(error.message, /recipe has changed/);
    assert.match(error.problems[0]!.help[0]!, /^dataset\.folder: .*data"? → .*other"?$/);
    return true;
  });
  await Deno.remove(place.path("data"), { recursive: true });
  await Deno.rename(place.path("other"), place.path("data"));
  assert.match(
    said((await place.train(5)).output),
    /14 with other pixels|\d+ with other pixels/,
    "in its own folder it continues",
  );
});

Deno.test("train() continues exactly where other pictures are held out or classes renamed, and says so", async () => {
  const names = Array.from({ length: 14 }, (_, i) => `${i % 2 ? "cat" : "dog"}/p${i}.png`);
  await using place = await workplace(names);
  const calm = await place.bits(await place.train(6, { name: "calm" }));
  await place.train(3);
  const { validation: [held] } = await splitsOf(place);
  await place.write(held!, 99);
  const { output } = await place.train(4);
  assert.match(said(output), /^The validation pictures have changed\n/);
  assert.doesNotMatch(said(output), /training pictures/);

  const output_ = memoryConsole();
  const run = place.path("runs", "small");
  await assert.rejects(evaluate(run, { plugins: builtins, cache: place.path("cache") }, output_), /no metrics/);
  const end = await place.train(6);
  assert.deepEqual((await place.bits(end)).tensors, calm.tensors);
});

Deno.test("train() says when pictures have another label", async () => {
  const names = Array.from({ length: 14 }, (_, i) => `${i % 2 ? "cat" : "dog"}/p${i}.png`);
  await using place = await workplace(names);
  await place.train(3);
  // One more class before the others: each label counts one further.
  await place.write("bird/extra.png", 60);
  assert.match(said((await place.train(4)).output), /with another label: "cat/);
});

Deno.test("train() continues checkpoints of before there were digests, with what can be checked", async () => {
  await using place = await workplace();
  const calm = await place.bits(await place.train(6, { name: "calm" }));
  const { checkpoint } = await place.train(3);
  const { position: { data: _, build: __, measuredWith: ___, ...position }, ...rest } = await readCheckpoint(
    checkpoint!,
  );
  const older = () => writeCheckpoint(checkpoint!, { ...rest, position });
  await older();
  await Deno.rename(place.path("data"), place.path("moved"));
  const moved = await place.train(3, { data: "moved" });
  assert.match(said(moved.output), /no way to tell whether they are the same\n.*dataset\.folder/s);
  await Deno.rename(place.path("moved"), place.path("data"));
  const same = await place.train(6);
  assert.equal(said(same.output), "");
  assert.deepEqual(await place.bits(same), calm);
});

Deno.test("train() counts time and keeps its bits whatever the clock does, and writes times in UTC", async () => {
  await using place = await workplace();
  const calm = await place.bits(await place.train(6, { name: "calm" }));
  const [now, zone] = [Date.now, Deno.env.get("TZ")];
  let asked = 0;
  Date.now = () => now() - 3600_000 * asked++ * (asked % 2 === 0 ? 1 : -1); // back and forth, further each time
  Deno.env.set("TZ", "Pacific/Kiritimati");
  const begun = performance.now();
  let result: TrainResult;
  try {
    await place.train(3);
    Deno.env.set("TZ", "America/New_York");
    result = await place.train(6);
  } finally {
    Date.now = now;
    if (zone === undefined) Deno.env.delete("TZ");
    else Deno.env.set("TZ", zone);
  }
  assert.deepEqual(await place.bits(result), calm);
  const { position: { seconds } } = await readCheckpoint(result.checkpoint!);
  assert.ok(seconds > 0 && seconds < (performance.now() - begun) / 1000, `${seconds} s`);
  const log = await readLog(place.path("runs", "small", "log.jsonl"));
  for (const { event, time } of log) if (event === "start" || event === "resume") assert.match(String(time), /T.*Z$/);
});
