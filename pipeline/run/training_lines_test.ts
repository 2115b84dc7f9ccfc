/** Tests of what training says. */
import assert from "node:assert/strict";
import { longerThan } from "./training_lines.ts";

Deno.test("longerThan() names a length that trains on, also where the recipe asks for less than is trained", () => {
  assert.equal(longerThan({ epochs: 12, totalSteps: 120 }, { step: 120, epoch: 12 }), "train.epochs=24");
  assert.equal(longerThan({ epochs: 6, totalSteps: 60 }, { step: 120, epoch: 12 }), "train.epochs=24");
  assert.equal(longerThan({ epochs: undefined, totalSteps: 50 }, { step: 50, epoch: 5 }), "train.steps=100");
  assert.equal(longerThan({ epochs: undefined, totalSteps: 50 }, { step: 120, epoch: 12 }), "train.steps=240");
});
