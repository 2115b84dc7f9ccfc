/** Tests of printing problems. */
import assert from "node:assert/strict";
import type { Place, Problem } from "./problem.ts";
import { columnsOf } from "../terminal/width.ts";
import { formatProblems } from "./format.ts";
import { overridesFile, placeIn } from "./source.ts";

const text = `name: x
seed: 3

network:    { use: residual-unet, widths: [32, 64], blok_depth: 2 }
`;

function problem(place: Partial<Place> = {}, source = text, more: Partial<Problem> = {}): Problem {
  const at = placeIn(source, { file: "a.yaml", line: 4, column: 53, length: 10, ...place });
  return { code: "x", message: 'Unknown option "blok_depth"', help: ["did you mean block_depth?"], place: at, ...more };
}

const print = (problems: Problem[], width = 100) => formatProblems(problems, { colour: false, width });

Deno.test("formatProblems() shows place, message, lines with a caret, and help", () => {
  assert.equal(
    print([problem()]),
    `a.yaml:4:53 Unknown option "blok_depth"
   2 | seed: 3
   3 |
   4 | network:    { use: residual-unet, widths: [32, 64], blok_depth: 2 }
     |                                                     ^^^^^^^^^^
  did you mean block_depth?

1 problem in a.yaml`,
  );
});

Deno.test("formatProblems() leaves out the frame where the text is not known, and the place where there is none", () => {
  const unknown = { ...problem(), place: { file: "gone.yaml", line: 3, column: 2, length: 1 } };
  const nowhere: Problem = { code: "x", message: "Cannot do it", help: [] };
  assert.equal(
    print([unknown, nowhere]),
    `gone.yaml:3:2 Unknown option "blok_depth"
  did you mean block_depth?

Cannot do it

2 problems in gone.yaml`,
  );
});

Deno.test("formatProblems() shows an override as it was typed", () => {
  assert.equal(
    print([problem({ file: overridesFile, line: 2, column: 1, length: 3 }, "seed=1\nsed=3")]),
    `command line: Unknown option "blok_depth"
  sed=3
  ^^^
  did you mean block_depth?

1 problem on the command line`,
  );
});

Deno.test("formatProblems() keeps every line within the width, and the mark under what it marks", () => {
  const long = `a: [${"1, ".repeat(100)}WRONG${", 2".repeat(100)}]`;
  const column = long.indexOf("WRONG") + 1;
  for (const width of [40, 60, 100, 200]) {
    const help = ["a very long sentence of help that is very, very long, ".repeat(6)];
    const message = "A message that is rather long as well, with words to break it at: ".repeat(4);
    const printed = print([problem({ line: 1, column, length: 5 }, long, { help, message })], width).split("\n");
    for (const line of printed) assert.ok(columnsOf(line) <= width, `${columnsOf(line)} > ${width}: ${line}`);
    const frame = printed.findIndex((line) => line.includes("WRONG"));
    const at = printed[frame]!.indexOf("WRONG");
    assert.equal(printed[frame + 1]!.slice(at), "^^^^^");
  }
});

Deno.test("formatProblems() marks under wide characters, tabs and emoji by their columns", () => {
  const cases: [line: string, marked: string, before: number][] = [
    ["名前: 値, x: 1", "x", 10],
    ["\ta: x", "x", 5],
    ["👩‍👩‍👧: x", "x", 4],
    ["e\u0301: x", "x", 3],
    ["𠮷𠮷🦊: x", "x", 8],
    ["a\u200bb: x", "x", 12],
  ];
  for (const [line, marked, before] of cases) {
    const printed = print([
      problem({ line: 1, column: line.split(marked)[0]!.match(/./gsu)!.length + 1, length: 1 }, line),
    ]);
    assert.equal(printed.split("\n")[2], `     | ${" ".repeat(before)}^`, line);
  }
});

Deno.test("formatProblems() shows what cannot be seen, and marks it apart from what surrounds it", () => {
  const cases: [line: string, column: number, shown: string, mark: string][] = [
    ["emoji\u200b", 6, "emoji<U+200B>", "     ^^^^^^^^"],
    ["a\u00a0b", 2, "a<U+00A0>b", " ^^^^^^^^"],
    ["a\u00a0b", 3, "a\u00a0b", "  ^"],
    ["e\u0301a", 2, "e◌\u0301a", " ^"],
    ["e\u0301a", 1, "e◌\u0301a", "^"],
    ["🦊\u{e0041}", 2, "🦊<U+E0041>", "  ^^^^^^^^^"],
    ["👩‍👩‍👧", 2, "👩<U+200D>👩<U+200D>👧", "  ^^^^^^^^"],
    ["a\tb\u2060c", 4, "a  b<U+2060>c", "    ^^^^^^^^"],
  ];
  for (const [line, column, shown, mark] of cases) {
    const printed = print([problem({ line: 1, column, length: 1 }, line)]).split("\n");
    assert.deepEqual(printed.slice(1, 3), [`   1 | ${shown}`, `     | ${mark}`]);
  }
});

Deno.test("formatProblems() lets no control character through", () => {
  const evil = "a: \u001b]0;title\u0007 \u001b[2J\u009b31m\u202e\u200b";
  const at = { file: `${evil}\n.yaml`, line: 1, column: 1, length: 1 };
  const printed = print([problem(at, evil, { message: `Bad ${evil}\nline`, help: [`${evil}\nline`] })], 200);
  assert.equal(printed.split("\n").length, print([problem({ line: 1, column: 1 }, "a")]).split("\n").length);
  // deno-lint-ignore no-control-regex -- these must not be there
  assert.doesNotMatch(printed, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u200b]/);
  assert.match(printed, /␛\[2J/);
});

Deno.test("formatProblems() copes with places outside the text", () => {
  for (const place of [{ line: 99 }, { line: 1, column: 500 }, { line: 1, column: 3, length: 1e9 }]) {
    assert.match(print([problem(place)]), /Unknown option/);
  }
});

Deno.test("formatProblems() colours only when asked, and shows the same text", () => {
  const plain = print([problem()]);
  const coloured = formatProblems([problem()], { colour: true });
  assert.notEqual(coloured, plain);
  // deno-lint-ignore no-control-regex -- escape codes
  assert.equal(coloured.replaceAll(/\x1b\[\d+m/g, ""), plain);
});

Deno.test("formatProblems() names the files, and stops before it fills the screen for ever", () => {
  const many = Array.from({ length: 200 }, (_, i) => problem({ file: `${"ab"[i % 2]}.yaml` }));
  const printed = print(many);
  assert.match(printed, /200 problems in a\.yaml and b\.yaml, the first 50 shown$/);
  assert.equal(printed.match(/Unknown option/g)!.length, 50);
});
