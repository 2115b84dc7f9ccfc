/** Tests of whole-file writes by several processes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { removeLeftovers, writeWhole } from "./whole.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();

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

Deno.test("the file of another process is left alone until that is killed, and then removed by the next writer", {
  ignore: Deno.build.os === "windows", // which has no locks to tell them by
}, async () => {
  const folder = await Deno.makeTempDir();
  const child = await otherWriter(join(folder, "x"));
  assert.equal(names(folder).length, 1);
  await removeLeftovers(folder);
  assert.equal(names(folder).length, 1);
  child.kill("SIGKILL");
  await child.status;
  assert.equal(names(folder).length, 1);
  await writeWhole(join(folder, "x"), "whole");
  assert.deepEqual(names(folder), ["x"]);
  await Deno.remove(folder, { recursive: true });
});
