/** Holds the rules of wording over every message of the repository, and tests the rules themselves. */
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { DenoiseError } from "../problem.ts";
import { emptyRecipe } from "./file.ts";

import rules from "./rules.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

async function* sources(folder: string): AsyncIterable<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    // Written by people, for people: no packages, no runs, no tests, which break the rules to try them.
    if (entry.isDirectory && !/^(node_modules|runs|\..*)$/.test(entry.name)) yield* sources(path);
    else if (entry.isFile && /(?<!_test)\.ts$/.test(entry.name)) yield path;
  }
}

function offences(file: string, source: string): string[] {
  return Deno.lint.runPlugin(rules, file, source).map(({ range, message }) => {
    const before = source.slice(0, range[0]).split("\n");
    return `${file}:${before.length}:${before.at(-1)!.length + 1} ${message}`;
  });
}

Deno.test("messages of the whole repository keep the rules of wording", async () => {
  const found: string[] = [];
  let files = 0;
  for await (const path of sources(root)) {
    files++;
    found.push(...offences(relative(root, path), await Deno.readTextFile(path)));
  }
  assert.ok(files > 50, `only ${files} files were read`);
  assert.equal(found.join("\n"), "");
});

Deno.test("rules find what breaks them, with file and line", () => {
  const cases: [source: string, wrong: RegExp | undefined, count?: number][] = [
    ['throw new Error("Cannot do it");', undefined],
    ['throw new Error("cannot do it");', /^a\.ts:1:17 Message does not start upper case/],
    ['throw new TypeError("Cannot do it.");', /ends with a full stop/],
    ['throw new Error("You can\'t do it");', /contraction "can't"/],
    ['throw new Error("It’s wrong");', /contraction "It’s"/],
    ['throw new Error("The file\'s name is too long");', undefined],
    ["throw new Error(`Unknown option '${name}'`);", /double quotes/],
    ["throw new Error(\"Unknown option 'x'\");", /double quotes/],
    ['throw new Error(`Unknown option "${name}"`);', undefined],
    ["throw new Error(`${name} is wrong.`);", /ends with a full stop/],
    ['throw new Error("Cannot do " + what + " now.");', /ends with a full stop/],
    ['throw new Error(a ? "Good" : "bad");', /bad/],
    ["throw error;", undefined],
    ['const message = { code: "x", message: "not upper", help: [] };', /upper case/],
    ['const message = { code: "x", message: "Upper", help: ["write it."] };', /ends with a full stop/],
    [
      'const message = { code: "x", message: "Upper", help: [...(a ? ["do not.", "x"] : [])] };',
      /ends with a full stop/,
    ],
    ['const message = { code: "x", message: "Upper", help: ["lower is fine: use x"] };', undefined],
    ['const other = { message: "anything goes." };', undefined],
    ['refuse({ option: "x", what: "Image is too small", fix: "use 8" });', undefined],
    ['\nrefuse({ what: "image is too small", fix: "use 8" });', /^a\.ts:2:16 /],
    ['refuse({ what: "Image is too small", fix: "use 8." });', /ends with a full stop/],
    ['throw new Error(`File "${path}" is no checkpoint`);', /says "is no checkpoint": write "is not a …"/],
    ['throw new Error("There is no file, and it is no longer needed");', undefined],
    ['throw new Error("The shapes are no multiples of 8");', /says "are no multiples"/],
    ['const message = { code: "x", message: "Key stands twice", help: [] };', /says "stands": write "is" or "is in"/],
    ['const message = { code: "x", message: "Letter stands for a word", help: ["it stands alone"] };', undefined],
    ['const message = { code: "x", message: "Stopped", help: [`go on with: ${command}`] };', /"go on": write "cont/],
    ['z.string().describe("where the file stands");', /says "stands"/],
    ['z.string().describe("folder that holds the files.");', /ends with a full stop/],
    ['z.string().describe("folder that holds the files");', undefined],
    ['command.description("Goes on").option("--out <file>", "folder where files stand");', /"Goes on"|"stand"/, 2],
    ['command.option("--out <file>", "it\'s a file");', /contraction "it's"/],
    ['command.argument("[x]", "what the weights are of");', /plain relative clause/],
    ['new Option("--sampler <what>", "one that is no plugin");', /says "is no plugin"/],
    ['wholeOption("--count <n>", "what goes on");', /says "goes on"/],
    ['plugin({ kind: "sampler", summary: "A step that is no step" });', /says "is no step"/],
  ];
  for (const [source, wrong, count = 1] of cases) {
    const found = offences("a.ts", source);
    if (wrong === undefined) assert.deepEqual(found, [], source);
    else {
      assert.equal(found.length, count, source);
      for (const text of found) assert.match(text, wrong);
    }
  }
});

Deno.test("message functions are in alphabetical order of code, and each code is one function's", async () => {
  const seen = new Map<string, string>();
  const folder = join(root, "pipeline", "problems", "messages");
  const files = Array.from(Deno.readDirSync(folder), ({ name }) => name).filter((name) =>
    !/^rules|_test\.ts$/.test(name)
  );
  for (const name of files.sort()) {
    const source = await Deno.readTextFile(join(folder, name));
    const found = source.split(/^export function /m).slice(1).map((text) => /\bcode: "([a-z-]+)"/.exec(text)?.[1]);
    const codes = found.filter((code) => code !== undefined).filter((code, i, all) => code !== all[i - 1]);
    assert.deepEqual(codes, [...codes].sort(), `codes of messages/${name}`);
    for (const code of codes) {
      assert.equal(seen.get(code), undefined, `"${code}" is in ${seen.get(code)} and ${name}`);
      seen.set(code, name);
    }
  }
  assert.ok(seen.size > 100, `only ${seen.size} codes were found`);
});

Deno.test("DenoiseError carries its problems, and reads well where only its message is shown", () => {
  const text = emptyRecipe("r.yaml");
  const place = { file: "r.yaml", line: 1, column: 1, length: 1 };
  const error = new DenoiseError([{ ...text, place }, text]);
  assert.equal(error.problems.length, 2);
  assert.equal(error.message, 'r.yaml:1:1 Recipe "r.yaml" is empty\nRecipe "r.yaml" is empty');
});
