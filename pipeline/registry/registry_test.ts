/** Tests of registry.ts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { z } from "zod";
import { DenoiseError } from "../problems/problem.ts";
import { createRegistry } from "./registry.ts";

const flip = {
  kind: "augmentation",
  name: "flip",
  summary: "Flips",
  options: z.object({}),
  create: () => ({ shape: (input: unknown) => input, apply: (images: unknown) => images }),
};

Deno.test("createRegistry() loads a plugin once, when it is first asked for", async () => {
  let loads = 0;
  const registry = createRegistry({
    "augmentation/flip": () => Promise.resolve({ default: (loads++, flip) }),
    "sampler/b": () => Promise.reject(new Error("not asked for")),
    "sampler/a": () => Promise.reject(new Error("no libvips")),
  }, { backend: "auto" });
  assert.deepEqual(registry.names("sampler"), ["a", "b"]);
  assert.deepEqual(registry.names("network"), []);
  assert.equal(loads, 0);
  assert.equal(await registry.load("augmentation", "flip"), flip);
  assert.equal(await registry.load("augmentation", "flip"), flip);
  assert.equal(loads, 1);
  assert.equal(await registry.load("augmentation", "flop"), undefined);
  assert.equal(await registry.load("augmentation", "__proto__"), undefined);
  await assert.rejects(
    registry.load("sampler", "a"),
    /^DenoiseError: Cannot load the built-in plugin sampler\/a: no libvips/,
  );
  assert.deepEqual(registry.defaults, { backend: "auto" });
});

Deno.test("createRegistry() refuses a built-in plugin whose file and name differ", async () => {
  const registry = createRegistry({ "augmentation/flop": () => Promise.resolve({ default: flip }) }, {});
  await assert.rejects(registry.load("augmentation", "flop"), /it exports augmentation\/flip/);
});

Deno.test("withFiles() adds a user's plugins, and refuses names that are taken, all problems at once", async () => {
  const registry = createRegistry({ "augmentation/flip": () => Promise.resolve({ default: flip }) }, {});
  const text = (name: string) =>
    `import { z } from "denoise/plugin";
export default { kind: "augmentation", name: "${name}", summary: "x", options: z.object({}), create: () => ({}) };\n`;
  const folder = await Deno.makeTempDir();
  try {
    const file = async (name: string, plugin: string) => {
      await Deno.writeTextFile(join(folder, name), text(plugin));
      return join(folder, name);
    };
    const mine = await file("mine.ts", "mine");
    const users = await registry.withFiles([mine, mine]);
    assert.deepEqual(users.names("augmentation"), ["flip", "mine"]);
    assert.equal((await users.load("augmentation", "mine"))?.name, "mine");
    assert.deepEqual(registry.names("augmentation"), ["flip"]);

    const clashes = [mine, await file("flip.ts", "flip"), await file("twice.ts", "mine"), join(folder, "gone.ts")];
    await assert.rejects(registry.withFiles(clashes), (error) => {
      assert(error instanceof DenoiseError);
      assert.deepEqual(error.problems.map((problem) => problem.code), [
        "plugin-name-taken",
        "plugin-name-taken",
        "plugin-file-missing",
      ]);
      assert.equal(error.problems[0]!.help[0], 'rename it, such as name: "my-flip"');
      assert.match(error.problems[1]!.message, /mine\.ts" already has that name/);
      return true;
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
