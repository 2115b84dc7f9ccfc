/** Tests of numbers with units. */
import assert from "node:assert/strict";
import { bytes, count, counted, decimal, duration, rate, scaled } from "./units.ts";

Deno.test("units are written as people read them", () => {
  assert.deepEqual([0, 999, 1020, 1234567].map(count), ["0", "999", "1,020", "1,234,567"]);
  assert.deepEqual([0, 1, 2000].map((n) => counted(n, "picture")), ["0 pictures", "1 picture", "2,000 pictures"]);
  assert.deepEqual([0.123, 9.994, 9.996, 12.34, 99.96, 1020.4].map(rate), [
    "0.12",
    "9.99",
    "10.0",
    "12.3",
    "100",
    "1,020",
  ]);
  assert.deepEqual([0, 950, 2.1e9, 139e9, 999_999].map(bytes), ["0 B", "950 B", "2.1 GB", "139 GB", "1.0 MB"]);
  assert.equal(scaled(438.4e9, "FLOP"), "438 GFLOP");
  assert.deepEqual([0, 42, 59.6, 3661, 360000, NaN, Infinity].map(duration), [
    ...["0:00:00", "0:00:42", "0:01:00", "1:01:01", "100:00:00", "-:--:--", "-:--:--"],
  ]);
  assert.deepEqual([0.18414, 0, 0.00012, 123456, -0.5].map(decimal), [
    "0.1841",
    "0.0000",
    "1.20e-4",
    "1.23e+5",
    "-0.5000",
  ]);
});
