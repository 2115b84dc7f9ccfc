/** Tests of the sentence that says whether longer training pays. */
import assert from "node:assert/strict";
import { measuredIn, plateauText } from "./plateau.ts";

const noise = { label: "noise", better: "lower" } as const;

/** Measurements at twenty epochs, of training pictures too. */
const points = (at: (epoch: number) => number, training = at) =>
  Array.from({ length: 20 }, (_, i) => ({ x: i + 1, value: at(i + 1), training: training(i + 1) }));

const falling = (epoch: number) => 0.3 - 0.005 * epoch;
const rising = (epoch: number) => 0.2 + 0.01 * Math.abs(epoch - 8);

Deno.test("plateauText() says what to do, and where it was best", () => {
  const said = (...args: Parameters<typeof points>) => plateauText(points(...args), noise, "epoch");
  assert.equal(said(falling), "noise still falls, by 11.1 % since epoch 15: longer pays; best 0.2000 at epoch 20");
  // Wherever it began: percents are of what it was at that epoch, whose value was 0.225.
  const deep = (epoch: number) => epoch === 1 ? 20_000 : falling(epoch);
  assert.equal(said(deep), "noise still falls, by 11.1 % since epoch 15: longer pays; best 0.2000 at epoch 20");
  assert.equal(said(() => 0.25), "noise is flat since epoch 1: longer changes little; best 0.2500 at epoch 1");
  assert.equal(
    said(rising, falling),
    "noise rises since epoch 8, by 40.5 %, and that of training pictures does not: overfitting; best 0.2000 at epoch 8",
  );
  assert.match(said(rising)!, /and so does that of training pictures: not overfitting, rather a learning rate/);
  assert.equal(
    plateauText(points(falling).slice(0, 3), noise, "step"),
    "noise was measured 3 times: 8 times tell whether longer pays; best 0.2850 at step 3",
  );
  assert.equal(plateauText([], noise, "step"), undefined);
  const upwards = plateauText(points((epoch) => -falling(epoch)), { label: "glow", better: "higher" }, "epoch");
  assert.match(upwards!, /^glow still rises, by 11\.1 % since epoch 15: longer pays; best -0\.2000 at epoch 20$/);
});

Deno.test("measuredIn() finds the measurements of a number in a log", () => {
  const log = [
    { step: 4, loss: 1, noise: 9 },
    { step: 4, event: "metrics", epoch: 1, noise: 0.3, "noise training": 0.29, "noise (b)": 7 },
    { step: 8, event: "metrics", epoch: 2, image: 0.3 },
    { step: 12, event: "metrics", epoch: 3, noise: 0.2 },
  ];
  assert.deepEqual(measuredIn(log, noise, "epoch"), [{ x: 1, value: 0.3, training: 0.29 }, { x: 3, value: 0.2 }]);
  assert.deepEqual(measuredIn(log, noise, "step").map(({ x }) => x), [4, 12]);
});
