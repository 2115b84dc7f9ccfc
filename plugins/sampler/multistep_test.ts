import assert from "node:assert/strict";
import { Refusal } from "denoise/plugin";
import { standIns } from "../../pipeline/contract/stand_ins.ts";
import multistep from "./multistep.ts";
import { exactWeights, gradedTimes, mostOrder, timeWeights } from "./shared/adams_bashforth.ts";

const straight = { logSnr: (time: number) => 6 - 12 * time };

Deno.test("multistep combines its estimates with weights that sum to one, more of them from step to step", () => {
  for (let order = 1; order <= mostOrder; order++) {
    for (const weights of [timeWeights(8, order), exactWeights(straight, gradedTimes(8, order), order)]) {
      for (const [step, row] of weights.entries()) {
        assert.equal(row.length, order);
        assert.ok(Math.abs(row.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9, `step ${step}: ${row}`);
        assert.equal(row.filter((weight) => weight !== 0).length, Math.min(step + 1, order));
      }
    }
  }
});

Deno.test("exact weights are those of equal steps where noise rate / signal rate grows evenly with time", () => {
  const even = { logSnr: (time: number) => -2 * Math.log(0.2 + time) };
  const times = Array.from({ length: 9 }, (_, step) => 1 - step / 8);
  for (let order = 1; order <= mostOrder; order++) {
    const [exact, known] = [exactWeights(even, times, order).flat(), timeWeights(8, order).flat()];
    for (const [i, weight] of exact.entries()) assert.ok(Math.abs(weight - known[i]!) < 1e-9, `order ${order}`);
  }
});

Deno.test("exact weights integrate what is a polynomial in time, whatever the steps", () => {
  const times = [1, 0.95, 0.8, 0.7, 0.4, 0.1, 0];
  const place = (time: number) => Math.exp(-straight.logSnr(time) / 2);
  const noise = (time: number) => 1 - 3 * time + 2 * time ** 2;
  for (const [step, weights] of exactWeights(straight, times, 3).entries()) {
    if (step < 2) continue; // lower orders
    const [start, end] = [times[step]!, times[step + 1]!], parts = 4000;
    let integral = 0;
    for (let i = 0; i < parts; i++) {
      const [a, b] = [i, i + 1].map((i) => start + (end - start) * i / parts) as [number, number];
      integral += noise((a + b) / 2) * (place(b) - place(a));
    }
    const combined = weights.reduce((sum, weight, back) => sum + weight * noise(times[step - back]!), 0);
    const mean = integral / (place(end) - place(start));
    assert.ok(Math.abs(combined - mean) < 1e-6, `step ${step}: ${combined} and ${mean}`);
  }
});

Deno.test("graded times fall from 1 to 0, and begin with a step of size h^(order / 2)", () => {
  for (const order of [2, 3, 4, 5]) {
    const first = [64, 128].map((steps) => {
      const times = gradedTimes(steps, order);
      assert.equal(times.length, steps + 1);
      assert.deepEqual([times[0], times[steps]], [1, 0]);
      assert.ok(times.every((time, i) => i === 0 || time < times[i - 1]!));
      return times[0]! - times[1]!;
    }) as [number, number];
    assert.ok(Math.abs(Math.log2(first[0] / first[1]) - order / 2) < 0.05, `order ${order}: ${first}`);
  }
  assert.deepEqual(gradedTimes(1, 5), [1, 0]);
});

Deno.test("multistep refuses what exact weights know nothing of", async () => {
  for (const [option, value] of [["stochasticity", 0.5], ["second_order_alpha", 0.5]] as const) {
    const options = { clip: false, ...multistep.options.parse({ weights: "exact", [option]: value }) };
    const refused = await Promise.try(() => multistep.create({ options, schedule: standIns.schedule })).catch((e) => e);
    assert.ok(refused instanceof Refusal && refused.option === option, String(refused));
  }
});
