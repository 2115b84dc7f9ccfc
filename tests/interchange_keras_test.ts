/**
 * Keras itself writes models with random weights; imported, they give the images that Keras makes of the same noise.
 *
 * Takes a Python that has Keras 3: the one that the environment variable DENOISE_PEER_JAX names, else `python3`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { decode } from "../lib/image/mod.ts";
import { builtins } from "../mod.ts";
import { readCheckpoint } from "../pipeline/run/checkpoint.ts";
import { loadModel } from "../pipeline/run/load.ts";
import { initialNoise } from "../pipeline/programs/noise.ts";
import { readSafetensors } from "../pipeline/run/safetensors.ts";
import { memoryConsole } from "../pipeline/terminal/memory_console.ts";
import { seedTensor } from "../lib/tensor/mod.ts";

const count = 2; // images of each model
const tolerance = 1e-4; // of black to white

const network = ["network.widths=[8, 16, 24]", "network.embedding_dims=16"];
/** The models that the script writes: the recipe of each, the sampler that takes the script's steps, what is smaller. */
const models = {
  "example": { recipe: "keras-ddim", sampler: "preview", overrides: network },
  "clear-2022": { recipe: "flowers-ddim", sampler: "best", overrides: [...network, "network.image_dims=24"] },
  "clear-2023": {
    recipe: "flowers-attention",
    sampler: "best",
    overrides: [...network, "network.image_dims=8", "network.attention_levels=[1, 2]"],
  },
};

const root = fileURLToPath(new URL("../", import.meta.url));
const python = Deno.env.get("DENOISE_PEER_JAX") ?? "python3";
const hasKeras = await run(python, [
  "-c",
  "import importlib.util as u; exit(not (u.find_spec('keras') and u.find_spec('jax')))",
])
  .then(() => true, () => false);
if (!hasKeras) {
  console.log(`interchange with Keras: skipped, "${python}" has no Keras and JAX (name one in DENOISE_PEER_JAX)`);
}

if (hasKeras) {
  Deno.test("import of what Keras writes gives the images that Keras makes, and export the same weights", async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "keras-" });
    await writeNoise(join(folder, "noise.bin"));
    await run(python, [join(root, "tests", "interchange", "keras_models.py"), folder]);
    for (const [name, model] of Object.entries(models)) {
      await t.step(name, () => assertSame(folder, name, model));
    }
    await Deno.remove(folder, { recursive: true });
  });
}

async function assertSame(folder: string, name: string, { recipe, sampler, overrides }: (typeof models)["example"]) {
  const at = (ending: string) => join(folder, name + ending);
  const out = at("-run");
  const whole = at(".weights.h5");
  const common = ["--recipe", `recipes/${recipe}.yaml`, ...overrides, "dataset.image_size=32", "backend=wasm"];
  await cli("import", whole, ...common, "--out", out);
  const { tensors } = await readCheckpoint(join(out, "checkpoints", "step-000000.safetensors"));
  for (const layout of [".weights.h5", ".h5"]) {
    const other = at(`-of${layout}.safetensors`);
    const parts = ["--ema", at(`-average${layout}`), "--statistics", whole];
    await cli("import", at(`-network${layout}`), ...parts, ...common, "--out", other);
    assert.deepEqual(
      (await readCheckpoint(other)).tensors,
      tensors,
      `the network and its average, each in a ${layout}`,
    );
  }

  const expected = new Float32Array((await Deno.readFile(at(".bin"))).buffer);
  const images = await sample(out, sampler);
  assert.ok(spread(expected) > 0.05, "the images of Keras are not all of one grey");
  const error = farthest(images, expected);
  console.log(`${name}: images differ from those of Keras by at most ${error.toExponential(1)}`);
  assert.ok(error <= tolerance, `images of ${name} differ by ${error} from those of Keras, ${tolerance} is allowed`);

  await cli("sample", out, "--count", String(count), "--sampler", sampler, "--out", at("-pictures"));
  const pixels = await Promise.all(
    [...Array(count).keys()].map(async (seed) => {
      return (await decode(await Deno.readFile(join(at("-pictures"), `0000${seed}-seed-${seed}.png`)))).data;
    }),
  );
  const levels = pixels.flatMap((data) => [...data].map((level) => level / 255));
  assert.ok(farthest(levels, expected) <= 0.5 / 255 + tolerance, "the pictures that the command writes");

  await cli("export", out, "--out", at("-weights.safetensors"));
  for (const [path, { data }] of Object.entries((await readSafetensors(at("-weights.safetensors"))).tensors)) {
    const average = tensors[`state/average/trainable/${path}`] ?? tensors[`state/average/buffers/${path}`];
    assert.deepEqual(data, average!.data, path);
  }
}

/** The noise that the pictures of the seeds 0, 1, … begin with, as raw float32. */
async function writeNoise(path: string): Promise<void> {
  await tf.setBackend("cpu");
  const noise = tf.tidy(() => {
    const item = tf.range(0, count, 1, "int32");
    return initialNoise({ seed: seedTensor(0), item }, [32, 32, 3]);
  });
  await Deno.writeFile(path, new Uint8Array((await noise.data<"float32">()).buffer));
  noise.dispose();
}

/** Images of the seeds 0, 1, … in `[0, 1]`. */
async function sample(run: string, sampler: string): Promise<Float32Array> {
  await using model = await loadModel(run, { plugins: builtins }, memoryConsole());
  const { generate, graph, statistics } = model.session;
  const all: number[] = [];
  const items = [...Array(count).keys()];
  for await (const images of generate(graph.sampler(sampler), { state: model.average, statistics, seed: 0, items })) {
    all.push(...await images.data());
    images.dispose();
  }
  return Float32Array.from(all);
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/** Standard deviation. */
function spread(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

/** The command line of Denoise, as a user has it. */
function cli(...args: string[]): Promise<void> {
  return run(Deno.execPath(), ["run", "--quiet", "--no-check", "-P=train", "cli.ts", ...args]);
}

/** Runs a program to its end. @throws {Error} with what it says when it fails */
async function run(command: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args,
    cwd: root,
    env: { TF_CPP_MIN_LOG_LEVEL: "3" },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}
