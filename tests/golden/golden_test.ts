import assert from "node:assert/strict";
import { fill, golden } from "./golden.ts";
import { errors, Ledger } from "./ledger.ts";

Deno.test("fill() gives values of the formula", () => {
  const values = fill({ shape: [2, 2], seed: 301, stream: 0, amplitude: 1, offset: 0 });
  assert.equal(values.length, 4);
  for (const value of values) assert.ok(value >= -1 && value < 1 && value === Math.fround(value));
  assert.deepEqual(fill({ shape: [2], seed: 301, stream: 0, amplitude: 0.5, offset: 1 })[1], 1 + 0.5 * values[1]!);
});

Deno.test("golden() reads the values that the JSON describes", () => {
  const topic = golden("schedules");
  if (topic === undefined) return;
  for (const { name, shape, data } of topic.tensors) {
    assert.equal(data.length, shape.reduce((a, b) => a * b, 1), name);
  }
  assert.throws(() => topic.get("none"), /Cannot find tensor "none"/);
});

Deno.test("errors() measures against the largest value and against each value", () => {
  assert.deepEqual(errors([1, 4.5], [2, 4]), { max: 0.25, relative: 0.5, absolute: 1 });
  assert.deepEqual(errors([0], [0]), { max: 0, relative: 0, absolute: 0 });
  assert.ok(Number.isNaN(errors([NaN], [1]).max));
});

Deno.test("Ledger.compare() fails on NaN and Ledger.close() on a tensor that nobody knows", () => {
  const tensor = {
    name: "a",
    shape: [1],
    data: new Float32Array([1]),
    units: "",
    meaning: "",
    source: "",
    settings: {},
  };
  const topic = { topic: "t", json: {}, tensors: [tensor], has: () => true, get: () => tensor };
  assert.throws(() => new Ledger(topic).compare("on none", "a", [NaN], { max: 1 }), /differs by NaN/);
  assert.throws(() => new Ledger(topic).close(), /no test knows/);
});
