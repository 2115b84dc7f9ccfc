/** Tests of the marks of living writers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { createLocked, isAbandoned, isOld } from "./writer.ts";

Deno.test("isAbandoned() tells a file whose writer is gone, however young it is, and none that is not there", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "a.part");
  const file = createLocked(path);
  assert.equal(isAbandoned(path), false, "its writer is alive");
  file.close();
  assert.equal(isAbandoned(path), Deno.build.os !== "windows");
  assert.equal(isAbandoned(join(folder, "missing")), false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("isOld() is true from a day after the last write on", async () => {
  const path = await Deno.makeTempFile();
  assert.equal(isOld(path), false);
  const dayAgo = new Date(Date.now() - 24 * 3600e3 - 1000);
  await Deno.utime(path, dayAgo, dayAgo);
  assert.equal(isOld(path), true);
  await Deno.remove(path);
  assert.equal(isOld(path), false, "it is not there");
});
