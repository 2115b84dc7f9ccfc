/**
 * Files of every format that a version has written open still: `tests/formats` has one of each, and of each form of it.
 * A new format adds its files there; those of old ones stay.
 */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { builtins, evaluate, exportWeights, readRecipe, sample, train } from "../mod.ts";
import { sha256 } from "../lib/files/mod.ts";
import { encodePng } from "../lib/image/mod.ts";
import { checkpointFormat, weightsFormat } from "../pipeline/recipe/format.ts";
import { findCheckpoint, readCheckpoint } from "../pipeline/run/checkpoint.ts";
import { readMetadata, readSafetensors, writeSafetensors } from "../pipeline/run/safetensors.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { problemsOf } from "./problems.ts";

const folder = fileURLToPath(new URL("./formats/", import.meta.url));
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const at = (name: string) => join(folder, name);
const checkpoints = names.filter((name) => name.startsWith("checkpoint-"));
const weights = names.filter((name) => name.startsWith("weights-"));

/** The bytes of two pictures that a file generates. */
async function picturesOf(file: string): Promise<string[]> {
  const out = await Deno.makeTempDir();
  const { images } = await sample(file, { plugins: builtins, count: 2, out }, memoryConsole());
  const bytes = await Promise.all(images.map(({ file }) => Deno.readFile(join(out, file!))));
  await Deno.remove(out, { recursive: true });
  return bytes.map((each) => each.toHex());
}

/** The pictures that the files were trained on. */
async function makePictures(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  for (let i = 0; i < 12; i++) {
    const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, k) => (k * 7 + i * 31) % 256);
    await Deno.writeFile(join(folder, `p${i}.png`), await encodePng({ width: 8, height: 8, data }));
  }
}

Deno.test("there is a file of every format up to that of today, and what is written has the form of the newest", async () => {
  const found = await Promise.all(names.map(async (name) => (await readMetadata(at(name))).format!));
  for (const format of [checkpointFormat, weightsFormat]) {
    const kind = format.replace(/\d+$/, "");
    for (let n = Number(format.slice(kind.length)); n > 0; n--) assert(found.includes(kind + n), kind + n);
  }
  const out = await Deno.makeTempFile({ suffix: ".safetensors" });
  await exportWeights(at("checkpoint-1.safetensors"), out, memoryConsole());
  const [now, then] = await Promise.all([out, at("weights-1.safetensors")].map(readSafetensors));
  assert.deepEqual(Object.keys(now!.metadata), Object.keys(then!.metadata), "another form: add a file of it");
  assert.deepEqual(now!.tensors, then!.tensors);
  await Deno.remove(out);
});

Deno.test("files of every format generate the pictures that they have always generated", async () => {
  const [first, ...others] = await Promise.all(names.map((name) => findCheckpoint(at(name), () => {})));
  for (const { checkpoint } of others) assert.equal(checkpoint.position.step, first!.checkpoint.position.step);
  const expected = await picturesOf(at(names[0]!));
  assert.notEqual(expected[0], expected[1]);
  for (const name of names.slice(1)) assert.deepEqual(await picturesOf(at(name)), expected, name);
});

Deno.test("checkpoints of every format resume", async () => {
  const runs = await Deno.makeTempDir();
  const pictures = join(runs, "pictures");
  await makePictures(pictures);
  for (const name of checkpoints) {
    const run = join(runs, basename(name, ".safetensors"));
    await Deno.mkdir(join(run, "checkpoints"), { recursive: true });
    await Deno.copyFile(at(name), join(run, "checkpoints", "step-000002.safetensors"));
    const overrides = ["train.epochs=2", `dataset.folder=${pictures}`];
    const recipe = join(run, "checkpoints", "step-000002.safetensors");
    const { step, outcome } = await train(recipe, { plugins: builtins, overrides, runs, cache: runs }, memoryConsole());
    assert.deepEqual([step, outcome], [4, "finished"], name);
  }
  await Deno.remove(runs, { recursive: true });
});

Deno.test("exported weights are measured and read as a checkpoint is, and refused where one trains", async () => {
  const cache = await Deno.makeTempDir();
  await makePictures(join(cache, "pictures-of-all"));
  const overrides = [`dataset.folder=${join(cache, "pictures-of-all")}`, "metrics=[validation-error]"];
  const measured = async (file: string) => {
    const options = { plugins: builtins, overrides, cache };
    return (await evaluate(file, { ...options, json: join(cache, "e.json") }, memoryConsole())).metrics;
  };
  const expected = await measured(at("checkpoint-1.safetensors"));
  for (const name of weights) {
    assert.deepEqual(await measured(at(name)), expected, name);
    assert.equal((await readRecipe(at(name), { plugins: builtins })).name, "tiny");
    await assert.rejects(
      train(at(name), { plugins: builtins }, memoryConsole()),
      /^DenoiseError: Cannot train from ".*average weights/,
    );
    await assert.rejects(readCheckpoint(at(name)), /Cannot train from/);
  }
  await Deno.remove(cache, { recursive: true });
});

/** A copy of a file that says other things of itself; with `sum`, its checksum is right again. */
async function edited(name: string, metadata: Record<string, string>, sum = false): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  if (sum) {
    const { tensors, metadata: { sha256: _, ...before } } = await readSafetensors(at(name));
    await writeSafetensors(path, tensors, { ...before, ...metadata });
    return path;
  }
  const bytes = await Deno.readFile(at(name));
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  Object.assign(header.__metadata__, metadata);
  const json = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, BigInt(json.length), true);
  await Deno.writeFile(path, Uint8Array.of(...head, ...json, ...bytes.subarray(8 + length)));
  return path;
}

const told = async (work: Promise<unknown>) =>
  (await problemsOf(work)).map(({ code, message, help }) => [code, message, ...help].join("\n")).join("\n");

Deno.test("a file of a newer format says so before its checksum, naming both versions and what to do", async () => {
  for (
    const [name, format] of [["checkpoint-1", "denoise-checkpoint-2"], ["weights-1", "denoise-weights-10"]] as const
  ) {
    const file = `${name}.safetensors`;
    const newer = await edited(file, { format, denoise: "9.1.0" });
    const said = new RegExp(
      `^file-newer\nCannot read ".*": Denoise 9.1.0 wrote it in the format ${format}, and this is Denoise \\S+, which ` +
        `reads formats up to denoise-${name}\nupdate Denoise to 9.1.0 or newer`,
    );
    assert.match(await told(findCheckpoint(newer, () => {})), said);
    assert.match(await told(readRecipe(newer, { plugins: builtins })), said);
    await Deno.remove(newer);

    // A flipped bit may say the same: without a newer version beside it, the checksum decides.
    const flipped = await edited(file, { format });
    assert.match(
      await told(findCheckpoint(flipped, () => {})),
      /^file-damaged\n.*checksum differs; it says that its format is/,
    );
    const sound = await edited(file, { format }, true);
    assert.match(await told(findCheckpoint(sound, () => {})), /^file-newer\n/);
    for (const each of [flipped, sound]) await Deno.remove(each);
  }
});

Deno.test("a newer version in a known format is read; what is damaged or unknown in it is told with both versions", async () => {
  const same = await edited("checkpoint-1.safetensors", { denoise: "9.1.0" }, true);
  assert.equal((await readCheckpoint(same)).denoise, "9.1.0");
  const damaged = await edited("checkpoint-1.safetensors", { denoise: "9.1.0" });
  assert.match(
    await told(readCheckpoint(damaged)),
    /checksum differs; it says that Denoise 9.1.0 wrote it, and this is/,
  );
  const { metadata: { recipe } } = await readSafetensors(at("checkpoint-1.safetensors"));
  const unknown = { denoise: "9.1.0", recipe: recipe!.replace("block_depth", "new_option"), recipe_sha256: "" };
  const later = await edited("checkpoint-1.safetensors", { ...unknown, recipe_sha256: sha256(unknown.recipe) }, true);
  assert.match(
    await told(readRecipe(later, { plugins: builtins })),
    /Unknown option "new_option"[^]*recipe-newer\nDenoise 9.1.0 wrote ".*", and this is Denoise/,
  );
  for (const each of [same, damaged, later]) await Deno.remove(each);
});

Deno.test("a newer checkpoint in a run is not passed over, and stays where it is", async () => {
  const run = await Deno.makeTempDir();
  await Deno.mkdir(join(run, "checkpoints"));
  const older = join(run, "checkpoints", "step-000002.safetensors"),
    newest = join(run, "checkpoints", "step-000004.safetensors");
  await Deno.copyFile(at("checkpoint-1.safetensors"), older);
  const newer = await edited("checkpoint-1.safetensors", { format: "denoise-checkpoint-2", denoise: "9.1.0" });
  await Deno.copyFile(newer, newest);
  assert.match(await told(findCheckpoint(run, () => {})), /^file-newer\n/);
  const runs = join(run, "..");
  assert.match(
    await told(train(older, { plugins: builtins, folder: run, runs }, memoryConsole())),
    /^file-newer\n/,
  );
  assert.ok(await Deno.stat(newest));
  for (const each of [run, newer]) await Deno.remove(each, { recursive: true });
});
