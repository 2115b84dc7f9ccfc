import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { untar } from "./unpack.ts";

async function archiveOf(files: Record<string, string>, change = (tar: Uint8Array) => tar): Promise<string> {
  const path = join(await Deno.makeTempDir(), "a.tar.gz");
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name, size: body.length, mode: 0o755 },
    body,
  }));
  writeFileSync(path, gzipSync(change(await packTar(entries))));
  return path;
}

Deno.test("untar() writes the files that are wanted, programs as programs, and passes over the others", async () => {
  const into = join(await Deno.makeTempDir(), "new");
  const long = `lib/${"l".repeat(120)}.so`;
  const path = await archiveOf({ "./bin/a": "program", "b.txt": "unwanted", [long]: "x".repeat(2e5) });
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const hashes = { "bin/a": hash("program"), [long]: hash("x".repeat(2e5)) };
  assert.deepEqual(await untar(path, { into, files: /^(bin|lib)\// }), hashes);
  assert.deepEqual(readdirSync(into).sort(), ["bin", "lib"]);
  assert.equal(readFileSync(join(into, long)).length, 2e5);
  assert.equal(statSync(join(into, "bin/a")).mode & 0o777, 0o755);
});

Deno.test("untar() refuses what is cut short, and names that lead out of the folder", async () => {
  const into = await Deno.makeTempDir();
  const cut = await archiveOf({ "a.so": "x".repeat(5000) }, (tar) => tar.subarray(0, 3000));
  await assert.rejects(untar(cut, { into, files: /./ }));
  for (const name of ["../a.so", "b/../../a.so"]) {
    await assert.rejects(untar(await archiveOf({ [name]: "x" }), { into, files: /./ }), /lies outside of the folder/);
  }
});
