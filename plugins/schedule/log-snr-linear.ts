/** Schedule `log-snr-linear`: the log signal-to-noise ratio falls evenly with time. */
import { plugin, ratesOf, tf } from "denoise/plugin";
import { endOptions, endsFall } from "./shared/ends.ts";

export default plugin({
  kind: "schedule",
  name: "log-snr-linear",
  summary: "Log-SNR that falls evenly with time",
  prefer:
    "For ends far apart, as EDM and flow matching have them: even times are then even in log-SNR, which dpmpp and " +
    "unipc like best",
  source: "Kingma et al. 2021, arXiv:2107.00630, section 4, with fixed ends",
  options: endOptions.superRefine(endsFall),
  create: ({ options: { start_log_snr: start, end_log_snr: end } }) => ({
    logSnr: (time) => start * (1 - time) + end * time,
    rates: (time) => ratesOf(tf.add(tf.mul(tf.sub(1, time), start), tf.mul(time, end))),
  }),
});
