/** Tests of what is put in front of Deno; tests/binary_test.ts runs it. */
import assert from "node:assert/strict";
import { packFiles, unpackFiles } from "./archive.ts";
import { BaseError, elfMachine, startWith } from "./elf_head.ts";
import { entryCodes } from "./entry_code.ts";
import { isFor, ownTarget, targets } from "./target.ts";

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

Deno.test("isFor() takes Deno for the system that it is for, and nothing else", async () => {
  const deno = await Deno.readFile(Deno.execPath());
  assert.deepEqual(targets.filter((target) => isFor(deno, target)), [ownTarget]);
  const heads: Readonly<Record<string, Record<number, number>>> = {
    "aarch64-unknown-linux-gnu": { 0: 0x464c457f, 16: 0x00b70003 },
    "aarch64-apple-darwin": { 0: 0xfeedfacf, 4: 0x100000c },
    "x86_64-apple-darwin": { 0: 0xfeedfacf, 4: 0x1000007 },
    "x86_64-pc-windows-msvc": { 0: 0x5a4d, 60: 64, 64: 0x4550, 68: 0x8664 },
  };
  for (const [name, words] of Object.entries(heads)) {
    const head = new DataView(new ArrayBuffer(128));
    for (const [at, word] of Object.entries(words)) head.setUint32(Number(at), word, true);
    const fitting = targets.filter((target) => isFor(new Uint8Array(head.buffer), target));
    assert.deepEqual(fitting.map((target) => target.name), [name]);
  }
  assert.ok(targets.every((target) => !isFor(new Uint8Array(200), target) && !isFor(new Uint8Array(3), target)));
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
