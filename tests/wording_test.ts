/** Holds comments and pages to plain English; the lint rules of `pipeline/problems/messages` hold messages to it. */
import assert from "node:assert/strict";
import { awkward } from "../pipeline/problems/messages/rules.ts";
import { sourceFiles, textOf } from "./source_files.ts";

/** Files that quote the phrases to find them. */
const quoting = [
  "pipeline/problems/messages/rules.ts",
  "pipeline/problems/messages/rules_test.ts",
  "tests/wording_test.ts",
];

/** Pages, recipes and what is drawn from the code. */
async function pages(): Promise<string[]> {
  const root = new URL("../", import.meta.url);
  const found: string[] = [];
  for (const folder of ["", "docs/", "lib/xla/", "recipes/", ".github/"]) {
    const entries = await Array.fromAsync(Deno.readDir(new URL(folder, root))).catch(() => []);
    found.push(...entries.filter(({ name }) => /\.(md|ya?ml)$/.test(name)).map(({ name }) => folder + name));
  }
  return found.sort();
}

/** What is awkward in a file, with its line. Line ends within a comment or a paragraph count as blanks. */
function faults(file: string, text: string): string[] {
  const flat = text.replaceAll(/\n[ \t]*(?:\*|\/\/|#|>)?[ \t]*/g, (gap) => " ".repeat(gap.length));
  return awkward(flat).map(({ phrase, at, instead }) => {
    const line = text.slice(0, at).split("\n").length;
    return `${file}:${line} says "${phrase.replaceAll(/\s+/g, " ")}": write ${instead}`;
  });
}

Deno.test("comments, texts and pages are in plain English", async () => {
  const files = [...await sourceFiles(), ...await pages()].filter((file) => !quoting.includes(file));
  assert.ok(files.includes("README.md") && files.length > 500, `only ${files.length} files were read`);
  const found: string[] = [];
  for (const file of files) found.push(...faults(file, await textOf(file)));
  assert.equal(found.join("\n"), "");
});

Deno.test("awkward phrases are found across lines, and English ones are left alone", () => {
  const found = (text: string) => faults("a.ts", text);
  assert.deepEqual(found("/**\n * A file that is\n * no checkpoint.\n */"), [
    'a.ts:2 says "is no checkpoint": write "is not a …"',
  ]);
  assert.deepEqual(found("// where the file stands\nx;\n# the run goes\n# on"), [
    'a.ts:1 says "stands": write "is" or "is in"',
    'a.ts:3 says "goes on": write "continues" or "resumes"',
  ]);
  const fine = "There is no file. It is no longer here. A stand-in stands for it and stands alone, to stand out.";
  assert.deepEqual(found(fine), []);
});
