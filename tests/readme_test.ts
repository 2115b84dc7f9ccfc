/** Holds the README to what it says: its plugin keeps the laws of its kind, its recipe is valid. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { builtins, type Plugin, readRecipe, wire } from "../mod.ts";
import { kinds } from "../pipeline/kinds/mod.ts";
import { contract } from "../testing.ts";
import { textOf } from "./source_files.ts";

const readme = await textOf("README.md");
const block = (language: string) => readme.match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``))![1]!;
const folder = await Deno.makeTempDir();
await Deno.writeTextFile(join(folder, "straight.ts"), block("ts"));
const { default: plugin } = await import(pathToFileURL(join(folder, "straight.ts")).href) as { default: Plugin };

contract(plugin);

Deno.test("the README's recipe is a good one, also with the README's plugin", async () => {
  const yaml = block("yaml");
  await Deno.writeTextFile(join(folder, "mine.yaml"), yaml);
  await wire(await readRecipe(join(folder, "mine.yaml"), { plugins: builtins }));
  const changed = `plugins: [./straight.ts]\n${yaml}`.replace(
    "schedule: cosine",
    "schedule: { use: straight, end: -7 }",
  );
  assert.notEqual(changed, `plugins: [./straight.ts]\n${yaml}`);
  await Deno.writeTextFile(join(folder, "mine.yaml"), changed);
  const graph = await wire(await readRecipe(join(folder, "mine.yaml"), { plugins: builtins }));
  assert.equal(graph.one("schedule").stage.logSnr(1), -7);
});

Deno.test("the README lists every plugin", () => {
  const table = readme.slice(readme.search(/^\| kind /m), readme.indexOf("## Speed"));
  for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const line = table.split("\n").find((line) => line.startsWith(`| ${kind} `)) ?? "";
    const listed = [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), [...builtins.names(kind)].sort(), kind);
  }
});
