/** Classes from the recipe to the pictures: the data are checked, names are kept, pictures of a class are drawn. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, sample, type SampleOptions, train } from "../mod.ts";
import { readPosition } from "../pipeline/run/checkpoint.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { problemsOf } from "./problems.ts";

const folder = await Deno.makeTempDir();
const cache = join(folder, "cache");
const categories = ["Activities", "Flags"];

const recipe = (network: string, samplers = "{ preview: { use: ddim, steps: 2 } }") => `
name: classes
dataset: { use: emoji, image_size: 8, batch_size: 4, categories: [${categories.join(", ")}] }
network: { use: patch-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4${network} }
samplers: ${samplers}
train: { steps: 12, samples: { every: 12 steps, rows: 1, columns: 2 } }
optimizer: { use: adamw, learning_rate: 0.1 }
ema: { use: exponential, decay: 0 }
backend: wasm
`;

async function trained(name: string, text: string): Promise<string> {
  const file = join(folder, `${name}.yaml`), run = join(folder, name);
  await Deno.writeTextFile(file, text);
  await train(file, { plugins: builtins, cache, folder: run }, memoryConsole());
  return run;
}

const told = async (work: Promise<unknown>) =>
  (await problemsOf(work)).map(({ code, place, message, help }) => ({
    code,
    line: place?.line,
    text: [message, ...help],
  }));

const run = await trained("two", recipe(", classes: 2, dropout: 0.1"));

/** Bytes of the pictures that `sample` draws, and what it says of them. */
async function drawn(options: SampleOptions | Omit<SampleOptions, "plugins">) {
  const out = await Deno.makeTempDir({ dir: folder });
  const { images } = await sample(run, { plugins: builtins, out, ...options }, memoryConsole());
  const bytes = await Promise.all(images.map(({ file }) => Deno.readFile(join(out, file!))));
  return { images, bytes: bytes.map((each) => each.toHex()) };
}

Deno.test("the checkpoint keeps the names of the classes, and pictures depend on theirs", async () => {
  const { checkpoint } = await sample(
    run,
    { plugins: builtins, count: 1, grid: join(folder, "a.png") },
    memoryConsole(),
  );
  assert.deepEqual((await readPosition(checkpoint)).classes, categories);
  const [one, other, none] = [
    await drawn({ class: "Activities", count: 2 }),
    await drawn({ class: "Flags", count: 2 }),
    await drawn({ class: "none", count: 2 }),
  ];
  assert.equal(new Set([...one.bytes, ...other.bytes, ...none.bytes]).size, 6);
  assert.deepEqual(one.images.map(({ seed, class: name }) => [seed, name]), [[0, "Activities"], [1, "Activities"]]);
  assert.equal(none.images[0]!.class, undefined);

  const all = await drawn({ class: "all", count: 2 });
  assert.deepEqual(all.bytes, [...one.bytes, ...other.bytes], "a row of the same seeds for each class");
  const inTurn = await drawn({ count: 2 });
  assert.deepEqual(inTurn.bytes, [one.bytes[0], other.bytes[1]], "without a choice, the classes in turn");
});

Deno.test("guidance of scale 1 leaves pictures as they are, 0 gives those of no class, and more goes beyond", async () => {
  const [plain, none] = [await drawn({ class: "Flags", count: 1 }), await drawn({ class: "none", count: 1 })];
  const at = async (guidance: number) => (await drawn({ class: "Flags", count: 1, guidance })).bytes;
  assert.deepEqual(await at(1), plain.bytes);
  assert.deepEqual(await at(0), none.bytes);
  assert.notDeepEqual(await at(4), plain.bytes);
  const overrides = ["samplers.preview.guidance={scale: 4, interval: [0, 1e-9]}"];
  assert.deepEqual(
    (await drawn({ class: "Flags", count: 1, overrides })).bytes,
    plain.bytes,
    "outside of the interval",
  );
});

Deno.test("a class that is not there is refused with the nearest name, and any where the network knows none", async () => {
  const [unknown] = await told(drawn({ class: "Flag" }));
  assert.equal(unknown!.code, "class-unknown");
  assert.match(unknown!.text.join("\n"), /did you mean Flags\? Classes of this model: Activities, Flags/);
  const plain = await trained("none", recipe(""));
  const ask = sample(plain, { plugins: builtins, class: "Flags", out: folder }, memoryConsole());
  const [unused] = await told(ask);
  assert.equal(unused!.code, "class-unused");
  const [unguided] = await told(sample(plain, { plugins: builtins, guidance: 2, out: folder }, memoryConsole()));
  assert.equal(unguided!.code, "guidance-without-classes");
});

Deno.test("a network of other classes than the data's is refused at its line, and guidance without classes too", async () => {
  const [count] = await told(trained("three", recipe(", classes: 3")));
  assert.deepEqual([count!.code, count!.line], ["class-count", 4]);
  assert.match(count!.text.join("\n"), /network of 3 classes: the dataset has 2\nwrite network\.classes=2/);
  const guided = recipe("", "{ preview: { use: ddim, guidance: { scale: 3 } } }");
  const [unguided] = await told(trained("unguided", guided));
  assert.deepEqual([unguided!.code, unguided!.line], ["guidance-without-classes", 5]);
  const scale = recipe(", classes: 2", "{ preview: { use: ddim, guidance: { scael: 3 } } }");
  assert.match(JSON.stringify(await told(trained("typo", scale))), /did you mean scale/);
});

globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
