/** Tests of which programs are kept. */
import assert from "node:assert/strict";
import type { Executable } from "../pjrt/mod.ts";
import { Programs } from "./programs.ts";

/** Programs that say what was freed. */
function recorder() {
  const freed: string[] = [];
  const program = (name: string) => ({ [Symbol.dispose]: () => void freed.push(name) }) as Executable;
  return { freed, program };
}

Deno.test("a bounded number of programs is kept: the one not used for longest is freed", () => {
  const { freed, program } = recorder();
  const programs = new Programs(() => false, 3);
  for (const name of ["a", "b", "c"]) programs.keep(name, program(name));
  programs.get("a");
  programs.keep("d", program("d"));
  assert.deepEqual(freed, ["b"]);
  assert.deepEqual(["a", "b", "c", "d"].map((name) => programs.has(name)), [true, false, true, true]);
  programs.free();
  assert.deepEqual(freed, ["b", "c", "a", "d"]);
});

Deno.test("a program that a compiled function holds is not freed in favour of others", () => {
  const { freed, program } = recorder();
  const programs = new Programs(() => false, 1);
  programs.keep("held", programs.hold(program("held")));
  programs.keep("next", program("next"));
  assert.equal(programs.has("held"), false);
  assert.deepEqual(freed, []);
  programs.free();
});

Deno.test("programs are freed when the module is unloaded, unless some run", () => {
  const { freed, program } = recorder();
  let running = true;
  const programs = new Programs(() => running);
  programs.keep("a", program("a"));
  dispatchEvent(new Event("unload"));
  assert.deepEqual(freed, []);
  running = false;
  dispatchEvent(new Event("unload"));
  assert.deepEqual(freed, ["a"]);
});

Deno.test("a held program that is not kept any more is freed when the last holder releases it, or with all others", () => {
  const { freed, program } = recorder();
  const programs = new Programs(() => false, 1);
  const [shared, held, kept] = ["shared", "held", "kept"].map(program) as [Executable, Executable, Executable];
  programs.keep("shared", programs.hold(programs.hold(shared)));
  programs.keep("held", programs.hold(held));
  programs.keep("kept", programs.hold(kept));
  programs.release(shared);
  assert.deepEqual(freed, []);
  programs.release(shared);
  programs.release(kept);
  assert.deepEqual(freed, ["shared"], "one that is kept may be asked for again");
  programs.free();
  assert.deepEqual(freed, ["shared", "kept", "held"]);
});

Deno.test("of a program that was compiled twice at the same time, the first is used and the second freed", () => {
  const { freed, program } = recorder();
  const programs = new Programs(() => false);
  const first = programs.keep("text", program("first"));
  assert.equal(programs.keep("text", program("second")), first);
  assert.deepEqual(freed, ["second"]);
  programs.free();
});
