/** Tests of what tells one version of a plugin's code from another. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { codeOfPlugin, localModules } from "./code.ts";

async function inFolder(files: Record<string, string>, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "denoise code " }));
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, name, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, name), text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("codeOfPlugin() changes with each file that the plugin imports, however it says so", async () => {
  const forms: Record<string, string> = {
    "a static import": `import { x } from "./sub/helper.ts";`,
    "an import without blanks": `import{x}from"./sub/helper.ts"`,
    "an import of effects": `import './sub/helper.ts';`,
    "a re-export": `export * from "./sub/helper.ts";`,
    "a dynamic import": `await import("./sub/helper.ts");`,
    "an escaped address": `import "./sub/%68elper.ts";`,
    "a query": `import "./sub/helper.ts?v=1";`,
    "a way through another file": `import "./middle.js";`,
    "a worker": `new Worker(new URL("./sub/helper.ts", import.meta.url), { type: "module" });`,
    "a table": `JSON.parse(await Deno.readTextFile(new URL("./sub/helper.ts", import.meta.url)));`,
  };
  for (const [what, text] of Object.entries(forms)) {
    const files = { "my.ts": text, "middle.js": `import "./sub/helper.ts"`, "sub/helper.ts": "export const x = 1;" };
    await inFolder(files, async (folder) => {
      const path = join(folder, "my.ts");
      const before = await codeOfPlugin(path);
      assert.deepEqual([before.path, before.complete], [path, true], what);
      assert.equal((await codeOfPlugin(path)).sha256, before.sha256, what);
      await Deno.writeTextFile(join(folder, "sub/helper.ts"), "export const x = 2;");
      assert.notEqual((await codeOfPlugin(path)).sha256, before.sha256, what);
    });
  }
});

Deno.test("codeOfPlugin() is the same in a folder of another name, and another one where files change places", async () => {
  const files = { "my.ts": `import "./a.ts"; import "./b.ts";`, "a.ts": "1", "b.ts": "2" };
  let hash = "";
  await inFolder(files, async (folder) => void (hash = (await codeOfPlugin(join(folder, "my.ts"))).sha256));
  await inFolder(files, async (folder) => assert.equal((await codeOfPlugin(join(folder, "my.ts"))).sha256, hash));
  const swapped = { ...files, "a.ts": "2", "b.ts": "1" };
  await inFolder(swapped, async (folder) => assert.notEqual((await codeOfPlugin(join(folder, "my.ts"))).sha256, hash));
});

Deno.test("codeOfPlugin() says that imports with computed names are not covered", async () => {
  for (
    const text of [
      "await import(name);",
      "await import(`./${name}.ts`);",
      `await import("./" + name);`,
      String.raw`import "./\x68elper.ts";`,
      String.raw`export { x } from "./\u0068elper.ts";`,
    ]
  ) {
    await inFolder({ "my.ts": `import "./other.ts";`, "other.ts": text }, async (folder) => {
      assert.equal((await codeOfPlugin(join(folder, "my.ts"))).complete, false, text);
    });
  }
  for (const text of [`import x from "npm:lodash@4";`, `const { url } = import.meta;`, `await import("./none.ts");`]) {
    await inFolder({ "my.ts": text }, async (folder) => {
      assert.equal((await codeOfPlugin(join(folder, "my.ts"))).complete, true, text);
    });
  }
});

Deno.test("localModules() tells imports that lead to no file, and comes to an end where files import each other", async () => {
  const files = { "my.ts": `import "./b.ts"; import "./none.ts";`, "b.ts": `import "./my.ts";` };
  await inFolder(files, async (folder) => {
    const absent: string[] = [];
    const { files } = await localModules(join(folder, "my.ts"), (path) => absent.push(path));
    assert.deepEqual(files, [join(folder, "b.ts"), join(folder, "my.ts")]);
    assert.deepEqual(absent, [join(folder, "none.ts")]);
  });
});
