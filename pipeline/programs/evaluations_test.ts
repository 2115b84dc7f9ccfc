/** Tests of counting evaluations of the network. */
import assert from "node:assert/strict";
import type { Stage } from "../graph/types.ts";
import type { GuidanceOptions } from "../kinds/guidance.ts";
import { evaluationsOf, evaluationsPerStep } from "./evaluations.ts";

const sampler = (steps: number, evaluationsPerStep: number, guidance?: Partial<GuidanceOptions>) =>
  ({ stage: { steps, evaluationsPerStep }, options: { guidance, clip: false } }) as unknown as Stage<"sampler">;

Deno.test("guidance takes two evaluations for one, and none where it changes nothing", () => {
  assert.deepEqual([evaluationsPerStep(sampler(10, 2)), evaluationsOf(sampler(10, 2))], [2, 20]);
  const guided = sampler(10, 2, { scale: 3, renoise: "guided" });
  assert.deepEqual([evaluationsPerStep(guided), evaluationsOf(guided)], [4, 40]);
  assert.equal(evaluationsPerStep(sampler(10, 2, { scale: 1, renoise: "guided" })), 2);
  assert.equal(evaluationsPerStep(sampler(10, 1, { scale: 1, renoise: "unconditional" })), 2);
});
