/** Tests of rates, times left and intervals. */
import assert from "node:assert/strict";
import { isDue, timesDue } from "./due.ts";
import { Throughput } from "./throughput.ts";

/** A pace on a clock of its own. `step` takes so many milliseconds, and so does `work`. */
function pace() {
  let now = 0;
  const throughput = new Throughput(() => now);
  return {
    throughput,
    step(taken: number, times = 1) {
      for (let i = 0; i < times; i++) {
        now += taken;
        throughput.step();
      }
    },
    work: (kind: string, taken: number) =>
      throughput.apart(() => throughput.work(kind, () => Promise.resolve(void (now += taken)))),
  };
}

Deno.test("Throughput says nothing before ten steps after the first, which compiles", () => {
  const { throughput, step } = pace();
  assert.equal(throughput.secondsPerStep, undefined);
  step(20_000);
  assert.equal(throughput.secondsPerStep, undefined);
  for (let i = 0; i < 10; i++) {
    assert.equal(throughput.left(100, {}), undefined, `after ${i} steps`);
    step(500);
  }
  assert.deepEqual(throughput.left(100, {}), { seconds: 50, whole: true }, "the first estimate is the right one");
});

Deno.test("Throughput measures steps and each kind of work apart, the first time of each left out", async () => {
  const { throughput, step, work } = pace();
  step(20_000);
  step(500, 20);
  assert.deepEqual(throughput.left(10, { "metrics[0]": 2 }), { seconds: 5, whole: false }, "it is not known yet");
  assert.deepEqual(throughput.left(10, { "metrics[0]": 0 }), { seconds: 5, whole: true });
  await work("metrics[0]", 9000);
  assert.deepEqual(throughput.left(10, { "metrics[0]": 2 }), { seconds: 5, whole: false }, "the first time compiled");
  step(500, 20);
  await work("metrics[0]", 4000);
  await work("samples", 8000);
  await work("samples", 1000);
  assert.deepEqual(throughput.left(10, { "metrics[0]": 2, samples: 3 }), { seconds: 5 + 2 * 4 + 3 * 1, whole: true });
  assert.equal(throughput.secondsPerStep, 0.5);
  step(500);
  assert.equal(throughput.secondsPerStep, 0.5, "what was done between two steps is none of theirs");
});

Deno.test("Throughput follows a change of speed, and is not moved by a machine that slept", () => {
  const { throughput, step } = pace();
  step(100, 100);
  step(1000, 100);
  assert.ok(Math.abs(throughput.secondsPerStep! - 1) < 0.05, String(throughput.secondsPerStep));
  step(3_600_000);
  assert.ok(throughput.secondsPerStep! < 1.5, String(throughput.secondsPerStep));
});

const stepsPerEpoch = 5;

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

Deno.test("timesDue() counts what isDue() will say", () => {
  for (const totalSteps of [20, 23]) {
    for (const interval of ["1 epoch", "2 epochs", "3 epochs", "1 steps", "4 steps", "5 steps", "50 steps"]) {
      for (let from = 0; from <= totalSteps; from++) {
        let due = 0;
        for (let step = from + 1; step <= totalSteps; step++) {
          const moment = { step, epoch: Math.floor(step / 5), epochEnded: step % 5 === 0, last: step === totalSteps };
          if (isDue(interval, moment)) due++;
        }
        const remaining = { stepsPerEpoch, totalSteps, step: from, epoch: Math.floor(from / 5), batch: from % 5 };
        assert.equal(timesDue(interval, remaining), due, `${interval} from ${from} to ${totalSteps}`);
      }
    }
  }
});
