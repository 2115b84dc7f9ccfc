/** Laws of schedules. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import type { Rates } from "../kinds/common.ts";
import { ratesOf } from "../kinds/diffusion.ts";
import { assertTreesClose, compiled, type Laws, numbers } from "./laws.ts";

const times = numbers(65).map((i) => i / 64);

export const scheduleLaws: Laws<"schedule"> = {
  "has a log-SNR that falls strictly": async ({ create }) => {
    const schedule = await create();
    const logSnrs = times.map((time) => schedule.logSnr(time));
    for (const [i, logSnr] of logSnrs.entries()) {
      assert.ok(Number.isFinite(logSnr), `log-SNR at time ${times[i]} is finite: ${logSnr}`);
      if (i > 0) assert.ok(logSnr < logSnrs[i - 1]!, `log-SNR at time ${times[i]} is below that before: ${logSnr}`);
    }
  },
  "has rates on the device that agree with the host's log-SNR": async ({ create }) => {
    const schedule = await create();
    const rates = await compiled((time) => schedule.rates(time), tf.tensor(times));
    const host = (part: keyof Rates) => tf.tensor(times.map((time) => ratesOf(schedule.logSnr(time))[part]));
    assertTreesClose(rates, { signal: host("signal"), noise: host("noise") }, 1e-5, "rates");
  },
  "has powers that sum to one": async ({ create }) => {
    const schedule = await create();
    const { signal, noise } = schedule.rates(tf.tensor(times));
    assertTreesClose(tf.add(tf.square(signal), tf.square(noise)), tf.ones([times.length]), 1e-6, "sum of powers");
  },
  "has rates of the shape of the times": async ({ create }) => {
    const schedule = await create();
    for (const shape of [[], [4], [4, 1, 1, 1]]) {
      const { signal, noise } = schedule.rates(tf.fill(shape, 0.5));
      assert.deepEqual([signal.shape, noise.shape], [shape, shape]);
    }
  },
};
