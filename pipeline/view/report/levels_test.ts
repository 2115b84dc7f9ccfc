/** Errors by noise level in a report: what is read from the log, and which moments are shown. */
import assert from "node:assert/strict";
import type { LogEntry } from "../../run/log.ts";
import { chartToSvg } from "../plots/mod.ts";
import { levelCharts, levelHistoryOf } from "./levels.ts";

const entry = (step: number, value: number): LogEntry => ({
  step,
  event: "metrics",
  noise: value,
  by_level: { noise: [{ from: -2, to: 0, value, pictures: 3 }, { from: 0, to: 2, value: 2 * value, pictures: 1 }] },
});

Deno.test("a line a moment, in the middle of each range; what is damaged is left out", () => {
  const log: LogEntry[] = [
    { step: 1, loss: 1 },
    entry(10, 0.5),
    { step: 20, event: "metrics", by_level: "nothing" },
    { step: 30, event: "metrics", by_level: { noise: [null, { from: 0, to: 2 }, { from: 0, to: 2, value: null }] } },
    entry(40, 0.25),
  ];
  assert.deepEqual(levelHistoryOf(log), [{
    name: "noise",
    moments: [
      { step: 10, points: [{ x: -1, y: 0.5 }, { x: 1, y: 1 }] },
      { step: 40, points: [{ x: -1, y: 0.25 }, { x: 1, y: 0.5 }] },
    ],
  }]);
  assert.deepEqual(levelHistoryOf([{ step: 1, event: "metrics", noise: 1 }]), [], "logs of before have none");
});

Deno.test("of many moments the first, the last and four between them are shown, no two alike", async () => {
  const histories = levelHistoryOf(Array.from({ length: 60 }, (_, i) => entry(100 * (i + 1), 1 / (i + 1))));
  const numbers = [{ label: "noise", better: "lower" as const, plugin: "validation-error" }];
  const [chart] = levelCharts(histories, numbers, { width: 258, height: 180 });
  assert.equal(chart!.title, "Validation error: noise, by noise level");
  const svg = await chartToSvg(chart!.spec);
  const steps = [...svg.matchAll(/>step ([\d,]+)</g)].map(([, step]) => Number(step!.replace(",", "")));
  assert.equal(new Set(steps).size, 6);
  assert.deepEqual([steps[0], steps.at(-1)], [100, 6000]);
  assert.deepEqual([...steps].sort((a, b) => a - b), steps);
});
