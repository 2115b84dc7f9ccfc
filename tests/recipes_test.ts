/** Every recipe that comes with Denoise is a good one, and says in its header what it shows. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { builtins, dryRun } from "../mod.ts";

const folder = fileURLToPath(new URL("../recipes", import.meta.url));
const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).filter((name) =>
  name.endsWith(".yaml")
);

for (const name of names.sort()) {
  Deno.test(`recipes/${name} dry-runs`, async () => {
    const runs = await Deno.makeTempDir();
    try {
      assert.match(
        await dryRun(`${folder}/${name}`, { plugins: builtins, overrides: ["backend=cpu"], runs }),
        /parameters/,
      );
    } finally {
      await Deno.remove(runs, { recursive: true });
    }
  });

  Deno.test(`recipes/${name} says what it shows, and what it reached`, async () => {
    const header = (await Deno.readTextFile(`${folder}/${name}`)).split("\n").filter((line) => line.startsWith("#"));
    assert.ok(header.length >= 3, `recipes/${name} has a header`);
    assert.match(header.join(" "), /Reached/);
  });
}
