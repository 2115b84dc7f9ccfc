/** Tests of what the user is told of what the operating system refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writeWhole } from "../lib/files/mod.ts";
import { printError } from "./errors.ts";

/** What is printed of an error. */
function printed(error: unknown): string {
  const lines: string[] = [];
  assert.equal(printError(error, [], (text) => void lines.push(text)), 1);
  return lines.join("\n");
}

Deno.test("printError() says of a path of the wrong kind which kind is wanted, and of a full disk what to do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [inner, file] = [join(folder, "inner.png"), join(folder, "file")];
    await Deno.mkdir(inner);
    await Deno.writeTextFile(file, "");
    const refused = async (action: Promise<unknown>) => printed(await action.then(() => undefined, (error) => error));
    assert.match(
      await refused(writeWhole(inner, "x")),
      /^Cannot write ".*inner\.png": it is a folder\n {2}name a file instead of this folder\n/,
    );
    assert.match(await refused(Deno.readFile(inner)), /^Cannot read ".*\n {2}name a file instead of this folder\n/);
    for (const path of [join(file, "x.png"), join(file, "deeper", "x.png")]) {
      assert.match(await refused(writeWhole(path, "x")), /\n {2}name a folder instead of this file\n/, path);
    }
    const full = Object.assign(new Error("No space left on device (os error 28): write '/a/b'"), { code: "ENOSPC" });
    assert.equal(
      printed(full),
      'Cannot write "/a/b": no space is left on the disk\n' +
        "  free some space on that disk, or use a folder on another one\n" +
        "  then run the same command again: completed work is kept",
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
