import assert from "node:assert/strict";
import cosine from "./cosine.ts";
import linear from "./linear.ts";
import logNoiseLinear from "./log-noise-linear.ts";
import logSignalLinear from "./log-signal-linear.ts";
import logSnrLinear from "./log-snr-linear.ts";
import noiseStepLinear from "./noise-step-linear.ts";
import signalStepLinear from "./signal-step-linear.ts";

const byLogSnr = [linear, logSnrLinear, logNoiseLinear, logSignalLinear, noiseStepLinear, signalStepLinear];

/** Powers of a schedule at the times 0, 1/20, … 1, from its log-SNR. */
async function powers(plugin: typeof linear, options: Record<string, unknown> = {}) {
  const schedule = await plugin.create({ options: plugin.options.parse(options) });
  const logSnrs = Array.from({ length: 21 }, (_, i) => schedule.logSnr(i / 20));
  return {
    logSnrs,
    signal: logSnrs.map((logSnr) => 1 / (1 + Math.exp(-logSnr))),
    noise: logSnrs.map((logSnr) => 1 / (1 + Math.exp(logSnr))),
  };
}

/** Differences of neighbours. */
const steps = (values: readonly number[]) => values.slice(1).map((value, i) => value - values[i]!);
const logs = (values: readonly number[]) => values.map(Math.log);

function assertEven(values: readonly number[], what: string): void {
  const [first] = values;
  values.forEach((value, i) => assert.ok(Math.abs(value - first!) < 1e-9, `${what}: ${value} at ${i}, ${first} at 0`));
}

Deno.test("every schedule by log-SNR runs from 2.5 to -7.5, or exactly between the ends it is told", async () => {
  for (const plugin of byLogSnr) {
    for (const [start, end] of [[2.5, -7.5], [3, -10], [20, -30]] as const) {
      const options = start === 2.5 ? {} : { start_log_snr: start, end_log_snr: end };
      const { logSnrs } = await powers(plugin as typeof linear, options);
      assert.ok(Math.abs(logSnrs[0]! - start) < 1e-9, `${plugin.name} starts at ${logSnrs[0]}`);
      assert.ok(Math.abs(logSnrs[20]! - end) < 1e-9, `${plugin.name} ends at ${logSnrs[20]}`);
    }
  }
});

Deno.test("each schedule is even in what its name says", async () => {
  assertEven(steps((await powers(linear)).noise), "linear");
  assertEven(steps((await powers(logSnrLinear)).logSnrs), "log-snr-linear");
  assertEven(steps(logs((await powers(logNoiseLinear)).noise)), "log-noise-linear");
  assertEven(steps(logs((await powers(logSignalLinear)).signal)), "log-signal-linear");
  // Logarithms of a step's ratio change by the same in every step.
  assertEven(steps(steps(logs((await powers(signalStepLinear)).signal))), "signal-step-linear");
  for (const growth of ["slackening", "quickening"]) {
    const ratios = steps(logs((await powers(noiseStepLinear as typeof linear, { growth })).noise));
    assertEven(steps(ratios), `noise-step-linear, ${growth}`);
    assert.ok(growth === "slackening" ? ratios[19]! < ratios[0]! : ratios[19]! > ratios[0]!, growth);
  }
});

Deno.test("schedules refuse an end that is not below the start", () => {
  for (const plugin of [...byLogSnr, cosine]) {
    const { error } = plugin.options.safeParse({ start_log_snr: -8 });
    assert.match(error!.issues.map(({ path, message }) => `${path}: ${message}`).join(), /^end_log_snr: .*not below/);
  }
});
