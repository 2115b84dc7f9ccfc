/** The picture of the layers in docs/architecture.md is current. */
import assert from "node:assert/strict";
import { drawLayers, picture, readLayers, reduced } from "./architecture.ts";
import { textOf } from "./source_files.ts";

Deno.test("docs/architecture.svg shows the imports as they are", async () => {
  const svg = await drawLayers(reduced(await readLayers()));
  assert.ok(await textOf(picture) === svg, "imports between folders came or went: run `deno task architecture`");
});

Deno.test("reduced() leaves out the arrows that follow from others, and refuses a circle", () => {
  const layers = (...arrows: string[]) =>
    new Map(["a", "b", "c"].map((from) => [
      from,
      new Set(arrows.filter((arrow) => arrow[0] === from).map((arrow) => arrow[1]!)),
    ]));
  assert.deepEqual(reduced(layers("ab", "bc", "ac")), layers("ab", "bc"));
  assert.throws(() => reduced(layers("ab", "bc", "ca")), /import each other/);
});
