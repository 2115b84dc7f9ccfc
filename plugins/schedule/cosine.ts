/** Schedule `cosine`: the noise rate is the sine of an angle that grows evenly with time. */
import { plugin, tf, z } from "denoise/plugin";

const logSnr = z.number().min(-30).max(30).optional();
const rate = z.number().gt(0).lt(1).optional();

/** What the ends are where the recipe names none: 98fbccd's of clear-diffusion-keras, and the Keras example's. */
const ends = { start_log_snr: 2.5, end_log_snr: -7.5, max_signal_rate: 0.95, min_signal_rate: 0.02 };

export default plugin({
  kind: "schedule",
  name: "cosine",
  summary: "Noise rate as the sine of an angle that grows evenly with time, between two log-SNRs or two signal rates",
  prefer: "The one to begin with; for pictures of up to 64 pixels, and with lower ends for larger ones",
  source:
    "Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 17, without its offset; the ends as in the Keras DDIM example",
  options: z.object({
    start_log_snr: logSnr.describe("ln(signal power / noise power) at time 0; 2.5 if no end is given"),
    end_log_snr: logSnr.describe("ln(signal power / noise power) at time 1; -7.5 if no end is given"),
    max_signal_rate: rate.describe(
      "signal rate at time 0, instead of start_log_snr; 0.95 if only the other is given",
    ),
    min_signal_rate: rate.describe("signal rate at time 1, instead of end_log_snr; 0.02 if only the other is given"),
  }).superRefine((options, context) => {
    const rates = options.max_signal_rate ?? options.min_signal_rate;
    const extra = options.start_log_snr !== undefined ? "start_log_snr" : "end_log_snr";
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (rates !== undefined && options[extra] !== undefined) {
      refuse(extra, "Schedule ends are given twice: keep either the signal rates or the log-SNRs");
    }
    const { start_log_snr: start, end_log_snr: end, max_signal_rate: max, min_signal_rate: min } = {
      ...ends,
      ...given(options),
    };
    if (rates === undefined && start <= end) {
      refuse("end_log_snr", `End log-SNR ${end} is not below the start's ${start}: time 1 is the noise, so lower it`);
    }
    if (rates !== undefined && max <= min) {
      refuse(
        "min_signal_rate",
        `Least signal rate ${min} is not below the largest, ${max}: time 1 is the noise, so lower it`,
      );
    }
  }),
  create({ options }) {
    const { start_log_snr, end_log_snr, max_signal_rate, min_signal_rate } = { ...ends, ...given(options) };
    const byRates = options.max_signal_rate !== undefined || options.min_signal_rate !== undefined;
    const start = byRates ? Math.acos(max_signal_rate) : Math.atan(Math.exp(-start_log_snr / 2));
    // Angles from the noise's end: near time 1 the small difference to a right angle keeps all its digits.
    const rest = byRates ? Math.asin(min_signal_rate) : Math.atan(Math.exp(end_log_snr / 2));
    const turn = Math.PI / 2 - rest - start;
    return {
      logSnr: (time) => 2 * Math.log(Math.tan(rest + (1 - time) * turn)),
      rates: (time) => ({
        signal: tf.sin(tf.add(rest, tf.mul(tf.sub(1, time), turn))),
        noise: tf.sin(tf.add(start, tf.mul(time, turn))),
      }),
    };
  },
});

/** The options that a recipe gives. */
function given(options: Partial<Record<keyof typeof ends, number | undefined>>): Partial<typeof ends> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
