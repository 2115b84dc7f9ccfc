/** The library can be published: what is exported has types that nobody has to infer, and the files are the program's. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));

Deno.test("deno publish takes the library: no slow types, no tests", async () => {
  // Types are checked by `deno task check`; warnings are of imports whose path is known when they are run.
  const args = ["publish", "--dry-run", "--allow-dirty", "--no-check"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  const text = stripVTControlCharacters([stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join(""));
  assert.equal(code, 0, text.split(/\n(?=error)/).slice(1).join("\n") || text);
  const files = [...text.matchAll(/^ +(file:\S+) \(/gm)].map(([, file]) => file!);
  assert.ok(files.length > 500, `${files.length} files`);
  assert.deepEqual(files.filter((file) => /_test(_util)?\.ts$|\/(tests|runs|docs)\//.test(file)), []);
});
