/** Tests of what is said of what the operating system refuses. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { named, refusalOf } from "./refusal.ts";

const coded = (message: string, code: string) => Object.assign(new Error(message), { code });

Deno.test("refusalOf() names what was done, the path and the reason, of errors of Deno and of Node", () => {
  const cases: [Error, string][] = [
    [
      coded("No space left on device (os error 28): open '/a/b'", "ENOSPC"),
      'Cannot open "/a/b": no space is left on the disk',
    ],
    [coded("Read-only file system (os error 30): mkdir 'c d'", "EROFS"), 'Cannot create "c d": the disk is read-only'],
    [
      coded("Permission denied (os error 13): rename 'a' -> 'b'", "EACCES"),
      'Cannot rename "a" to "b": permission is denied',
    ],
    [coded("EIO: i/o error, read", "EIO"), "Cannot read a file: the disk reports an error"],
    [coded("EMFILE: too many open files, open '/x'", "EMFILE"), 'Cannot open "/x": too many files are open'],
    [coded("Something rare (os error 99): open 'x'", "ERARE"), 'Cannot open "x": something rare'],
  ];
  for (const [error, what] of cases) assert.equal(refusalOf(error)?.what, what);
  assert.match(refusalOf(cases[0]![0])!.fix, /free some space/);
});

Deno.test("refusalOf() reads what this system really says, and leaves other errors alone", async () => {
  const folder = await Deno.makeTempDir();
  const missing = join(folder, "missing");
  for (const refused of [() => Deno.readFile(missing), () => Promise.resolve().then(() => readFileSync(missing))]) {
    const error = await refused().then(() => undefined, (error) => error);
    assert.match(refusalOf(error)!.what, /^Cannot (read|open) ".*missing": it is not there$/);
  }
  assert.equal(refusalOf(new TypeError("x is not a function")), undefined);
  assert.equal(refusalOf("text"), undefined);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("named() says which file it is, whatever the system says", async () => {
  const refused = (message: string) => named("write", "/a/b", () => Promise.reject(coded(message, "EIO")));
  await assert.rejects(refused("Input/output error (os error 5)"), {
    message: "Input/output error (os error 5): write '/a/b'",
  });
  await assert.rejects(refused("EIO: i/o error, write"), { message: "EIO: i/o error, write '/a/b'" });
  await assert.rejects(refused("Input/output error (os error 5): open '/a/b.0123abcd.tmp'"), {
    message: "Input/output error (os error 5): write '/a/b'",
  });
  await assert.rejects(named("write", "/a/b", () => Promise.reject(new TypeError("x"))), { message: "x" });
});
