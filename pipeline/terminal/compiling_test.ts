/** Tests of what is said while something compiles. */
import assert from "node:assert/strict";
import { setTimeout as passed } from "node:timers/promises";
import { compilingOn } from "./compiling.ts";
import { memoryConsole } from "./memory_console.ts";

Deno.test("compilingOn() says nothing of what is done at once, and names what takes longer", async () => {
  const console = memoryConsole();
  const compiling = compilingOn(console, 30);
  compiling("quick")();
  const ended = compiling("training step");
  assert.deepEqual(console.lines, [], "not yet");
  await passed(80);
  assert.deepEqual(console.lines, ["compiling    training step"]);
  assert.match(console.progressed.at(-1)!, /^compiling training step {2}0:00:00$/, "no percentage: nobody knows it");
  ended();
  const { length } = console.progressed;
  await passed(600);
  assert.equal(console.progressed.length, length, "it has ended");
  assert.deepEqual(console.lines.length, 1);
});
