/** Tests of scaffold.ts: what it writes passes as written, within this program's folder and in one of the user's own. */
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { builtins } from "../../mod.ts";
import { wire } from "../graph/wire.ts";
import { DenoiseError } from "../problems/problem.ts";
import { readRecipe } from "../recipe/read.ts";
import { scaffold, scaffoldKinds, scaffoldText } from "./scaffold.ts";

async function withFolder(parent: string | undefined, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "scaffold_", ...(parent === undefined ? {} : { dir: parent }) });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Type-checks and runs the tests of a folder. */
async function runTests(folder: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-P", "--quiet", "--no-lock", "."],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert(success, text);
  return text;
}

Deno.test("scaffold() writes plugins of every kind whose types, contract and recipe are right", async () => {
  const runs = fileURLToPath(new URL("../../runs/", import.meta.url)); // no file of it is formatted or committed
  await Deno.mkdir(runs, { recursive: true });
  await withFolder(runs, async (dir) => {
    for (const kind of scaffoldKinds) {
      const [, , recipe] = await scaffold({ kind, name: `my-${kind}`, dir, plugins: builtins });
      const graph = await wire(await readRecipe(recipe!.path, { plugins: builtins }));
      assert(graph.all(kind).some(({ plugin }) => plugin.name === `my-${kind}`), kind);
      assert.equal(graph.recipe.name, `my-${kind}`);
    }
    const text = await runTests(dir);
    for (const kind of scaffoldKinds) assert.match(text, new RegExp(`^${kind}/my-${kind} .* ok`, "m"));
  });
});

Deno.test("scaffold() makes a folder of the user's own work by itself", async () => {
  await withFolder(undefined, async (dir) => {
    const files = await scaffold({ kind: "schedule", name: "mine", dir, plugins: builtins });
    const way = relative(dir, fileURLToPath(new URL("../../", import.meta.url))).replaceAll("\\", "/");
    assert.deepEqual(
      scaffoldText(files).replaceAll(dir, "~").replaceAll("\n  ", "  ").split("\n").map((line) => line.split(/ {2,}/)),
      [
        ["~/mine.ts", "the plugin: a straight line of log-SNR, to change"],
        ["~/mine_test.ts", "the contract that every schedule keeps: cd ~ && deno test --quiet -P mine_test.ts"],
        ["~/mine.yaml", "the quickstart with it: cd ~ && deno task run mine.yaml"],
        ["~/deno.json", `where Denoise is (${way}), for Deno and your editor; with all tasks of Denoise`],
      ],
    );
    const config = await Deno.readTextFile(join(dir, "deno.json"));
    assert.doesNotMatch(config, /file:|"\/|\w:\\/, "no address of this machine, so that it may be committed");
    const recipe = await Deno.readTextFile(join(dir, "mine.yaml"));
    const schema = /^# yaml-language-server: \$schema=(.*)$/m.exec(recipe)![1]!;
    assert.ok((await Deno.stat(join(dir, schema))).isFile);
    assert.match(recipe, /^extends: denoise\/recipes\/quickstart\.yaml$/m);
    assert.match(await runTests(dir), /^schedule\/mine .* ok/m);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "validate", "mine.yaml"],
      cwd: dir,
      env: { NO_COLOR: "1", INIT_CWD: dir }, // as if typed there: within a task, the variable is that of the task
    }).output();
    assert(success, new TextDecoder().decode(stderr));

    // What the end of a run and the help texts tell a user to type works in that folder too.
    const tasks = async (file: string | URL): Promise<Record<string, { command: string }>> =>
      JSON.parse(await Deno.readTextFile(file)).tasks;
    const own = Object.entries(await tasks(new URL("../../deno.json", import.meta.url)))
      .filter(([name, { command }]) => command.includes("cli/launch/mod.ts") && !/^(bench|test)/.test(name));
    assert.deepEqual(Object.keys(await tasks(join(dir, "deno.json"))).sort(), own.map(([name]) => name).sort());
    const another = await new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "new", "sampler", "my-sampler"],
      cwd: dir,
      env: { NO_COLOR: "1", INIT_CWD: dir }, // as if typed there: within a task, the variable is that of the task
    }).output();
    assert(another.success, new TextDecoder().decode(another.stderr));
    assert((await Deno.stat(join(dir, "my-sampler.ts"))).isFile);
  });
});

Deno.test("scaffold() refuses kinds and names that cannot be, and overwrites nothing", async () => {
  const refusal = async (kind: string, name: string, dir: string) => {
    try {
      await scaffold({ kind, name, dir, plugins: builtins });
    } catch (error) {
      assert(error instanceof DenoiseError, error as Error);
      return [error.problems[0]!.code, ...error.problems[0]!.help];
    }
    return [];
  };
  await withFolder(undefined, async (dir) => {
    assert.match((await refusal("samplr", "x", dir))[1]!, /^did you mean sampler\?/);
    assert.equal((await refusal("backend", "x", dir))[0], "no-template");
    assert.match((await refusal("sampler", "My Sampler", dir))[1]!, /such as "my-sampler"$/);
    assert.equal((await refusal("sampler", "../evil", dir))[0], "plugin-name");
    assert.deepEqual(await refusal("sampler", "ddim", dir), [
      "plugin-name-taken",
      'rename it, such as name: "my-ddim"',
    ]);
    await Deno.writeTextFile(join(dir, "mine.yaml"), "name: dear to me\n");
    assert.equal((await refusal("sampler", "mine", dir))[0], "files-exist");
    assert.deepEqual(await Array.fromAsync(Deno.readDir(dir), ({ name }) => name), ["mine.yaml"]);
  });
});
