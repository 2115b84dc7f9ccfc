/** Holds the README to what it says: its sampler is the example's, its recipe works with it, no plugin is left out. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { builtins, DenoiseError, formatProblems, readRecipe, wire } from "../mod.ts";
import { kinds } from "../pipeline/kinds/mod.ts";
import { textOf } from "./source_files.ts";

const readme = await textOf("README.md");
const block = (language: string) => readme.match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``))![1]!;

Deno.test("the README shows the sampler of examples/dpm_solver.ts, all of it", async () => {
  const [, code] = (await textOf("examples/dpm_solver.ts")).split(/^\/\*\*.*\n/);
  assert.equal(block("ts"), code);
});

Deno.test("the README's recipe takes the README's sampler", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const used = `plugins: [dpm_solver.ts]`, samplers = "samplers: { preview: { use: dpm-solver, steps: 8 } }";
    for (const text of [used, samplers]) assert.ok(readme.includes(`\`${text}\``), text);
    const recipe = block("yaml").replace(/^samplers:\n.*\n/m, `${samplers}\n`);
    await Deno.writeTextFile(join(folder, "dpm_solver.ts"), block("ts"));
    await Deno.writeTextFile(join(folder, "mine.yaml"), `${used}\n${recipe}`);
    const graph = await wire(await readRecipe(join(folder, "mine.yaml"), { plugins: builtins }));
    assert.equal(graph.sampler("preview").stage.order, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the README shows what a mistake is answered with", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = join(folder, "mine.yaml");
    await Deno.writeTextFile(file, block("yaml").replace("block_depth: 2", "blok_depth: 2"));
    const error = await readRecipe(file, { plugins: builtins }).then(() => undefined, (error) => error);
    assert.ok(error instanceof DenoiseError);
    const text = formatProblems(error.problems, { colour: false }).replaceAll(file, "mine.yaml");
    assert.ok(readme.includes(`\`\`\`\n${text.replace("\n\n1 problem in mine.yaml", "")}\n\`\`\`\n`), text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs/guide.md lists every plugin", async () => {
  const guide = await textOf("docs/guide.md");
  for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const line = guide.split("\n").find((line) => line.startsWith(`| ${kind} `)) ?? "";
    const listed = [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), [...builtins.names(kind)].sort(), kind);
  }
});

Deno.test("RESULTS.md has a row for every recipe of recipes/", async () => {
  const rows = [...(await textOf("RESULTS.md")).matchAll(/^\| `([\w-]+)` .*recipes\/([\w-]+)\.yaml/gm)];
  const files = [...Deno.readDirSync(new URL("../recipes/", import.meta.url))].map(({ name }) => name);
  assert.deepEqual(rows.map(([, , file]) => `${file}.yaml`).sort(), files.sort());
  for (const [row, name, file] of rows) assert.equal(name, file, row);
});
