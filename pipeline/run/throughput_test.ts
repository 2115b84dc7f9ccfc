/** Tests of rates, times left and intervals. */
import assert from "node:assert/strict";
import { isDue } from "./interval.ts";
import { Throughput } from "./throughput.ts";

Deno.test("Pace measures steps and events apart", async () => {
  let now = 0;
  const pace = new Throughput(() => now);
  assert.ok(Number.isNaN(pace.secondsPerStep));
  for (let i = 0; i < 10; i++) {
    now += 500;
    pace.step();
    if (i % 5 === 4) await pace.event(() => Promise.resolve(now += 4000));
  }
  assert.equal(pace.secondsPerStep, 0.5);
  assert.equal(pace.left(10, 2), 10 * 0.5 + 2 * 4);
});

Deno.test("Pace follows a change of speed", () => {
  let now = 0;
  const pace = new Throughput(() => now);
  for (let i = 0; i < 100; i++) now += 100, pace.step();
  for (let i = 0; i < 100; i++) now += 1000, pace.step();
  assert.ok(Math.abs(pace.secondsPerStep - 1) < 0.05, String(pace.secondsPerStep));
});

Deno.test("isDue() counts steps and epochs, and everything is due at the end", () => {
  const at = (step: number, epoch: number, epochEnded: boolean, last = false) => ({ step, epoch, epochEnded, last });
  assert.ok(isDue("500 steps", at(1000, 3, false)));
  assert.ok(!isDue("500 steps", at(1001, 3, true)));
  assert.ok(isDue("1 epoch", at(1001, 3, true)));
  assert.ok(!isDue("1 epoch", at(1000, 3, false)));
  assert.ok(!isDue("2 epochs", at(1001, 3, true)));
  assert.ok(isDue("2 epochs", at(1001, 4, true)));
  assert.ok(isDue("2 epochs", at(1001, 3, false, true)));
});
