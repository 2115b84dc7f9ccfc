import assert from "node:assert/strict";
import cosine from "./cosine.ts";

function messages(options: Record<string, number>): string[] {
  const { error } = cosine.options.safeParse(options);
  return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
}

Deno.test("cosine runs from 2.5 to -7.5 where the recipe names no end", async () => {
  const schedule = await cosine.create({ options: {} });
  assert.ok(Math.abs(schedule.logSnr(0) - 2.5) < 1e-12);
  assert.ok(Math.abs(schedule.logSnr(1) + 7.5) < 1e-12);
});

Deno.test("cosine ends exactly where it is told, however little signal is left", async () => {
  for (const end of [-10, -20, -30]) {
    const schedule = await cosine.create({ options: { end_log_snr: end } });
    assert.ok(Math.abs(schedule.logSnr(1) - end) < 1e-9, `${end}`);
  }
  const schedule = await cosine.create({ options: { min_signal_rate: 0.02 } });
  const power = 1 / (1 + Math.exp(-schedule.logSnr(1)));
  assert.ok(Math.abs(Math.sqrt(power) - 0.02) < 1e-12);
});

Deno.test("cosine refuses ends given twice, and ends in the wrong order", () => {
  assert.deepEqual(messages({}), []);
  assert.deepEqual(messages({ start_log_snr: 3 }), []);
  assert.match(messages({ start_log_snr: 3, max_signal_rate: 0.9 }).join(), /^start_log_snr: .*given twice/);
  assert.match(messages({ end_log_snr: -3, min_signal_rate: 0.1 }).join(), /^end_log_snr: .*given twice/);
  assert.match(messages({ start_log_snr: -8 }).join(), /^end_log_snr: .*not below/);
  assert.match(messages({ max_signal_rate: 0.1, min_signal_rate: 0.2 }).join(), /^min_signal_rate: .*not below/);
});
