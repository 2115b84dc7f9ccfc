/** Tests of how samplers are told apart under pictures. */
import assert from "node:assert/strict";
import type { Stage } from "../../graph/types.ts";
import ddim from "../../../plugins/sampler/ddim.ts";
import { samplerLabel } from "./samplers.ts";

Deno.test("samplerLabel() names the options that are not the default, with all that is in them", () => {
  const label = (options: object) => samplerLabel({ plugin: ddim, options } as unknown as Stage<"sampler">);
  const all = ddim.options.parse({ spacing: "list", sigmas: [3, 1, 0], variance_preserving: false });
  assert.equal(label(all), "ddim, not variance preserving, spacing list, sigmas [3, 1, 0]");
  assert.equal(label({ guidance: { scale: 2, by: "runs/a" } }), "ddim, guidance { scale: 2, by: runs/a }");
});
