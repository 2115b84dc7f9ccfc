/** Tests of what options take. */
import assert from "node:assert/strict";
import { Command } from "commander";
import { seedOption, textsBetweenCommas, wholeOption } from "./command.ts";

Deno.test("wholeOption() takes whole numbers in its range, and says what is wrong with others", () => {
  const read = (text: string) => {
    try {
      return wholeOption("--count <n>", "how many", 1, 50).parseArg!(text, undefined);
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.deepEqual(["1", "50", "1e1"].map(read), [1, 50, 10]);
  for (const text of ["0", "-3", "1.5", "", " ", "x", "NaN"]) {
    assert.equal(read(text), "Expected a whole number of at least 1", text);
  }
  for (const text of ["51", "9007199254740992", "1e400"]) {
    assert.equal(read(text), "It is too large: the limit is 50", text);
  }
  assert.throws(
    () => wholeOption("--count <n>", "how many").parseArg!("9007199254740992", undefined),
    /the limit is 9007199254740991$/,
  );
});

Deno.test("--seed given again adds to the seeds before it", () => {
  const read = (...words: string[]) =>
    new Command().addOption(seedOption("others follow")).parse(words, { from: "user" }).opts().seed;
  assert.equal(read("--seed", "7"), 7);
  assert.deepEqual(read("--seed", "7", "--seed", "19"), [7, 19]);
  assert.deepEqual(read("--seed", "7,8", "--seed", "9..11"), [7, 8, 9, 10, 11]);
});

Deno.test("lists with commas between, given again, add to those before them", () => {
  const read = (...words: string[]) =>
    new Command().option("--name <hosts>", "", textsBetweenCommas).parse(words, { from: "user" }).opts().name;
  assert.deepEqual(read("--name", "a, b,", "--name", "c"), ["a", "b", "c"]);
});
