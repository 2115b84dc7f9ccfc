/** Tests of whole-file writes. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { discardUnfinished, removeLeftovers, WholeFile, writeWhole } from "./whole.ts";

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

Deno.test("removeLeftovers() removes temporary files of dead writers, and no others", async () => {
  const folder = await Deno.makeTempDir();
  const kept = ["x.tmp", "x.0123abcd.tmp.safetensors", "x.safetensors"];
  for (const name of [...kept, "x.0123abcd.tmp"]) await Deno.writeTextFile(join(folder, name), "");
  {
    await using living = await WholeFile.create(join(folder, "y"));
    await removeLeftovers(folder);
    assert.deepEqual(names(folder), [...kept, basename(living.temporary)].sort());
    await living.commit();
  }
  assert.deepEqual(names(folder), [...kept, "y"].sort());
  await removeLeftovers(join(folder, "missing"));
  await Deno.remove(folder, { recursive: true });
});

Deno.test("WholeFile.create() removes what dead writers of the same file left, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const kept = ["a.0123abcd.tmp", "x.y.0123abcd.tmp"];
  for (const name of [...kept, "x.0123abcd.tmp"]) await Deno.writeTextFile(join(folder, name), "");
  await writeWhole(join(folder, "x"), "whole");
  assert.deepEqual(names(folder), [...kept, "x"].sort());
  await Deno.remove(folder, { recursive: true });
});

Deno.test("WholeFile keeps its file while other processes and writers tidy up at the same time", async () => {
  const folder = await Deno.makeTempDir();
  let writing = true;
  const tidy = async () => {
    while (writing) await removeLeftovers(folder);
  };
  const tidying = [tidy(), tidy(), tidy()];
  for (let i = 0; i < 200; i++) await Promise.all([0, 1, 2].map((j) => writeWhole(join(folder, `${j}`), `${i}`)));
  writing = false;
  await Promise.all(tidying);
  assert.deepEqual(names(folder), ["0", "1", "2"]);
  for (const j of names(folder)) assert.equal(await Deno.readTextFile(join(folder, j)), "199");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("discardUnfinished() removes what was not committed, and leaves what was", async () => {
  const folder = await Deno.makeTempDir();
  await writeWhole(join(folder, "whole"), "whole");
  const unfinished = await WholeFile.create(join(folder, "unfinished"));
  await unfinished.write(Uint8Array.of(1, 2, 3));
  discardUnfinished();
  assert.deepEqual(names(folder), ["whole"]);
  await unfinished[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
});
