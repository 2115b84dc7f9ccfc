/** Tests of the time left. */
import assert from "node:assert/strict";
import { meter, type Progress } from "./progress.ts";

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
  assert.deepEqual(seen.map(({ done, secondsLeft }) => [done, secondsLeft]), [[40, undefined], [50, 10], [100, 0]]);
});
