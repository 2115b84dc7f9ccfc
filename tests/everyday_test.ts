/** Three kinds of work, each as somebody does it: by what they type, in a folder of their own, from first to last. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decode, encodePng } from "../lib/image/mod.ts";

const config = fileURLToPath(new URL("../deno.json", import.meta.url));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A folder of one's own, outside this repository. */
async function workplace() {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise-everyday-" }));
  const at = (...path: string[]) => join(folder, ...path);
  const own = { DENOISE_CACHE: at("cache"), DENOISE_STATE: at("state"), NO_COLOR: "1" };
  const start = (args: readonly string[], cwd = folder) => {
    // Where these tests are a task themselves, they know of the folder that it was typed in.
    const env = { ...own, INIT_CWD: cwd };
    return new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  };
  /** Types a line that begins with the name of a task; what it prints. */
  async function type(line: string, { code = 0, cwd = folder } = {}) {
    const output = await start(["task", "--quiet", "--config", config, ...line.split(" ")], cwd).output();
    const [out, err] = [text(output.stdout), text(output.stderr)];
    assert.equal(output.code, code, `${line}\n${out}\n${err}`);
    return { out, err, bytes: output.stdout };
  }
  return { folder, at, start, type, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

type Place = Awaited<ReturnType<typeof workplace>>;

/** Discs of different colours, 20 of them, in a folder `photos`. */
async function writePhotos({ at }: Place): Promise<void> {
  await Deno.mkdir(at("photos"));
  for (let i = 0; i < 20; i++) {
    const data = new Uint8Array(12 * 12 * 3).fill(230);
    for (let p = 0; p < 144; p++) {
      const [x, y] = [p % 12 - 5.5, Math.floor(p / 12) - 5.5];
      if (x * x + y * y < 20) data.set([12 * i, 240 - 10 * i, 128], 3 * p);
    }
    await Deno.writeFile(at("photos", `disc-${i}.png`), await encodePng({ width: 12, height: 12, data }));
  }
}

const recipe = (more = "") => `
name: discs
dataset: { use: image-folder, folder: photos, image_size: 8, batch_size: 8 }
augmentation: [horizontal-flip]
network: { use: patch-unet, widths: [4], block_depth: 1, embedding_dims: 4 }
samplers: { preview: { use: ddim, steps: 2 } }
train: { epochs: 2, keep: { best: noise }, samples: { rows: 1, columns: 2 } }
backend: wasm
${more}`;

Deno.test("own pictures: from a folder of photographs to a model that one has looked at", async () => {
  await using place = await workplace();
  const { at, type } = place;
  await writePhotos(place);
  await Deno.mkdir(at("elsewhere"));
  await Deno.writeTextFile(at("mine.yaml"), recipe());
  // From another folder than the recipe's, whose paths are relative to itself.
  const elsewhere = { cwd: at("elsewhere") };
  assert.match(
    (await type("run ../mine.yaml --dry-run --probe", elsewhere)).out,
    /time +(about \d+ seconds?|under a second) here/,
  );
  assert.match((await type("run ../mine.yaml", elsewhere)).out, /validation/);
  assert.match((await type("runs", elsewhere)).out, /discs +finished +2 of 2/);
  assert.match((await type("sample runs/dics", { ...elsewhere, code: 1 })).err, /did you mean runs\/discs\?/);

  await type("sample runs/discs --seed 7,19,40..42 --labels --scale 4 --grid five.png", elsewhere);
  assert.ok((await decode(await Deno.readFile(at("elsewhere", "five.png")))).width > 3 * 8 * 4);
  assert.match((await type("picture neighbours runs/discs --images 4", elsewhere)).out, /neighbours\.png/);
  await type("report runs/discs", elsewhere);
  const page = await Deno.readTextFile(at("elsewhere", "runs", "discs", "report.html"));
  assert.match(page, /prefers-color-scheme: dark/);
  assert.match(page, /held-out pictures/);
});

Deno.test("research: a sampler of one's own, its contract, its pictures, and a loop in code", async () => {
  await using place = await workplace();
  const { at, type, start } = place;
  await writePhotos(place);
  await type("new sampler mine");
  const tested = await start(["test", "--quiet", "-P", "mine_test.ts"]).output();
  assert.equal(tested.code, 0, text(tested.stdout) + text(tested.stderr));
  assert.match(text(tested.stdout), /converges with its order .*ok/);

  await Deno.writeTextFile(at("own.yaml"), recipe("plugins: [mine.ts]"));
  await Deno.writeTextFile(
    at("loop.ts"),
    `import { openTraining, readRecipe } from "denoise";
const recipe = await readRecipe({ extends: "own.yaml", name: "loop", train: { epochs: 1 } });
await using training = await openTraining(recipe);
for await (const batch of training.batches()) await training.step(batch);
console.log(Object.keys(await training.evaluate()).join(), await training.save());
`,
  );
  const looped = await start(["run", "--quiet", "--allow-all", "loop.ts"]).output();
  assert.equal(looped.code, 0, text(looped.stderr));
  assert.match(text(looped.stdout), /noise.* runs\/loop\/checkpoints\/step-000001\.safetensors/);

  await type("picture samplers runs/loop --evaluations 2,4 --samplers mine ddim dataset.batch_size=4 -o samplers.png");
  const { width, height } = await decode(await Deno.readFile(at("samplers.png")));
  assert.ok(width > 100 && height > 100);
  const once = await type("picture samplers runs/loop --evaluations 2,4 --samplers mien -o x.png", { code: 1 });
  assert.equal(once.err.match(/Unknown sampler/g)?.length, 1, once.err);
});

Deno.test("deployment: weights alone, in another folder, by pipe, in JSON, in a program and over HTTP", async () => {
  await using place = await workplace();
  const { at, type, start } = place;
  await writePhotos(place);
  await Deno.writeTextFile(at("mine.yaml"), recipe());
  const { checkpoint } = JSON.parse((await type("run mine.yaml --json")).out);
  assert.ok(checkpoint.endsWith(".safetensors"), checkpoint);
  await Deno.mkdir(at("bare"));
  await type("export runs/discs -o bare/weights.safetensors");
  await Deno.remove(at("photos"), { recursive: true });
  await Deno.remove(at("runs"), { recursive: true });

  const bare = { cwd: at("bare") };
  const { bytes } = await type("sample weights.safetensors --count 1 --out -", bare);
  const picture = await decode(bytes);
  assert.deepEqual([picture.width, picture.height], [8, 8]);
  const { images } = JSON.parse((await type("sample weights.safetensors --seed 0 --count 2 --json", bare)).out);
  assert.deepEqual(images.map(({ seed }: { seed: number }) => seed), [0, 1]);

  const server = start(
    ["task", "--quiet", "--config", config, "serve", "weights.safetensors", "--port", "0", "--json"],
    bare.cwd,
  )
    .spawn();
  const errors = new Response(server.stderr).text();
  const out = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("}")) said += (await out.read()).value ?? assert.fail(await errors);
  const answer = await fetch(`${JSON.parse(said).url}generate.png?seed=0`);
  assert.equal(answer.status, 200);
  const served = await decode(new Uint8Array(await answer.arrayBuffer()));
  assert.deepEqual(served.data, picture.data, "the same seed is the same picture");
  server.kill("SIGTERM");
  await out.cancel();
  assert.equal((await server.status).code, 143, await errors);
});
