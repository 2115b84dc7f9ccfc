/** Tests of bounding what is done at the same time. */
import assert from "node:assert/strict";
import { Budget } from "./budget.ts";

Deno.test("Budget never lets more run than its limit, and keeps the order", async () => {
  const budget = new Budget(10);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const amounts = [4, 4, 4, 1, 9, 10, 50, 2, 3, 5];
  await Promise.all(amounts.map((amount, i) =>
    budget.use(amount, async () => {
      begun.push(i);
      running += Math.min(amount, 10);
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= Math.min(amount, 10);
    })
  ));
  assert.deepEqual(begun, amounts.map((_, i) => i));
  assert.equal(most, 10);
  assert.equal(budget.used, 0);
});

Deno.test("Budget lets what takes the whole limit run alone", async () => {
  const budget = new Budget(3);
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`+${name}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
    log.push(`-${name}`);
  };
  await Promise.all([budget.use(1, work("a")), budget.use(99, work("b")), budget.use(1, work("c"))]);
  assert.deepEqual(log, ["+a", "-a", "+b", "-b", "+c", "-c"]);
});

Deno.test("Budget is free again after work that failed", async () => {
  const budget = new Budget(1);
  await assert.rejects(budget.use(1, () => Promise.reject(new Error("failed"))), /failed/);
  assert.equal(await budget.use(1, () => Promise.resolve("done")), "done");
});
