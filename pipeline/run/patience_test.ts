/** Tests of patience: when a number has not got better for long enough, and when it has not been long enough yet. */
import assert from "node:assert/strict";
import type { TrainSettings } from "../recipe/types.ts";
import type { Position } from "./checkpoint.ts";
import { bestAfter, morePatience, patientPosition, stoppedBy, stoppedText } from "./patience.ts";

const plan = { totalSteps: 1000, stepsPerEpoch: 10, epochs: 100, batchSize: 4 };
const train = (patience?: string, best: string | undefined = "kid") =>
  ({ patience, keep: { last: 1, best } }) as unknown as TrainSettings;
const measured = (value: number, name = "kid(inception)", better: "lower" | "higher" = "lower") => [
  { id: "metrics[0]", label: name, name, value, better },
];
const at = (step: number, best?: Position["best"]) => ({ step, best }) as Position;
const best = { metric: "kid(inception)", value: 2, step: 100 };

Deno.test("stoppedBy() counts from the best measurement, in steps or in epochs", () => {
  assert.deepEqual(stoppedBy(measured(3), at(120, best), train("20 steps"), plan), { ...best, patience: "20 steps" });
  assert.deepEqual(stoppedBy(measured(3), at(120, best), train("2 epochs"), plan), { ...best, patience: "2 epochs" });
  assert.deepEqual(stoppedBy(measured(NaN), at(120, best), train("2 epochs"), plan)?.step, 100);
  for (
    const [values, step, patience] of [
      [measured(3), 119, "2 epochs"], // not long enough
      [measured(1.9), 500, "2 epochs"], // better
      [measured(3, "noise"), 500, "2 epochs"], // another number: the one that counts was not measured
      [[], 500, "2 epochs"],
      [measured(3), 500, undefined],
    ] as const
  ) {
    assert.equal(stoppedBy(values, at(step, best), train(patience), plan), undefined, `${step} ${patience}`);
  }
  assert.equal(stoppedBy(measured(NaN), at(500), train("1 epoch"), plan), undefined, "nothing was best yet");
});

Deno.test("bestAfter() takes what is better, whichever way that is, and leaves out what is not a number", () => {
  const [found] = measured(3, "kid(inception)", "higher");
  assert.deepEqual(bestAfter(best, found, 120), { ...best, value: 3, step: 120 });
  assert.equal(bestAfter(best, measured(2)[0], 120), best, "as good is not better");
  assert.equal(bestAfter(best, measured(NaN)[0], 120), best);
  assert.deepEqual(bestAfter(best, measured(9, "noise")[0], 120), { metric: "noise", value: 9, step: 120 });
});

Deno.test("patientPosition() trains on with more patience, or without, and stays stopped with as much", () => {
  const stopped = { ...best, patience: "2 epochs" };
  const position = { ...at(120, best), stopped };
  assert.deepEqual(patientPosition(position, train("2 epochs"), plan), position);
  assert.deepEqual(patientPosition(position, train("20 steps"), plan).stopped, { ...best, patience: "20 steps" });
  assert.ok(!("stopped" in patientPosition(position, train("21 steps"), plan)));
  assert.ok(!("stopped" in patientPosition(position, train(), plan)));
  assert.equal(
    stoppedText({ ...best, step: 1234, patience: "20 epoch" }),
    "kid(inception) has not got better for 20 epochs: 2.0000 at step 1,234 stays the best",
  );
  assert.equal(morePatience(stopped), "train.patience=4 epochs");
});
