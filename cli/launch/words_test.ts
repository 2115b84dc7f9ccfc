/** Tests of how the launcher takes command lines apart. */
import assert from "node:assert/strict";
import { createProgram } from "../main.ts";
import { letters, takeApart, valued, variadic } from "./words.ts";

Deno.test("takeApart() knows the options of all commands, and which of them take values", () => {
  const commands = createProgram([], () => {}).commands.flatMap((one) => [one, ...one.commands]);
  const options = commands.flatMap((command) => command.options);
  const names = (those: typeof options) => [...new Set(those.map(({ long }) => long!.slice(2)))].sort();
  assert.deepEqual([...variadic].sort(), names(options.filter((option) => option.variadic)));
  assert.deepEqual([...valued].sort(), names(options.filter((option) => option.required && !option.variadic)));
  assert.deepEqual(options.filter((option) => option.optional), [], "options whose value may be left out");
  const short = new Map(
    options.flatMap(({ short, long }) => short === undefined ? [] : [[short.slice(1), long!.slice(2)]]),
  );
  assert.deepEqual(letters, Object.fromEntries(short));
});

Deno.test("takeApart() tells words, options and their values apart as commander does", () => {
  const plain = (...args: string[]) => takeApart(args).plain;
  const option = (name: string, ...args: string[]) => takeApart(args).options.get(name);
  assert.deepEqual(plain("sample", "--count", "64", "runs/x", "--fresh", "a=1"), ["sample", "runs/x", "a=1"]);
  assert.deepEqual(plain("sample", "--count=64", "runs/x"), ["sample", "runs/x"]);
  assert.deepEqual(plain("picture", "grid", "-o", "a.png", "runs/x"), ["picture", "grid", "runs/x"]);
  assert.deepEqual(plain("run", "--", "--count", "x"), ["run", "--count", "x"]);
  assert.deepEqual(plain("run", "r.yaml", "--plugins", "a.ts", "b.ts", "--fresh", "c=1"), ["run", "r.yaml", "c=1"]);
  assert.deepEqual(option("plugins", "--plugins", "a.ts", "b.ts", "--fresh", "--plugins=c.ts", "x"), [
    "a.ts",
    "b.ts",
    "c.ts",
  ]);
  assert.deepEqual(option("out", "-o", "a.png"), ["a.png"]);
  assert.deepEqual(option("out", "-oa.png"), ["a.png"]);
  assert.deepEqual(option("out", "--out=a=b.png"), ["a=b.png"]);
  assert.deepEqual(option("fresh", "--fresh", "x"), []);
});

Deno.test("takeApart() keeps what is the launcher's own from the command", () => {
  const { grants, others } = takeApart([
    "run",
    "--allow-read=/a",
    "r.yaml",
    "--allow-read=/b,c",
    "--allow-net=host",
    "--allow-x=1",
  ]);
  assert.deepEqual([...grants], [["read", ["/a", "/b,c"]], ["net", ["host"]]]);
  assert.deepEqual(others, ["run", "r.yaml", "--allow-x=1"]);
});
