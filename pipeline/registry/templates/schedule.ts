/** Schedule `my-plugin`: a log-SNR that falls evenly with time. */
import { plugin, ratesOf, tf, z } from "denoise/plugin";

export default plugin({
  kind: "schedule",
  name: "my-plugin",
  summary: "Log-SNR that falls evenly with time",
  options: z.object({
    start: z.number().default(2.5).describe("ln(signal power / noise power) at time 0, the image"),
    fall: z.number().positive().default(10).describe("by how much it falls until time 1, the noise"),
  }),
  create: ({ options: { start, fall } }) => ({
    logSnr: (time) => start - fall * time,
    rates: (time) => ratesOf(tf.sub(start, tf.mul(fall, time))), // the same for a tensor of times
  }),
});
