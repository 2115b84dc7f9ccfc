/** Holds the pages to what they say: paths and links lead somewhere, commands exist, recipes and plugins work. */
import assert from "node:assert/strict";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { createProgram } from "../cli/main.ts";
import { builtins, type Plugin, readRecipe, wire } from "../mod.ts";
import { isOverride } from "../pipeline/terminal/shell.ts";
import { contract } from "../testing.ts";
import config from "../deno.json" with { type: "json" };
import { current, page as extending } from "./extending.ts";
import { current as currentJson, page as json } from "./json_page.ts";
import { textOf } from "./source_files.ts";

const root = new URL("../", import.meta.url);
const pages: readonly string[] = [
  ...["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "RESULTS.md", "lib/xla/README.md"],
  ...[...Deno.readDirSync(new URL("docs/", root))].map(({ name }) => `docs/${name}`).filter((name) =>
    name.endsWith(".md")
  ).sort(),
];
const texts = new Map(await Promise.all(pages.map(async (page) => [page, await textOf(page)] as const)));
const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

/** Blocks of code of a language. */
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "gm"))].map(([, code]) => code!);

/** What a heading is called in links. */
const anchor = (heading: string) => heading.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-");

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(new URL(path, root)).then(() => true, () => false);
}

Deno.test("pages name files and folders that exist", async () => {
  const parts = /(?<![\w./-])(?:pipeline|plugins|lib|cli|tests|docs|recipes|examples|\.github|\.ci)\/[\w./<>*-]*/g;
  const lost: string[] = [];
  for (const [page, text] of texts) {
    for (const [path] of text.matchAll(parts)) {
      // `lib/xla` may be followed by a full stop; patterns such as plugins/<kind> are not paths.
      if (!/[<>*]/.test(path) && !await exists(path.replace(/\.$/, ""))) lost.push(`${page}: ${path}`);
    }
  }
  assert.deepEqual(lost, []);
});

Deno.test("links of pages lead somewhere", async () => {
  const lost: string[] = [];
  for (const [page, text] of texts) {
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https:/.test(link!)) continue;
      const [path, heading] = link!.split("#") as [string, string | undefined];
      const target = path === "" ? page : posix.join(posix.dirname(page), path);
      const found = await exists(target) && (heading === undefined ||
        [...(await textOf(target)).matchAll(/^#+ (.*)$/gm)].some(([, title]) => anchor(title!) === heading));
      if (!found) lost.push(`${page}: ${link}`);
    }
  }
  assert.deepEqual(lost, []);
});

Deno.test("commands of pages exist, with the options that are given to them", () => {
  const program = createProgram([], () => {});
  const known = (name: string) => {
    const command = program.commands.find((command) => command.name() === name);
    return command && [command, ...command.commands].flatMap(({ options }) => options.map(({ long }) => long));
  };
  const wrong: string[] = [];
  for (const [page, text] of texts) {
    for (
      const [line, name, words] of text.matchAll(/deno(?:@[\d.]+)? task(?: --config \S+)?\s([\w:-]+)((?: [^\n`#|]*)?)/g)
    ) {
      if (!(name! in config.tasks)) wrong.push(`${page}: ${line}`);
      const options = known(name!);
      for (const [word] of options === undefined ? [] : words!.matchAll(/(?<= )--[\w-]+/g)) {
        if (!options!.includes(word) && !word.startsWith("--allow-")) wrong.push(`${page}: ${name} ${word}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("overrides of pages change what the recipe they are given has", async () => {
  const wrong: string[] = [];
  for (const [page, text] of texts) {
    for (const [line, file, words] of text.matchAll(/deno task run (recipes\/[\w-]+\.yaml)((?: [^\n`#|]*)?)/g)) {
      const overrides = words!.split(" ").filter(isOverride);
      await readRecipe(new URL(file!, root).pathname, { plugins: builtins, overrides })
        .catch((error) => wrong.push(`${page}: ${line}\n${error.message}`));
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("recipes of pages are valid", async () => {
  let count = 0;
  for (const [page, text] of texts) {
    for (const yaml of blocks(text, "yaml").filter((yaml) => /^dataset:/m.test(yaml))) {
      const file = join(folder, `${++count}.yaml`);
      await Deno.writeTextFile(file, yaml);
      await readRecipe(file, { plugins: builtins }).then(wire).catch((error) => assert.fail(`${page}: ${error}`));
    }
  }
  assert.ok(count > 0);
});

let plugins = 0;
for (const [page, text] of texts) {
  for (const code of blocks(text, "ts").filter((code) => code.includes("export default plugin("))) {
    const file = join(folder, `${page.replaceAll(/\W/g, "-")}-${++plugins}.ts`);
    await Deno.writeTextFile(file, code);
    const { default: plugin } = await import(pathToFileURL(file).href) as { default: Plugin };
    contract(plugin, { backends: ["cpu"] });
  }
}

Deno.test("docs/extending.md shows the interfaces and laws as they are", async () => {
  const text = texts.get(extending)!;
  assert.ok(await current(text) === text, "interfaces or laws changed: run `deno task extending`");
});

Deno.test("docs/json.md shows what commands answer", async () => {
  const text = texts.get(json)!;
  assert.ok(await currentJson(text) === text, "answers changed: run `deno task json`");
});
