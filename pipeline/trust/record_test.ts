/** Tests of the record of code that the user has trained with. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { sha256 } from "../../lib/files/hash.ts";
import { stateFolder } from "../../lib/files/user_folders.ts";
import type { Code } from "./code.ts";
import { isKnown, isKnownPath, remember } from "./record.ts";

const code = (path: string, text: string, complete = true): Code => ({
  kind: "plugin",
  path,
  sha256: sha256(text),
  complete,
});

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(join(folder, "trained"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("isKnown() holds for the path and the content that were remembered, together", async () => {
  await inFolder(async (folder) => {
    assert.equal(await isKnown(code("/a.ts", "one"), folder), false, "nothing is remembered yet");
    await Promise.all([remember([code("/a.ts", "one")], folder), remember([code("/b.ts", "two")], folder)]);
    assert.equal(await isKnown(code("/a.ts", "one"), folder), true);
    assert.equal(await isKnown(code("/a.ts", "two"), folder), false, "edited");
    assert.equal(await isKnown(code("/b.ts", "one"), folder), false, "a copy elsewhere");
    assert.equal(await isKnown(code("/a.ts", "one", false), folder), false, "with code that the hash does not cover");
    assert.deepEqual([await isKnownPath("/a.ts", folder), await isKnownPath("/c.ts", folder)], [true, false]);
  });
});

Deno.test("remember() leaves out code that its hash does not cover", async () => {
  await inFolder(async (folder) => {
    await remember([code("/a.ts", "one", false)], folder);
    assert.equal(await isKnown(code("/a.ts", "one"), folder), false);
  });
});

Deno.test("isKnown() takes no entry whose content is that of another file, or damaged", async () => {
  await inFolder(async (folder) => {
    await remember([code("/a.ts", "one")], folder);
    const [entry] = [...Deno.readDirSync(folder)];
    for (const text of ["", "null", "[]", JSON.stringify({ path: "/b.ts", sha256: sha256("one") })]) {
      await Deno.writeTextFile(join(folder, entry!.name), text);
      assert.equal(await isKnown(code("/a.ts", "one"), folder), false, text);
    }
  });
});

Deno.test("remember() keeps no more than a thousand entries, and forgets the oldest", async () => {
  await inFolder(async (folder) => {
    await remember([code("/old.ts", "")], folder);
    for await (const { name } of Deno.readDir(folder)) await Deno.utime(join(folder, name), 1, 1);
    for (let i = 0; i < 1000; i++) {
      await Deno.writeTextFile(join(folder, `${sha256(String(i))}.json`), "{}");
    }
    await remember([code("/new.ts", "")], folder);
    assert.equal([...Deno.readDirSync(folder)].length, 1000);
    assert.deepEqual(
      [await isKnown(code("/old.ts", ""), folder), await isKnown(code("/new.ts", ""), folder)],
      [false, true],
    );
  });
});

Deno.test("stateFolder() follows the system's rules, and DENOISE_STATE before them", () => {
  const at = (env: Record<string, string>, os: string) => stateFolder((name) => env[name], os).replaceAll("\\", "/");
  assert.equal(at({ DENOISE_STATE: "/s", XDG_STATE_HOME: "/x" }, "linux"), "/s");
  assert.equal(at({ XDG_STATE_HOME: "/x" }, "linux"), "/x/denoise");
  assert.match(at({}, "linux"), /\/\.local\/state\/denoise$/);
  assert.match(at({}, "darwin"), /\/Library\/Application Support\/denoise$/);
  assert.equal(at({ LOCALAPPDATA: "/l" }, "windows"), "/l/denoise/state");
});
