/** Tests of whole-file writes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { removeLeftovers, WholeFile, writeWhole } from "./whole.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();

Deno.test("writeWhole() creates folders, replaces a file and leaves nothing beside it", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "a", "b.txt");
  await writeWhole(path, "one");
  await writeWhole(path, new Uint8Array([0, 1, 255]));
  assert.deepEqual(await Deno.readFile(path), new Uint8Array([0, 1, 255]));
  assert.deepEqual(names(join(folder, "a")), ["b.txt"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "writeWhole() writes into a pipe, and leaves it one",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const path = join(folder, "pipe");
    assert.ok((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
    const reader = new Deno.Command("cat", { args: [path], stdout: "piped" }).output();
    await writeWhole(path, "through");
    assert.equal(new TextDecoder().decode((await reader).stdout), "through");
    assert.ok((await Deno.lstat(path)).isFifo);
    assert.deepEqual(names(folder), ["pipe"]);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("writeWhole() keeps every version whole when writers run at the same time", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "x");
  const versions = Array.from({ length: 8 }, (_, i) => new Uint8Array(100_000 + i).fill(i));
  await Promise.all(versions.map((version) => writeWhole(path, version)));
  const found = await Deno.readFile(path);
  assert.equal(found.length, 100_000 + found[0]!);
  assert.ok(found.every((byte) => byte === found[0]));
  assert.deepEqual(names(folder), ["x"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("WholeFile leaves the old file alone until commit() and nothing behind without it", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "x");
  await writeWhole(path, "old");
  {
    await using file = await WholeFile.create(path);
    await file.write(new Uint8Array([1, 2]));
    assert.equal(await Deno.readTextFile(path), "old");
  }
  assert.equal(await Deno.readTextFile(path), "old");
  assert.deepEqual(names(folder), ["x"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("removeLeftovers() removes old temporary files and no others", async () => {
  const folder = await Deno.makeTempDir();
  const kept = ["x.tmp", "x.0123abcd.tmp.safetensors", "x.safetensors"];
  for (const name of [...kept, "x.0123abcd.tmp"]) await Deno.writeTextFile(join(folder, name), "");
  await removeLeftovers(folder);
  assert.equal(names(folder).length, 4, "a young one may belong to a living writer");
  await removeLeftovers(folder, 0);
  assert.deepEqual(names(folder), kept.sort());
  await removeLeftovers(join(folder, "missing"));
  await Deno.remove(folder, { recursive: true });
});
