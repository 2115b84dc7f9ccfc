/** Tests of what is put in front of Deno; tests/binary_test.ts runs it. */
import assert from "node:assert/strict";
import { packFiles, unpackFiles } from "./archive.ts";
import { BaseError, elfMachine, startWith } from "./elf_head.ts";
import { entryCodes } from "./entry_code.ts";

Deno.test({
  name: "startWith() leaves Deno as it is but for its header and one segment, and adds the words at its end",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const deno = await Deno.readFile(Deno.execPath());
    const made = startWith(deno, ["run", "a program"]);
    assert.equal(elfMachine(made), Deno.build.arch);
    assert.ok(new TextDecoder().decode(made.subarray(-14)) === "run\0a program\0");
    let changed = 0;
    for (let i = 0; i < deno.length; i++) if (deno[i] !== made[i]) changed++;
    assert.ok(changed > 0 && changed <= 8 + 56, `${changed} bytes`);
    assert.throws(() => startWith(made, ["run"]), BaseError, "there is one header to spare");
  },
});

Deno.test("startWith() refuses any other file", () => {
  for (const text of ["", "#!/bin/sh\n", "MZ".padEnd(200), "\x7fELF".padEnd(200)]) {
    assert.throws(() => startWith(new TextEncoder().encode(text), []), BaseError);
  }
});

Deno.test("the code of each processor ends where its table can begin", () => {
  for (const { instructions } of Object.values(entryCodes)) assert.equal(instructions.length % 16, 0);
});

Deno.test("packFiles() keeps paths, bytes and what is executable, and gives the same bytes in any order", () => {
  const files = [
    { path: "b", bytes: new Uint8Array([1, 2]), executable: true },
    { path: "a/ü", bytes: new Uint8Array() },
  ];
  const packed = packFiles(files, 3);
  assert.deepEqual(packFiles(files.toReversed(), 3), packed);
  const unpacked = unpackFiles(packed).map(({ bytes, ...file }) => ({ ...file, bytes: Uint8Array.from(bytes) }));
  assert.deepEqual(unpacked, [{ path: "a/ü", bytes: new Uint8Array() }, files[0]]);
});
