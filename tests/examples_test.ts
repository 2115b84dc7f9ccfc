/** The programs of examples/ run, and end with what they say. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pluginVariable } from "../lib/xla/runtime/choose.ts";
import { pluginForTests } from "../lib/xla/testing.ts";
import { contract } from "../testing.ts";
import solver from "../examples/dpm_solver.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const own = { DENOISE_CACHE: join(folder, "cache"), DENOISE_STATE: join(folder, "state") };

/** Runs an example in a folder of its own; returns what it printed. */
async function run(name: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--config", join(root, "deno.json"), "-P=train", join(root, "examples", name), ...args],
    cwd: folder,
    env: { ...own, ...env },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${name}: ${err}`);
  return out!;
}

Deno.test("examples train a model and draw its pictures into a PNG file", async () => {
  assert.match(await run("train.ts", ["backend=wasm", "train.epochs=1"]), /finished after 4 steps, with a loss of 0\./);
  assert.match(await run("sample.ts", ["runs/small", "small.png", "backend=wasm"]), /16 pictures, seeds 7 to 22/);
  assert.deepEqual([...(await Deno.readFile(join(folder, "small.png"))).slice(1, 4)], [0x50, 0x4e, 0x47]);
  assert.match(await run("generate.ts", ["runs/small", "7", "19"]), /^2 pictures of small after 4 steps, /);
  assert.deepEqual([...(await Deno.readFile(join(folder, "19.png"))).slice(1, 4)], [0x50, 0x4e, 0x47]);
});

Deno.test("an example goes through the events of training, leaves after two epochs, and samples", async () => {
  const said = await run("events.ts", ["backend=wasm"]);
  assert.match(said, /^step 4: loss 0\.\d{4}\nsaved runs\/events\/checkpoints\/step-000004\.safetensors$/m);
  assert.match(said, /^interrupted after 8 steps\nseed 0: pictures\/00000-seed-0\.png\n/m);
  assert.ok((await Deno.stat(join(folder, "latest.png"))).isFile);
});

Deno.test("the training loop of an example ends where its loss stops falling", async () => {
  const losses = [...(await run("custom_loop.ts", ["backend=wasm"])).matchAll(/^epoch \d+: loss (.*)$/gm)];
  assert.ok(losses.length > 2, "epochs");
  assert.ok(Number(losses.at(-1)![1]) < 0.8 * Number(losses[0]![1]), losses.map(([line]) => line).join("\n"));
});

Deno.test("a loop of one's own in an example saves what lowers its validation error", async () => {
  const errors = [...(await run("own_loop.ts", ["backend=wasm"])).matchAll(/^epoch .* validation error (.*)$/gm)];
  assert.ok(errors.length > 2, "epochs");
  assert.ok(Number(errors.at(-2)![1]) < Number(errors[0]![1]), errors.map(([line]) => line).join("\n"));
  const names = [...Deno.readDirSync(join(folder, "runs", "own-loop", "checkpoints"))].map(({ name }) => name);
  assert.ok(names.some((name) => /^step-\d{6}\.safetensors$/.test(name)), names.join());
});

contract(solver, { backends: ["cpu"] });

Deno.test("the plugin of an example draws the samples of its recipe", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--config", join(root, "deno.json"), "-P=train", join(root, "cli.ts"), "run"],
      ...[join(root, "examples", "dpm_solver.yaml"), "train.epochs=1", "backend=wasm"],
    ],
    cwd: folder,
    env: own,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.ok((await Deno.stat(join(folder, "runs", "dpm-solver", "samples", "epoch-001.png"))).isFile);
});

Deno.test("plain tfjs fits a line on XLA, or says why it does not", async () => {
  const plugin = pluginForTests();
  if (plugin !== undefined) {
    assert.equal(await run("xla.ts", [], { [pluginVariable]: plugin }), "y = 3.000 x + 1.000\n");
  } else assert.match(await run("xla.ts"), /^skipped: .*deno task runtime add cpu$/m);
});
