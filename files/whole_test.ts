/** Tests of whole-file writes. */
import assert from "node:assert/strict";
import { basename, join } from "node:path";
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

Deno.test("removeLeftovers() removes temporary files without a writer, and no others", async () => {
  const folder = await Deno.makeTempDir();
  const kept = ["x.tmp", "x.0123abcd.tmp.safetensors", "x.safetensors"];
  for (const name of [...kept, "x.0123abcd.tmp"]) await Deno.writeTextFile(join(folder, name), "");
  {
    await using living = await WholeFile.create(join(folder, "y")); // tidies the folder itself
    await removeLeftovers(folder, 0);
    assert.deepEqual(names(folder), [...kept, basename(living.temporary)].sort());
    await living.commit();
  }
  assert.deepEqual(names(folder), [...kept, "y"].sort());
  await removeLeftovers(join(folder, "missing"));
  await Deno.remove(folder, { recursive: true });
});

/** Another process that begins a file, says so, and waits to be killed. */
async function otherWriter(path: string): Promise<Deno.ChildProcess> {
  const code = `
    const { WholeFile } = await import(${JSON.stringify(import.meta.resolve("./whole.ts"))});
    const file = await WholeFile.create(${JSON.stringify(path)});
    await file.write(new Uint8Array(1000));
    console.log("begun");
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", `data:application/javascript,${encodeURIComponent(code)}`],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  return child;
}

Deno.test("removeLeftovers() leaves the file of another process alone until that is killed", {
  ignore: Deno.build.os === "windows", // which has no locks to tell them by
}, async () => {
  const folder = await Deno.makeTempDir();
  const child = await otherWriter(join(folder, "x"));
  assert.equal(names(folder).length, 1);
  await removeLeftovers(folder, 0);
  assert.equal(names(folder).length, 1);
  child.kill("SIGKILL");
  await child.status;
  assert.equal(names(folder).length, 1);
  await writeWhole(join(folder, "y"), "z"); // tidies the folder
  assert.deepEqual(names(folder), ["y"]);
  await Deno.remove(folder, { recursive: true });
});
