/** Tests of what is said of numbers, truths and nothing where text was meant: the fix quotes what is there. */
import assert from "node:assert/strict";
import { DenoiseError } from "../problems/problem.ts";
import { fakes } from "./fake_plugins.ts";
import { readRecipe } from "./read.ts";
import { inFolder, read, smallest } from "./testing.ts";

interface Told {
  readonly message: string;
  readonly help: readonly string[];
}

async function problemsOf(text: string, ...overrides: string[]): Promise<readonly Told[]> {
  return await inFolder({ "r.yaml": text }, async () => {
    const error = await readRecipe("r.yaml", { plugins: fakes, overrides }).then(() => undefined, (error) => error);
    if (error === undefined) return [];
    assert.ok(error instanceof DenoiseError);
    return error.problems;
  });
}

const folder = (value: string) => smallest.replace("emoji", `{ use: image-folder, folder: ${value} }`);
const forms = "007 0o17 0x10 1e3 .5 1.0 +7 -0 1.50 true True TRUE false Null 9007199254740991 1E5 00".split(" ");

Deno.test("readRecipe() quotes text as it is written, and what it quotes is read as that text", async () => {
  for (const written of forms) {
    const [problem] = await problemsOf(folder(written));
    assert.match(problem!.message, new RegExp(`takes text, not .*"${RegExp.escape(written)}"`));
    assert.deepEqual(problem!.help, [`write "${written}", in quotes`]);
    const [, fix] = /^write (".*"), in quotes$/.exec(problem!.help[0]!)!;
    const { options } = (await read(folder(fix!))).stages[0]!;
    assert.equal(options.folder, written);
  }
});

Deno.test("readRecipe() takes for text what other programs take for numbers, truths and dates", async () => {
  for (const text of "1_000 12:30 2024-01-01 yes no on off 0b11 1e 0o9 0xg NaN 1,5".split(" ")) {
    const recipe = await read(folder(text === "1,5" ? '"1,5"' : text));
    assert.equal(recipe.stages[0]!.options.folder, text);
  }
});

Deno.test("readRecipe() quotes for a shell what comes from the command line, so that the quotes arrive", async () => {
  const [problem] = await problemsOf(folder("x"), "dataset.folder=007");
  assert.deepEqual(problem!.help, [`write 'dataset.folder="007"', in quotes of both kinds`]);
  const [named] = await problemsOf(smallest, "name=1e3");
  assert.deepEqual(named!.help, [`write 'name="1e3"', in quotes of both kinds`]);
  const [inner] = await problemsOf(folder("x"), "dataset={ use: image-folder, folder: 007 }");
  assert.deepEqual(inner!.help, [`write "007", and the whole override in single quotes`]);
  for (const none of ["1", "true", "[1]"]) {
    const [word] = await problemsOf(smallest, `train.samples.classes=${none}`);
    assert.deepEqual(word!.help, [], "quotes do not make it one of the words");
  }
  const [nothing] = await problemsOf(smallest, "train.samples.classes=null");
  assert.deepEqual(nothing!.help, ["leave it out for its default"]);
});

Deno.test("readRecipe() refuses numbers that would become others, and says which", async () => {
  const cases: [text: string, message: RegExp, help: RegExp][] = [
    [
      "seed: 9007199254740993",
      /the number "9007199254740993": it would become 9007199254740992/,
      /up to 9007199254740991/,
    ],
    ["seed: 0x20000000000001", /"0x20000000000001"/, /keep their digits/],
    ["name: 12345678901234567890123", /"12345678901234567890123"/, /keep their digits/],
    ["ema: { decay: 1e-400 }", /"1e-400": it would become 0/, /smallest number above 0 is 5e-324/],
    ["seed: 1e400", /Cannot use "1e400" as a value/, /finite/],
    ["seed: -.inf", /Cannot use "-.inf" as a value/, /finite/],
  ];
  for (const [line, message, help] of cases) {
    const problems = await problemsOf(`${smallest}${line}\n`);
    assert.equal(problems.length, 1, line);
    assert.match(problems[0]!.message, message);
    assert.match(problems[0]!.help[0]!, help);
  }
});

Deno.test("readRecipe() takes the numbers that it can hold, in each form of YAML 1.2", async () => {
  const cases: [written: string, seed: number][] = [
    ["007", 7],
    ["0o17", 15],
    ["0x10", 16],
    ["1e3", 1000],
    ["+7", 7],
    ["7.0", 7],
    ["9007199254740991", 9007199254740991],
  ];
  for (const [written, seed] of cases) assert.equal((await read(`${smallest}seed: ${written}\n`)).seed, seed);
  for (const written of ["1e-310", "0.0", "0e5"]) assert.ok(await read(`${smallest}ema: { decay: ${written} }\n`));
});

Deno.test("readRecipe() names a wrong form as it is written, wherever it is", async () => {
  const cases: [text: string, says: string][] = [
    [
      "dataset: 007\nnetwork: residual-unet\ntrain: { epochs: 3 }\n",
      'Stage "dataset" takes a name or a map, not "007"',
    ],
    [smallest + "0x10: a\n", 'Cannot use "0x10" as a key'],
    [smallest + "extends: 1.0\n", 'Cannot extend "1.0": extends takes the path of one recipe'],
    [smallest + "plugins: [1e3]\n", 'Option "plugins" of the recipe takes a list of files, not "1e3"'],
    [smallest + "seed: 1.50\n", 'Option "seed" of the recipe takes an integer from 0 to 9007199254740991, not "1.50"'],
    ["0b: 1", 'Unknown key "0b"'],
    ["1.0\n", 'Cannot read "1.0" as a recipe: a recipe is a map of stages'],
    [smallest.replace("epochs: 3", "epochs: -007"), 'Option "epochs" of train takes an integer ≥ 1, not "-007"'],
  ];
  for (const [text, says] of cases) assert.equal((await problemsOf(text))[0]?.message, says);
});

Deno.test("readRecipe() keeps the values of a sweep as they are written", async () => {
  const recipe = await read(`${smallest}sweep: { dataset.folder: [007, 7, "7", a b], x: [[1.0], { a: 0x1 }] }\n`);
  assert.deepEqual(recipe.sweep, {
    "dataset.folder": ["007", "7", '"7"', "a b"],
    x: ["[1.0]", "{ a: 0x1 }"],
  });
});

Deno.test("readRecipe() refuses directives, under which values mean other things", async () => {
  for (const directive of ["%YAML 1.1\n---\n", "# a comment\n\n%TAG ! x\n---\n", "%\n"]) {
    const [problem] = await problemsOf(directive + smallest);
    assert.equal(problem!.message, "Cannot use a directive: recipes are YAML 1.2");
  }
});

Deno.test("readRecipe() tells every mistake in YAML in words of ours, with what to do", async () => {
  const cases: [line: string, message: string][] = [
    ["ema: &", "Name is missing after & or *"],
    ["ema: *", "Name is missing after & or *"],
    ["a: &a x\nema: !x *a", "Alias has an anchor or a tag of its own"],
    ["ema: { decay:0.5, warm }x", 'Unexpected "x"'],
    ['ema: {"a" "b"}', "Comma is missing"],
    ["metrics:\n  - kid\n  noise", "Indentation does not fit"],
    ["metrics:\n  - kid\n   - noise\n  a", "Indentation does not fit"],
    [": x", "Cannot use nothing as a key"],
    ["a: &a x\n*a : b", 'Cannot use "*a" as a key'],
    ["x: !a !b c", "Value has several tags"],
    ["--- dataset: emoji", "Recipe file holds several documents"],
    ['ema: "a"#b', "Space is missing before #"],
    [`? ${"k".repeat(9)}\n: 1\n${"k".repeat(1100)}: 1`, "Key is longer than 1,024 characters"],
    ["ema: !!binary x", 'Cannot use tag "!!binary": recipes have no tags'],
    ['ema: "\\q"', "Unknown escape in double quotes"],
    ["ema: &a - x", 'Unexpected "-"'],
  ];
  for (const [line, message] of cases) {
    const problems = await problemsOf(`${smallest}${line}\n`);
    const found = problems.find((problem) => problem.message === message);
    assert.ok(found, `${JSON.stringify(line)}: ${problems.map((problem) => problem.message).join("; ")}`);
    assert.ok(found.help.length > 0);
  }
});

Deno.test("readRecipe() writes numbers as YAML reads them, where text holds one", async () => {
  const cases = [["2.", "2"], [".5", ".5"], ["1_000.5", "1000.5"], ["0x10", "16"], ["\uff11\uff12", "12"], ["7", "7"]];
  for (const [text, number] of cases) {
    const [problem] = await problemsOf(`${smallest}optimizer: { learning_rate: "${text}" }\n`);
    assert.match(problem!.help.at(-1)!, new RegExp(`write ${RegExp.escape(number!)}$`));
  }
});

Deno.test("readRecipe() says of a path that no system takes what the system says, without the path again", async () => {
  const [problem] = await problemsOf(`extends: ${"x \u00e9".repeat(50_000)}\n${smallest}`);
  assert.match(problem!.message, /^Cannot read "x \u00e9x/);
  assert.ok(problem!.help.join().length < 200, problem!.help.join().slice(0, 300));
});

Deno.test("readRecipe() takes no name whose letters cannot be seen", async () => {
  for (const line of ["name: a\u3164b", "samplers: { a\u3164: ddim }"]) {
    const [problem] = await problemsOf(`${smallest}${line}\n`);
    assert.match(problem!.message, /Cannot use "a\\u3164b?" as the name of/);
  }
});
