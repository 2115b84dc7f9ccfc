/** Tests of what the user is told of what the operating system refuses. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { writeWhole } from "../files/mod.ts";
import { report } from "./report.ts";

/** What is printed of an error. */
function printed(error: unknown): string {
  const lines: string[] = [];
  assert.equal(report(error, (text) => void lines.push(text)), 1);
  return lines.join("\n");
}

Deno.test("report() says of a path of the wrong kind which kind is wanted, and else to look at the disk", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [inner, file] = [join(folder, "inner.png"), join(folder, "file")];
    await Deno.mkdir(inner);
    await Deno.writeTextFile(file, "");
    const refused = async (action: Promise<unknown>) => printed(await action.then(() => undefined, (error) => error));
    assert.match(
      await refused(writeWhole(inner, "x")),
      /^Cannot go on: .*inner\.png'\n {2}name a file in place of this folder$/,
    );
    assert.match(await refused(Deno.readFile(inner)), /\n {2}name a file in place of this folder$/);
    for (const path of [join(file, "x.png"), join(file, "deeper", "x.png")]) {
      assert.match(await refused(writeWhole(path, "x")), /\n {2}name a folder in place of this file$/, path);
    }
    const full = new Error("No space left on device (os error 28)");
    assert.match(printed(full), /^Cannot go on: No space left .*\n {2}.*look at the space on the disk/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
