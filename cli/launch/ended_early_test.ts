/** Tests of what is said of a command that native code has ended. */
import assert from "node:assert/strict";
import { endedEarly } from "./ended_early.ts";

const unknown =
  "F0000 00:00:1795863486.479124    1336 parse_flags_from_env.cc:234] Unknown flags in XLA_FLAGS: --a --b=2";
const value =
  "E0000 00:00:1795863480.776411    1166 command_line_flags.cc:93] Couldn't interpret value no for flag xla_c.";
const file =
  `F0000 00:00:1 1 parse_flags_from_env.cc:171] Could not open file "foo" to read flags for environment variable "XLA_FLAGS". (We assumed so.)`;
const others = "W0000 00:00:1 1 cpu_features.cc:106] Unknown CPU ISA: FOO";

Deno.test("endedEarly() names the variable where XLA refuses its flags, and what XLA says of them", () => {
  const said: Record<string, string> = {
    [unknown]: "it wrote: Unknown flags in XLA_FLAGS: --a --b=2",
    [value]: "it wrote: Couldn't interpret value no for flag xla_c.",
    [file]: `it wrote: Could not open file "foo" to read flags for environment variable "XLA_FLAGS". (We assumed so.)`,
  };
  for (const [line, expected] of Object.entries(said)) {
    const { message, help } = endedEarly("exit code 1", [others, line], "--a --b=2");
    assert.equal(message, `XLA does not take the flags "--a --b=2" of the variable XLA_FLAGS`);
    assert.equal(help[0], expected);
  }
});

Deno.test("endedEarly() shows all that was written where it is something else", () => {
  const expected = { message: "The command ended early (exit code 3)", help: [`it wrote: ${others}`] };
  assert.deepEqual(endedEarly("exit code 3", [others], "--a"), expected);
  assert.deepEqual(endedEarly("exit code 3", [others], undefined), expected);
  assert.match(endedEarly("exit code 3", [unknown], "--a\u001b[2K\u202e").message, /"--a\\u001b\[2K\\u202e"/);
});
