/** Tests of what training says. */
import assert from "node:assert/strict";
import { memoryConsole } from "../terminal/memory_console.ts";
import { longerThan, printStepEnd, trainingProgress } from "./training_lines.ts";

const plan = { totalSteps: 40, stepsPerEpoch: 10, epochs: 4, batchSize: 16 };

Deno.test("trainingProgress() leaves out what is not known yet, and says where it knows a part", () => {
  const at = { step: 1, epoch: 0, batch: 1, loss: undefined, secondsPerStep: undefined, left: undefined };
  assert.deepEqual(trainingProgress(plan, at).details, []);
  const known = { ...at, loss: 0.5, secondsPerStep: 0.1 };
  assert.deepEqual(trainingProgress(plan, known).details, ["loss 0.5000", "160 images/s"]);
  const left = (whole: boolean) => trainingProgress(plan, { ...known, left: { seconds: 42, whole } }).details.at(-1);
  assert.deepEqual([left(true), left(false)], ["0:00:42 left", "over 0:00:42 left"]);
});

Deno.test("printStepEnd() shows training beside validation, and the best, within a hundred columns", () => {
  const console = memoryConsole();
  const measured = [{ label: "noise", value: 0.19021, training: 0.18753 }, {
    label: "image",
    value: 0.3127,
    training: 0.31,
  }]
    .map((each) => ({ ...each, id: "metrics[0]", name: each.label, better: "lower" as const }));
  const at = { step: 30, epoch: 3 };
  const epoch = { type: "epoch", ...at, loss: 0.1841, seconds: 1 } as const;
  const preview = { type: "preview", ...at, file: "runs/a/samples/epoch-003.png", png: new Uint8Array() } as const;
  printStepEnd(console, "runs/a", 0.1841, [{ type: "metrics", ...at, measured, best: true }, epoch]);
  printStepEnd(console, "runs/a", 0.1841, [preview, epoch]);
  printStepEnd(console, "runs/a", 0.1841, [preview]);
  printStepEnd(console, "runs/a", 0.1841, [{ type: "checkpoint", ...at, file: "runs/a/checkpoints/best", best: true }]);
  assert.deepEqual(console.lines, [
    "epoch  3     loss 0.1841   validation: noise 0.1902, image 0.3127   training: 0.1875, 0.3100   best",
    "epoch  3     loss 0.1841   samples/epoch-003.png",
    "step  30     loss 0.1841   samples/epoch-003.png",
  ]);
});

Deno.test("longerThan() names a length that trains on, also where the recipe asks for less than is trained", () => {
  assert.equal(longerThan({ epochs: 12, totalSteps: 120 }, { step: 120, epoch: 12 }), "train.epochs=24");
  assert.equal(longerThan({ epochs: 6, totalSteps: 60 }, { step: 120, epoch: 12 }), "train.epochs=24");
  assert.equal(longerThan({ epochs: undefined, totalSteps: 50 }, { step: 50, epoch: 5 }), "train.steps=100");
  assert.equal(longerThan({ epochs: undefined, totalSteps: 50 }, { step: 120, epoch: 12 }), "train.steps=240");
});
