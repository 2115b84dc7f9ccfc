/**
 * Denoise as somebody else has it: in a folder of their own, imported by path or installed by npm. Their program trains with
 * a sampler of theirs and draws with it, and nothing of Denoise is written to.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesOf, type Lock, narrowLock, packagesOf, registryOf } from "../cli/compile/packages.ts";
import { packageFiles } from "../cli/compile/pack.ts";
import { ownTarget } from "../cli/compile/target.ts";
import { denoFolder } from "../cli/launch/surroundings.ts";
import { textOf } from "./source_files.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** The program of a user, with the sampler of examples/dpm_solver.ts as theirs. */
const program = `import { builtins, type DenoiseError, evaluate, loadModel, readRecipe, sample, train } from "denoise";
import solver from "./solver.ts";

const plugins = builtins.with(solver);
const recipe = await readRecipe<{ "sampler/dpm-solver": typeof solver }>({
  name: "mine",
  dataset: { use: "emoji", image_size: 8, batch_size: 32, categories: ["Activities"] },
  network: { use: "patch-unet", widths: [4, 8], block_depth: 1, embedding_dims: 4 },
  samplers: { preview: { use: "dpm-solver", steps: 2 } },
  train: { epochs: 1 },
  backend: "cpu",
}, { plugins });
const work = train(recipe, { plugins });
for await (const event of work) if (event.type === "preview") console.log("preview", event.png.length > 0);
const { outcome, folder } = await work;
const { images } = await sample(folder, { plugins, count: 2, out: "pictures" });
const { metrics } = await evaluate(folder, { plugins });
await using model = await loadModel(folder, { plugins });
for await (const picture of model.generate({ seeds: [7] })) await Deno.writeFile("7.png", await picture.png());
const error: DenoiseError = await readRecipe("none.yaml").catch((error) => error);
console.log(outcome, images.length, metrics.map(({ label }) => label).join(), error.problems[0]!.code);
`;

async function answerOf(args: readonly string[], cwd: string, env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd, env }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(code, 0, `${args.join(" ")}\n${out}${err}`);
  return `${out}${err}`;
}

/** A folder of a user, with a cache of its own. */
async function place() {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise user " }));
  const env = { DENOISE_CACHE: join(folder, "cache"), DENOISE_STATE: join(folder, "state"), NO_COLOR: "1" };
  const cwd = join(folder, "work");
  await Deno.mkdir(cwd);
  const write = async (path: string, content: string | Uint8Array) => {
    await Deno.mkdir(dirname(join(cwd, path)), { recursive: true });
    await Deno.writeFile(join(cwd, path), typeof content === "string" ? new TextEncoder().encode(content) : content);
  };
  await write("program.ts", program);
  await write("solver.ts", await textOf("examples/dpm_solver.ts"));
  return {
    cwd,
    write,
    deno: (...args: string[]) => answerOf(args, cwd, env),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

/** What the program may do: nothing beyond reading, and writing in its own folder and the cache. */
const flags = ["--allow-read", "--allow-env", "--allow-ffi", "--allow-sys", "--allow-write=..", "--no-prompt"];

Deno.test("a program in another folder imports Denoise by its path", async () => {
  await using user = await place();
  await user.deno(
    "task",
    "--quiet",
    "--config",
    join(root, "deno.json"),
    "new",
    "sampler",
    "my-sampler",
    `--dir=${user.cwd}`,
  );
  const said = await user.deno("run", "--quiet", "--no-check", ...flags, "program.ts");
  assert.match(said, /^preview true\nfinished 2 noise,image missing-recipe$/m);
  assert.ok((await Deno.stat(join(user.cwd, "7.png"))).isFile);
});

Deno.test({
  name: "the package of npm is a command line and a library",
  ignore: ownTarget === undefined,
  async fn(test) {
    await using user = await place();
    for (const { path, bytes } of await packageFiles({ types: false })) {
      await user.write(`node_modules/denoise/${path}`, bytes);
    }
    await installPackages(user.write);
    // In place of Deno's own package: the one that runs this test.
    await user.write(
      "node_modules/deno/install_api.cjs",
      `exports.runInstall = () => ${JSON.stringify(Deno.execPath())};`,
    );
    await user.write("package.json", JSON.stringify({ type: "module", dependencies: { denoise: "0.1.0" } }));
    const denoise = (...args: string[]) =>
      user.deno("run", "--quiet", "--allow-all", "--no-lock", "node_modules/denoise/bin/denoise.js", ...args);

    await test.step("its manifest names what is imported and run, and exact versions", async () => {
      const manifest = JSON.parse(await Deno.readTextFile(join(user.cwd, "node_modules/denoise/package.json")));
      assert.deepEqual(Object.keys(manifest.exports), [".", "./plugin", "./testing"]);
      assert.ok(Object.values(manifest.dependencies).every((version) => /^\d+\.\d+\.\d+$/.test(String(version))));
      assert.equal(manifest.dependencies.deno, Deno.version.deno);
      assert.deepEqual(manifest.bin, { denoise: "bin/denoise.js" });
      // What Deno is asked for besides: without it, a server's first answer comes with a warning of Deno's.
      const config = JSON.parse(await Deno.readTextFile(join(user.cwd, "node_modules/denoise/deno.json")));
      assert.deepEqual(config.unstable, JSON.parse(await textOf("deno.json")).unstable);
    });

    await test.step("a program imports it", async () => {
      const said = await user.deno("run", "--quiet", "--no-check", "--no-lock", ...flags, "program.ts");
      assert.match(said, /^preview true\nfinished 2 noise,image missing-recipe$/m);
    });

    await test.step("it runs the tests of the folder that it is called in", async () => {
      await user.write("sub/mine_test.ts", 'Deno.test("mine", () => {});\n');
      assert.match(await denoise("test"), /mine_test\.ts[^]*1 passed/);
    });

    await test.step("it prints sources, trains with a plugin file, and names itself", async () => {
      assert.match(await denoise("plugins", "show", "sampler"), /interface Sampler/);
      await user.write(
        "mine.yaml",
        `name: small
dataset: { use: emoji, image_size: 8, batch_size: 32, categories: [Activities] }
network: { use: patch-unet, widths: [4, 8], block_depth: 1, embedding_dims: 4 }
plugins: [solver.ts]
samplers: { preview: { use: dpm-solver, steps: 2 } }
train: { epochs: 1 }
`,
      );
      const text = await denoise("run", "mine.yaml", "backend=cpu");
      assert.match(text, /npx denoise sample runs\/small/);
      assert.doesNotMatch(text, /deno task/);
    });
  },
});

/** What npm would install, from Deno's own folder. */
async function installPackages(write: (path: string, bytes: Uint8Array) => Promise<void>): Promise<void> {
  const lock: Lock = JSON.parse(await textOf("deno.lock"));
  const used = Object.keys(lock.specifiers).filter((name) => !/^npm:(@types\/|ajv@|hyparquet|fflate@)/.test(name));
  const found = new Map(packagesOf(narrowLock(lock, used, ownTarget!)).map((one) => [one.name, one]));
  // Of several versions, those that deno.json names; the others are of programs that come with packages.
  for (const one of packagesOf(lock)) {
    if (used.some((name) => name.startsWith(`npm:${one.name}@${one.version}`))) found.set(one.name, one);
  }
  const folder = denoFolder("."), registry = await registryOf(found.get("zod")!, folder);
  for (const one of found.values()) {
    for (const { path, bytes } of await filesOf(one, registry, folder)) {
      await write(path.replace(/^packages\/npm\/[^/]+\/(@[^/]+\/[^/]+|[^/]+)\/[^/]+/, "node_modules/$1"), bytes);
    }
  }
}
