import assert from "node:assert/strict";
import { Refusal } from "denoise/plugin";
import { standIns } from "../../pipeline/contract/stand_ins.ts";
import ddim from "./ddim.ts";

async function make(options: Record<string, unknown>) {
  const context = { options: { clip: false, ...ddim.options.parse(options) }, schedule: standIns.schedule };
  return await ddim.create(context);
}

Deno.test("ddim keeps powers at one in every step, noise that is put back counted", async () => {
  for (const stochasticity of [0, 0.3, 1]) {
    for (const row of (await make({ steps: 7, stochasticity })).plan()) {
      const [signal, noise, nextSignal, nextNoise, fresh] = row as [number, number, number, number, number];
      assert.ok(Math.abs(signal ** 2 + noise ** 2 - 1) < 1e-12);
      assert.ok(Math.abs(nextSignal ** 2 + nextNoise ** 2 + fresh ** 2 - 1) < 1e-12);
    }
  }
});

Deno.test("ddim runs from time 1 to time 0", async () => {
  const plan = (await make({ steps: 4 })).plan();
  const signal = (time: number) => 1 / Math.sqrt(1 + Math.exp(-standIns.schedule.logSnr(time)));
  assert.deepEqual(plan.map((row) => row[0]), [1, 0.75, 0.5, 0.25].map(signal));
  assert.deepEqual(plan.map((row) => row[2]), [0.75, 0.5, 0.25, 0].map(signal));
});

Deno.test("ddim takes more steps than a function takes arguments", async () => {
  const steps = 200_000;
  assert.equal((await make({ steps })).plan().length, steps);
});

Deno.test("ddim refuses more fresh noise than there is room for, and says how much there is", async () => {
  const refusal = await make({ steps: 20, stochasticity: 5 }).catch((error) => error);
  assert.ok(refusal instanceof Refusal && refusal.option === "stochasticity");
  const most = Number(refusal.help[0]!.match(/at most ([0-9.]+)/)![1]);
  await make({ steps: 20, stochasticity: most });
  await assert.rejects(make({ steps: 20, stochasticity: most + 0.02 }));
});
