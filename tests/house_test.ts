/** Rules of the house: files say what they are for and stay small, and the list of plugins is current. */
import assert from "node:assert/strict";
import * as library from "../mod.ts";
import * as author from "../plugin.ts";
import { everyName } from "../pipeline/registry/registry.ts";
import { inputSchema } from "../pipeline/recipe/describe.ts";
import { findPlugins, loadPlugins, manifestText } from "../plugins/generate_manifest.ts";
import { typesText } from "../plugins/generate_types.ts";
import { isTest, sourceFiles, textOf } from "./source_files.ts";

const { builtins, jsonSchema } = library;
const longest = 300; // lines

Deno.test("every file begins with what it is for", async () => {
  const silent: string[] = [];
  for (const file of await sourceFiles()) {
    const [first, second = ""] = (await textOf(file)).replace(/^#!.*\n/, "").split("\n");
    const says = /^\/\*\* \S/.test(first!) || (first === "/**" && /^ \* \S/.test(second));
    if (!says && !isTest(file)) silent.push(file);
  }
  assert.deepEqual(silent, [], "begin them with a line such as /** Cuts batches. */");
});

Deno.test(`no file has more than ${longest} lines, but tests and what is generated`, async () => {
  const long: string[] = [];
  for (const file of await sourceFiles()) {
    const text = await textOf(file);
    const lines = text.split("\n").length - 1;
    if (lines > longest && !isTest(file) && !/\b(do not edit|generated)\b/i.test(text.slice(0, 300))) {
      long.push(`${file}: ${lines}`);
    }
  }
  assert.deepEqual(long, []);
});

Deno.test("TensorFlow.js and zod are exported to authors of plugins, and not by the library", () => {
  for (const name of ["tf", "z"]) {
    assert(name in author, `plugin.ts: ${name}`);
    assert(!(name in library), `mod.ts: ${name}`);
  }
});

Deno.test("plugins/manifest.ts lists every plugin", async () => {
  const found = await findPlugins(new URL("../plugins/", import.meta.url));
  const current = await textOf("plugins/manifest.ts");
  assert.equal(current, manifestText(found), "plugins came or went: run `deno task manifest`");
  // The formatter breaks long lines, and begins each part of a union with a bar then.
  const plain = (text: string) => text.replaceAll(/[\s|]/g, "");
  const types = typesText(await loadPlugins(found));
  assert.ok(plain(await textOf("plugins/types.ts")) === plain(types), "options came or went: run `deno task manifest`");
});

Deno.test("recipe.schema.json describes the plugins as they are", async () => {
  const text = `${JSON.stringify(await jsonSchema(builtins), null, 2)}\n`;
  assert.equal(await textOf("recipe.schema.json"), text, "options came or went: run `deno task schema`");
});

Deno.test("every file of plugins/<kind>/<name>.ts exports that plugin", async () => {
  for (const { kind, name } of everyName(builtins)) {
    const plugin = await builtins.load(kind, name); // refuses one that calls itself otherwise
    assert(plugin !== undefined, `${kind}/${name}`);
    for (const [option, { description }] of Object.entries(inputSchema(plugin.options).properties ?? {})) {
      assert(description, `${kind}/${name} describes its option "${option}"`);
    }
  }
});

Deno.test("defaults name plugins that are there", async () => {
  const kinds = { samplers: "sampler", metrics: "metric" } as const;
  for (const [key, value] of Object.entries(builtins.defaults)) {
    const kind = kinds[key as "samplers"] ?? key;
    for (const stage of [value].flat().flatMap((one) => (key === "samplers" ? Object.values(one as object) : [one]))) {
      const name = typeof stage === "string" ? stage : stage.use;
      assert(await builtins.load(kind as "sampler", name), `${key}: ${name}`);
    }
  }
});
