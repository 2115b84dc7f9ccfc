/** Tests of the time left. */
import assert from "node:assert/strict";
import type { Progress } from "./bar.ts";
import { meter } from "./meter.ts";

Deno.test("meter() finds the time left from the pace since the first report", () => {
  let time = 5000;
  const seen: Progress[] = [];
  const report = meter((progress) => void seen.push(progress), () => time);
  report("downloading", 40, 100, "MB"); // Resumed: the first 40 took no time.
  time += 2000;
  report("downloading", 50, 100, "MB");
  time += 10;
  report("downloading", 51, 100, "MB");
  time += 10;
  report("downloading", 100, 100, "MB");
  assert.deepEqual(seen, [
    { label: "downloading", done: 40, total: 100, details: ["40 of 100 MB"] },
    { label: "downloading", done: 50, total: 100, details: ["50 of 100 MB", "0:00:10 left"] },
    { label: "downloading", done: 100, total: 100, details: ["100 of 100 MB"] },
  ]);
});

Deno.test("meter() says no time left before a thousandth is done: the first bytes wait for the server", () => {
  let time = 0;
  const details: (readonly string[])[] = [];
  const report = meter((progress) => void details.push(progress.details ?? []), () => time);
  for (const done of [0, 0.0005, 0.999, 1]) {
    report("downloading", done, 1000, "MB");
    time += 1000;
  }
  assert.deepEqual(details.map(([, left]) => left), [undefined, undefined, undefined, "0:49:57 left"]);
});
