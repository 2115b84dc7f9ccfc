/** Holds the version of the codec to the one that is installed. */
import assert from "node:assert/strict";
import { codecVersion } from "./version.ts";

Deno.test("codecVersion is the version that deno.json pins", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assert.equal(
    `npm:${codecVersion}`,
    imports.sharp,
    "pictures that another version decoded would be taken for its own",
  );
});
