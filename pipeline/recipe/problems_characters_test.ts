/** Tests of what is printed for characters that cannot be seen or look like others, and of where it points. */
import assert from "node:assert/strict";
import { DenoiseError } from "../problems/problem.ts";
import { fakes } from "./fake_plugins.ts";
import { readRecipe } from "./read.ts";
import { inFolder, smallest, testProblems } from "./testing.ts";

/** The problems of a recipe as `line:column message` and the first line of help. */
async function told(text: string, ...overrides: string[]): Promise<string[]> {
  return await inFolder({ "r.yaml": text }, async () => {
    try {
      await readRecipe("r.yaml", { plugins: fakes, overrides });
    } catch (error) {
      if (!(error instanceof DenoiseError)) throw error;
      return error.problems.map(({ place, help }) => `${place?.line}:${place?.column}+${place?.length} ${help[0]}`);
    }
    return [];
  });
}

testProblems([
  {
    what: "a name with a zero-width space",
    files: { "r.yaml": smallest.replace("emoji", "{ use: emoji\u200b }") },
    says: `
r.yaml:1:22 Unknown dataset "emoji\\u200b"
   1 | dataset: { use: emoji<U+200B> }
     |                      ^^^^^^^^
  1:22 is U+200B ZERO WIDTH SPACE, which cannot be seen: delete it
  did you mean emoji? Plugins: emoji, image-folder
  to use a plugin from a file of your own, add plugins: [./my-plugin.ts]

1 problem in r.yaml
`,
  },
  {
    what: "a blank that YAML does not know, behind a colon",
    files: { "r.yaml": smallest.replace("dataset: ", "dataset:\u00a0") },
    says: `
r.yaml:1:9 Line has no colon
   1 | dataset:<U+00A0>emoji
     |         ^^^^^^^^
  1:9 is U+00A0 NO-BREAK SPACE, not a space: write a space
  write key: value, with a space after the colon

1 problem in r.yaml
`,
  },
  {
    what: "a name in letters of another width",
    files: { "r.yaml": smallest.replace("emoji", "ｅｍｏｊｉ") },
    says: `
r.yaml:1:10 Unknown dataset "ｅｍｏｊｉ"
   1 | dataset: ｅｍｏｊｉ
     |          ^^
  1:10 is U+FF45 FULLWIDTH LATIN SMALL LETTER E, not "e": write "e"
  1:11 is U+FF4D FULLWIDTH LATIN SMALL LETTER M, not "m": write "m"
  1:12 is U+FF4F FULLWIDTH LATIN SMALL LETTER O, not "o": write "o"
  more such characters: 1:13 and 1:14
  did you mean emoji? Plugins: emoji, image-folder
  to use a plugin from a file of your own, add plugins: [./my-plugin.ts]

1 problem in r.yaml
`,
  },
  {
    what: "dashes that a word processor made of hyphens",
    files: { "r.yaml": smallest },
    overrides: ["—fresh", "network.block_depth=1−3"],
    says: `
command line: Cannot read override "—fresh"
  —fresh
  ^
  column 1 is U+2014 EM DASH, not "--": write "--"
  write <key>=<value>, such as network.block_depth=3

command line: Option "block_depth" of network/residual-unet takes an integer ≥ 1, not the text
  "1−3"
  network.block_depth=1−3
                       ^
  column 22 is U+2212 MINUS SIGN, not "-": write "-"

2 problems on the command line
`,
  },
  {
    what: "a path in double quotes whose backslash is an escape",
    files: { "r.yaml": smallest + 'plugins: ["C:\\new.ts"]\n' },
    says: `
r.yaml:4:14 Cannot find the plugin file "C:\\new.ts"
   2 | network: residual-unet
   3 | train: { epochs: 3 }
   4 | plugins: ["C:\\new.ts"]
     |              ^^
  4:14 is U+000A LINE FEED, as double quotes read \\n: write \\\\n, or use single quotes
  double quotes make one character of "\\n": use single quotes, or "/"
  paths in a recipe are relative to it; --plugins <file> names a file of that name elsewhere

1 problem in r.yaml
`,
  },
  {
    what: "a line break at the end of an override",
    files: { "r.yaml": smallest },
    overrides: ["seed=1\r"],
    says: `
command line: Cannot read override "seed=1\\r"
  seed=1␍
  ^^^^^^^
  it contains a line break, perhaps a Windows line ending from a script: remove it
  write <key>=<value>, such as network.block_depth=3

1 problem on the command line
`,
  },
]);

Deno.test("readRecipe() blames the character itself, wherever in a recipe it is", async () => {
  const cases: [text: string, at: string, overrides?: string[]][] = [
    ["\u200bdataset: emoji\n" + smallest.slice(15), "1:1+1"], // a key
    [smallest.replace("residual-unet", "{ use: residual-unet, widths\u2060: [8] }"), "2:38+1"], // an option
    [smallest + "loss: { weighting: no\u00adise }\n", "4:22+1"], // one of several words
    [smallest + "metrics: [{ use: kid, sampler: preview\ufeff }]\n", "4:39+1"], // the name of a sampler
    [smallest + "metrics: [{ use: noise, every: 1\u00a0epochs }]\n", "4:33+1"], // an interval
    [smallest.replace("epochs: 3", "epochs: ٣"), "3:18+1"], // a number
    [smallest + "name: e\u0301te\n", "4:8+1"], // a name of its own
    [smallest + "samplers: { a\u0301: ddim }\n", "4:14+1"],
    [smallest + "plugins: [x\u200b.ts]\n", "4:12+1"], // a path that leads nowhere
    [smallest + "name: 𠮷🦊\u202e\n", "4:9+1"], // behind wide characters of two units
    [smallest + "ema: { \u3000decay: 1 }\n", "4:8+1"],
    [smallest, "1:11+1", ["network.bl\u200bock=3"]], // a key on the command line
    [smallest.replace("emoji", '"emo\\u200bji"'), "1:14+6"], // an escape that stands for it
  ];
  for (const [text, at, overrides = []] of cases) {
    const [first] = await told(text, ...overrides);
    assert.ok(first?.startsWith(`${at} `), `${first} for ${JSON.stringify(text)}, where ${at} is right`);
    assert.match(first!, / is U\+[0-9A-F]{4,5} [A-Z-]+.*: (delete|write) /);
  }
});

Deno.test("readRecipe() says nothing of odd characters where they do no harm", async () => {
  assert.deepEqual(await told(smallest + "name: Übung\n# “quoted” \u200b\n"), []);
  const [problem] = await told(smallest.replace("emoji", "Фото"));
  assert.equal(problem, "1:10+4 Plugins: emoji, image-folder");
});

Deno.test("readRecipe() counts a character as a column, however wide it is", async () => {
  for (const before of ["ab", "🦊🦊", "漢字", "e\u0301", "👩‍👩‍👧", "a\tb", "\u{20000}"]) {
    const problems = await told(smallest + `loss: { '${before}': 1, wrong: 2 }\n`);
    const column = `loss: { '${"".padEnd([...before].length)}': 1, `.length + 1;
    assert.ok(problems.some((problem) => problem.startsWith(`4:${column}+5 `)), `${problems} for ${before}`);
  }
});

Deno.test("readRecipe() takes a carriage return alone for the end of a line, as editors do", async () => {
  assert.deepEqual(await told(smallest.replaceAll("\n", "\r")), []);
  const [problem] = await told(smallest.replace("residual-unet", "x").replaceAll("\n", "\r"));
  assert.match(problem!, /^2:10\+1 /);
});
